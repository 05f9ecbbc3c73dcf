#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "commands.h"
#include "config/resolve.h"
#include "config/secrets.h"
#include "config/window.h"
#include "costmill/error.h"
#include "logging.h"
#include "receipts.h"
#include "signals.h"
#include "sink/sink.h"
#include "tables.h"
#include "terminal.h"
#include "totals.h"

namespace costmill::app {
namespace {

OutputCell text_cell(const Name& name) { return name ? OutputCell(*name) : OutputCell(std::nullopt); }
OutputCell count_cell(std::uint64_t count) { return count; }
// Percent; NULL where there is nothing to have a share of.
OutputCell share_cell(double part, double whole) { return whole > 0 ? OutputCell(100 * part / whole) : OutputCell(std::nullopt); }

// What the tables are made of: the sums, and how to cut them.
struct View {
  Totals totals;
  std::set<std::string> clusters;
  std::size_t limit = 0;
  OutputFormat format = OutputFormat::kTable;

  // Programs get the cluster always, people only if there are several.
  bool shows_cluster() const { return format != OutputFormat::kTable || clusters.size() > 1; }
};

// Rows with their cluster in front, largest first, cut at the limit.
class TableBuilder {
 public:
  TableBuilder(const View& view, std::string name, std::string title, std::vector<OutputColumn> columns, OutputBar bar) : view_(view) {
    table_.name = std::move(name);
    table_.title = std::move(title);
    table_.bar = std::move(bar);
    if (view.shows_cluster()) columns.insert(columns.begin(), {"cluster", "CLUSTER"});
    table_.columns = std::move(columns);
  }

  void add(double rank, const std::string& cluster, std::vector<OutputCell> cells) {
    if (view_.shows_cluster()) cells.insert(cells.begin(), cluster);
    ranked_.emplace_back(rank, std::move(cells));
  }

