#include "plan/footer_signs.h"

#include <fmt/format.h>
#include <parquet/metadata.h>
#include <parquet/statistics.h>

#include <algorithm>
#include <bitset>
#include <set>
#include <tuple>

#include "plan/file_dates.h"

namespace costmill {
namespace {

using Signs = std::map<Day, DaySanity>;
using Hours = std::set<std::int64_t>;  // since 1970
constexpr std::int64_t kMillisecondsPerHour = 3'600'000;

struct RowGroupOfFile {
  const StoredFile* file;
  const Footer* footer;
  int row_group;
  const RowGroupInfo* info;
};

std::vector<RowGroupOfFile> row_groups_of(const TableFooters& table) {
  std::vector<RowGroupOfFile> all;
  for (std::size_t i = 0; i < table.footers.size(); ++i) {
    const Footer& footer = table.footers[i];
    for (std::size_t group = 0; group < footer.row_groups.size(); ++group) {
      if (footer.row_groups[group].rows > 0 && footer.row_groups[group].times)
        all.push_back({&table.files[i], &footer, static_cast<int>(group), &footer.row_groups[group]});
    }
  }
  return all;
}

// Koku's names are REPORT.DATE.MANIFEST.NUMBER...: the files of a manifest are parts of one payload. Empty for other names.
std::string_view payload_of(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  constexpr std::size_t kDateSize = 10;
  const std::size_t dot = name.find('.');
  if (dot == std::string_view::npos || !parse_day(name.substr(dot + 1, kDateSize))) return {};
  const std::string_view rest = name.substr(dot + 1 + kDateSize);
  const std::size_t end = rest.find('.', 1);
  return rest.empty() || rest[0] != '.' || end == std::string_view::npos ? std::string_view{} : rest.substr(1, end - 1);
}

Hours hours_of(const TimeSpan& times) {
  Hours hours;
  const std::int64_t last = times.last_ms / kMillisecondsPerHour;
  // A span of years is nothing that hours could tell of.
  constexpr std::int64_t kMost = 24 * 62;
  for (std::int64_t hour = times.first_ms / kMillisecondsPerHour; hour <= last && hours.size() < kMost; ++hour) hours.insert(hour);
  return hours;
}

using PayloadHours = std::map<std::string_view, Hours>;

PayloadHours hours_of_payloads(const std::vector<RowGroupOfFile>& hourly) {
  PayloadHours hours;
  for (const RowGroupOfFile& group : hourly) {
    const std::string_view payload = payload_of(group.file->path);
    if (!payload.empty()) hours[payload].merge(hours_of(*group.info->times));
  }
  return hours;
}

void look_for_overlaps(const PayloadHours& payloads, Signs& signs) {
  std::map<std::int64_t, std::string_view> first_payload;
  std::set<std::int64_t> counted;
  for (const auto& [payload, hours] : payloads) {
    for (const std::int64_t hour : hours) {
      const auto [first, added] = first_payload.try_emplace(hour, payload);
      if (added || !counted.insert(hour).second) continue;
      signs[day_of_ms(hour * kMillisecondsPerHour)].add(SanityCheck::kOverlappingPayloads,
                                                        fmt::format("hour {:02}: payloads {} and {}", hour % 24, first->second, payload));
    }
  }
}

// All that the footer says of the content: equal where the content is.
std::string content_of(const RowGroupOfFile& group) {
  std::string content;
  const auto row_group = group.footer->metadata->RowGroup(group.row_group);
  for (int column = 0; column < row_group->num_columns(); ++column) {
    const auto chunk = row_group->ColumnChunk(column);
    const auto statistics = chunk->is_stats_set() ? chunk->statistics() : nullptr;
    content += fmt::format("{} {} {}", chunk->path_in_schema()->ToDotString(), chunk->num_values(), chunk->total_uncompressed_size());
    if (statistics != nullptr && statistics->HasMinMax())
      content += fmt::format(" {:?} {:?} {}", statistics->EncodeMin(), statistics->EncodeMax(), statistics->null_count());
    content += '\n';
  }
  return content;
}

bool are_of_other_hours(const RowGroupOfFile& a, const RowGroupOfFile& b, const PayloadHours& payloads) {
  const auto of_a = payloads.find(payload_of(a.file->path));
  const auto of_b = payloads.find(payload_of(b.file->path));
  if (of_a == payloads.end() || of_b == payloads.end()) return false;
  return std::none_of(of_a->second.begin(), of_a->second.end(), [&](std::int64_t hour) { return of_b->second.contains(hour); });
}

// Daily rows do not say their hours: of a quiet cluster two payloads may hold the same numbers, each for its own hours.
void look_for_duplicates(const TableFooters& table, const PayloadHours& payloads, Signs& signs) {
  using Key = std::tuple<std::int64_t, std::int64_t, std::int64_t, std::int64_t>;
  std::map<Key, std::vector<RowGroupOfFile>> alike;
  for (const RowGroupOfFile& group : row_groups_of(table)) {
    const std::int64_t bytes = group.footer->metadata->RowGroup(group.row_group)->total_byte_size();
    alike[{group.info->rows, bytes, group.info->times->first_ms, group.info->times->last_ms}].push_back(group);
  }
  for (const auto& [key, groups] : alike) {
    if (groups.size() < 2) continue;
    std::map<std::string, const RowGroupOfFile*> first_with;
    for (const RowGroupOfFile& group : groups) {
      const auto [first, added] = first_with.try_emplace(content_of(group), &group);
      if (added || (!table.is_hourly_pods && are_of_other_hours(*first->second, group, payloads))) continue;
      signs[group.info->times->days().first].add(SanityCheck::kDuplicateRows, fmt::format("{} rows of {} are those of {}", group.info->rows,
                                                                                          group.file->path, first->second->file->path));
    }
  }
}

void look_for_other_months(const TableFooters& table, const MonthPiece& piece, Signs& signs) {
  const Day first = first_day(piece.month);
  const Day last = last_day(piece.month);
  for (const RowGroupOfFile& group : row_groups_of(table)) {
    const DaySpan days = group.info->times->days();
    if (first <= days.first && days.last <= last) continue;
    signs[std::clamp(days.first, first, last)].add(
        SanityCheck::kRowsOutsideMonth, fmt::format("{}: {} to {}", group.file->path, to_string(days.first), to_string(days.last)),
        static_cast<std::uint64_t>(group.info->rows));
  }
}

// An operator that is upgraded gains columns; a damaged name loses one.
void look_for_missing_columns(const TableFooters& table, Signs& signs) {
  std::map<std::string, std::size_t> lacking;
  std::size_t readable = 0;
  for (const Footer& footer : table.footers) {
    if (footer.error) continue;
    ++readable;
    for (const std::string& column : footer.missing_columns) ++lacking[column];
  }
  for (std::size_t i = 0; i < table.footers.size(); ++i) {
    const auto& groups = table.footers[i].row_groups;
    const auto timed = std::find_if(groups.begin(), groups.end(), [](const RowGroupInfo& info) { return info.rows > 0 && info.times; });
    if (timed == groups.end()) continue;
    for (const std::string& column : table.footers[i].missing_columns) {
      if (lacking[column] == readable) continue;
      signs[timed->times->days().first].add(SanityCheck::kMissingColumn, fmt::format("column {} in {}", column, table.files[i].path));
    }
  }
}

}  // namespace

std::map<Day, DaySanity> look_at_footers(std::span<const TableFooters> tables, const MonthPiece& piece) {
  Signs signs;
  PayloadHours payloads;
  for (const TableFooters& table : tables) {
    if (table.is_hourly_pods) payloads = hours_of_payloads(row_groups_of(table));
  }
  look_for_overlaps(payloads, signs);
  for (const TableFooters& table : tables) {
    look_for_other_months(table, piece, signs);
    look_for_missing_columns(table, signs);
    // A label counts once, however often it is reported.
    if (table.table != Table::kNodeLabels && table.table != Table::kNamespaceLabels) look_for_duplicates(table, payloads, signs);
  }
  std::erase_if(signs, [&](const auto& of_day) { return of_day.first < piece.days.from || piece.days.to < of_day.first; });
  return signs;
}

}  // namespace costmill
