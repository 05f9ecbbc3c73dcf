#include "receipts.h"

#include <fmt/format.h>

#include <algorithm>

#include "sink/record_json.h"
#include "tables.h"
#include "terminal.h"

namespace costmill::app {
namespace {

OutputTable table_of(const std::vector<DayRecord>& receipts, std::size_t limit) {
  OutputTable table{.name = "receipts",
                    .title = "Receipts (what each day was made of; --format json has all of it)",
                    .columns = {{"cluster", "CLUSTER"},
                                {"day", "DAY"},
                                {"rows", "ROWS"},
                                {"files", "FILES"},
                                {"hours_seen", "HOURS"},
                                {"program_version", "VERSION"},
                                {"digest", "DIGEST"}}};
  const std::size_t shown = limit == 0 ? receipts.size() : std::min(limit, receipts.size());
  table.hidden_rows = receipts.size() - shown;
  for (std::size_t i = 0; i < shown; ++i) {
    const DayRecord& record = receipts[i];
    table.rows.push_back({record.source_uuid, to_string(record.day), record.rows, std::uint64_t{record.files.size()},
                          static_cast<std::uint64_t>(record.hours_seen), record.program_version, record.digest});
  }
  return table;
}

}  // namespace

std::vector<DayRecord> receipts_of(SinkReader& reader, const std::optional<Window>& window) {
  std::vector<DayRecord> receipts = reader.records();
  std::erase_if(receipts,
                [&](const DayRecord& record) { return window && (record.day < window->days.from || window->days.to < record.day); });
  return receipts;
}

void print_receipts(const std::vector<DayRecord>& receipts, const Arguments& arguments) {
  if (arguments.format != OutputFormat::kJson) {
    say(stdout, "{}", rendered({table_of(receipts, arguments.limit)}, arguments.format));
    return;
  }
  nlohmann::ordered_json array = nlohmann::ordered_json::array();
  for (const DayRecord& record : receipts) array.push_back(json_of(record));
  say(stdout, "{}\n", exact(stdout, dump_json({{"receipts", std::move(array)}}, 2)));
}

}  // namespace costmill::app