  OutputTable finish() {
    std::stable_sort(ranked_.begin(), ranked_.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    const std::size_t kept = view_.limit == 0 ? ranked_.size() : std::min(view_.limit, ranked_.size());
    table_.hidden_rows = ranked_.size() - kept;
    for (std::size_t i = 0; i < kept; ++i) table_.rows.push_back(std::move(ranked_[i].second));
    return std::move(table_);
  }

 private:
  const View& view_;
  OutputTable table_;
  std::vector<std::pair<double, std::vector<OutputCell>>> ranked_;
};

OutputTable namespaces_table(const View& view) {
  TableBuilder table(view, "namespaces", "Namespaces, by effective CPU (CPU in core-hours, memory in GiB-hours)",
                     {{"namespace", "NAMESPACE"},
                      {"cpu_core_hours", "CPU"},
                      {"cpu_percent", "CPU %"},
                      {"cpu_request_core_hours", "CPU REQUEST"},
                      {"memory_gib_hours", "MEMORY"},
                      {"memory_percent", "MEMORY %"},
                      {"memory_request_gib_hours", "MEMORY REQUEST"}},
                     {"cpu_core_hours", std::nullopt});
  Usage all;
  for (const auto& [key, totals] : view.totals.namespaces) all += totals.effective;
  for (const auto& [key, totals] : view.totals.namespaces) {
    const Usage& effective = totals.effective;
    table.add(effective.cpu_core_hours, key.cluster,
              {text_cell(key.name), effective.cpu_core_hours, share_cell(effective.cpu_core_hours, all.cpu_core_hours),
               totals.requested.cpu_core_hours, effective.memory_gib_hours, share_cell(effective.memory_gib_hours, all.memory_gib_hours),
               totals.requested.memory_gib_hours});
  }
  return table.finish();
}

OutputTable nodes_table(const View& view) {
  TableBuilder table(view, "nodes", "Nodes, by CPU capacity (CPU in core-hours, memory in GiB-hours)",
                     {{"node", "NODE"},
                      {"cpu_capacity_core_hours", "CPU CAPACITY"},
                      {"cpu_effective_core_hours", "USED"},
                      {"cpu_unallocated_core_hours", "UNALLOCATED"},
                      {"cpu_used_percent", "%"},
                      {"memory_capacity_gib_hours", "MEMORY CAPACITY"},
                      {"memory_effective_gib_hours", "USED"},
                      {"memory_unallocated_gib_hours", "UNALLOCATED"},
                      {"memory_used_percent", "%"}},
                     {"cpu_used_percent", 100});
  for (const auto& [key, totals] : view.totals.nodes) {
    const auto& [capacity, effective, unallocated] = totals;
    table.add(capacity.cpu_core_hours, key.cluster,
              {text_cell(key.node), capacity.cpu_core_hours, effective.cpu_core_hours, unallocated.cpu_core_hours,
               share_cell(effective.cpu_core_hours, capacity.cpu_core_hours), capacity.memory_gib_hours, effective.memory_gib_hours,
               unallocated.memory_gib_hours, share_cell(effective.memory_gib_hours, capacity.memory_gib_hours)});
  }
  return table.finish();
}

OutputTable storage_classes_table(const View& view) {
  TableBuilder table(view, "storage_classes", "Storage classes, by capacity (GiB-months)",
                     {{"storageclass", "CLASS"},
                      {"claims", "CLAIMS"},
                      {"capacity_gib_months", "CAPACITY"},
                      {"request_gib_months", "REQUEST"},
                      {"usage_gib_months", "USAGE"}},
                     {"capacity_gib_months", std::nullopt});
  struct ClassTotals {
    std::uint64_t claims = 0;
    ClaimTotals sums;
  };
  std::map<std::pair<std::string, Name>, ClassTotals> classes;
  for (const auto& [key, claim] : view.totals.claims) {
    ClassTotals& totals = classes[{key.cluster, key.storageclass}];
    ++totals.claims;
    totals.sums.capacity_gib_months += claim.capacity_gib_months;
    totals.sums.request_gib_months += claim.request_gib_months;
    totals.sums.usage_gib_months += claim.usage_gib_months;
  }
  for (const auto& [key, totals] : classes) {
    table.add(totals.sums.capacity_gib_months, key.first,
              {text_cell(key.second), count_cell(totals.claims), totals.sums.capacity_gib_months, totals.sums.request_gib_months,
               totals.sums.usage_gib_months});
  }
  return table.finish();
}

OutputTable claims_table(const View& view) {
  TableBuilder table(view, "claims", "Claims, by capacity (GiB-months)",
                     {{"storageclass", "CLASS"},
                      {"namespace", "NAMESPACE"},
                      {"claim", "CLAIM"},
                      {"capacity_gib", "SIZE IN GIB"},
                      {"capacity_gib_months", "CAPACITY"},
                      {"request_gib_months", "REQUEST"},
                      {"usage_gib_months", "USAGE"}},
                     {"capacity_gib_months", std::nullopt});
  for (const auto& [key, claim] : view.totals.claims) {
    table.add(claim.capacity_gib_months, key.cluster,
              {text_cell(key.storageclass), text_cell(key.namespace_name), text_cell(key.claim), claim.capacity_gib,
               claim.capacity_gib_months, claim.request_gib_months, claim.usage_gib_months});
  }
  return table.finish();
}

OutputTable days_table(const View& view) {
  TableBuilder table(view, "days", "Days (rows; CPU in core-hours, memory in GiB-hours)",
                     {{"day", "DAY"},
                      {"rows", "ROWS"},
                      {"pod_rows", "POD"},
                      {"unallocated_rows", "UNALLOCATED"},
                      {"storage_rows", "STORAGE"},
                      {"cpu_core_hours", "CPU"},
                      {"memory_gib_hours", "MEMORY"}},
                     {"cpu_core_hours", std::nullopt});
  for (const DayTotals& day : view.totals.days) {
    table.add(-day.key.day.number, day.key.source_uuid,
              {to_string(day.key.day), count_cell(day.rows()), count_cell(day.pod_rows), count_cell(day.unallocated_rows),
               count_cell(day.storage_rows), day.effective.cpu_core_hours, day.effective.memory_gib_hours});
  }
  return table.finish();
}

OutputTable clusters_table(const View& view) {
  OutputTable table{.name = "clusters",
                    .title = "Clusters (effective CPU in core-hours, memory in GiB-hours)",
                    .columns = {{"cluster", "CLUSTER"},
                                {"from", "FROM"},
                                {"to", "TO"},
                                {"days", "DAYS"},
                                {"rows", "ROWS"},
                                {"cpu_core_hours", "CPU"},
                                {"memory_gib_hours", "MEMORY"}}};
  for (const std::string& cluster : view.clusters) {
    std::uint64_t days = 0;
    std::uint64_t rows = 0;
    Usage effective;
    std::set<Day> dates;
    for (const DayTotals& day : view.totals.days) {
      if (day.key.source_uuid != cluster) continue;
      ++days;
      rows += day.rows();
      effective += day.effective;
      dates.insert(day.key.day);
    }
    table.rows.push_back(
        {cluster, to_string(*dates.begin()), to_string(*dates.rbegin()), days, rows, effective.cpu_core_hours, effective.memory_gib_hours});
  }
  return table;
}

std::vector<OutputTable> tables_of(Topic topic, const View& view) {
  switch (topic) {
    case Topic::kSummary: return {clusters_table(view), namespaces_table(view), nodes_table(view), storage_classes_table(view)};
    case Topic::kNamespaces: return {namespaces_table(view)};
    case Topic::kNodes: return {nodes_table(view)};
    // CSV is one table a file.
    case Topic::kStorage:
      if (view.format == OutputFormat::kCsv) return {claims_table(view)};
      return {storage_classes_table(view), claims_table(view)};
    case Topic::kDays: return {days_table(view)};
    case Topic::kReceipts: break;
  }
  return {};
}

void add_days(SinkReader& reader, const std::optional<Window>& window, View& view) {
  for (const StoredKey& key : reader.days()) {
    if (window && (key.day < window->days.from || key.day > window->days.to)) continue;
    if (stop_requested()) throw Error(ErrorCode::kCancelled, "interrupted");
    view.totals.add_day(key, reader.read_day(key));
    view.clusters.insert(key.source_uuid);
  }
}

}  // namespace

int show(const Arguments& arguments) {
  const auto settings = prepare_settings(arguments);
  if (!settings) return 0;
  const ResolvedUri sink = resolve_sink(*settings);
  check_sink_uri(sink.uri, sink.origin);
  const auto window = resolve_window(arguments.config, SettingSet());
  if (arguments.topic == Topic::kReceipts) {
    print_receipts(receipts_of(*open_reader(sink.uri, *settings), window), arguments);
    return 0;
  }
  View view{.limit = arguments.limit, .format = arguments.format};
  add_days(*open_reader(sink.uri, *settings), window, view);
  if (view.totals.days.empty()) {
    log_event(Severity::kWarning,
              fmt::format("{} holds no days{}; `costmill run` writes them", without_password(sink.uri),
                          window ? fmt::format(" of {}", *arguments.config.month) : ""),
              LogFields::object());
  }
  if (view.totals.days.empty() && arguments.format == OutputFormat::kTable) return 0;
  say(stdout, "{}", rendered(tables_of(arguments.topic, view), arguments.format));
  return 0;
}

}  // namespace costmill::app
