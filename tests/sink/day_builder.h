// Days for tests: hand-made rows in canonical order, and what a reader is expected to give back.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "../texts/hashes_of.h"
#include "costmill/error.h"
#include "decimal/decimal.h"
#include "sink/digest.h"
#include "sink/sink.h"
#include "sink/stored_cells.h"

namespace costmill {

inline constexpr Day kDay{20362};  // 2025-10-01
inline constexpr const char* kSourceA = "11111111-1111-4111-8111-111111111111";
inline constexpr const char* kSourceB = "22222222-2222-4222-8222-222222222222";

inline const std::vector<std::string>& nasty_texts() {
  static const std::vector<std::string> texts{"",
                                              "\\N",
                                              "\\",
                                              "\\.",
                                              "NULL",
                                              "null",
                                              "\t",
                                              "a\nb",
                                              "a\r\nb",
                                              "\"",
                                              "a\"b,c'd",
                                              ",",
                                              " ",
                                              "\xF0\x9F\x98\x80 emoji",
                                              "\xC3\xA4\xC3\xB6\xC3\xBC",
                                              "''; DROP TABLE x; --",
                                              "%s {}",
                                              "\r",
                                              "\n",
                                              "x\x01y",
                                              "\"\"",
                                              "$1",
                                              "plain",
                                              "\x1b[31mred\x1b[0m",
                                              "\xC2\x9B"
                                              "2J",
                                              "\xE2\x80\xAE"
                                              "txt.exe",
                                              "a\xE2\x80\xA8"
                                              "b",
                                              "=cmd|' /C calc'!A0",
                                              std::string(300, 'z')};
  return texts;
}

// A text of at most 253 code points: nasty ones, and random ones of what COPY, SQL, CSV, JSON and terminals treat specially.
inline std::string nasty_text(std::mt19937& random) {
  const auto& known = nasty_texts();
  if (random() % 3 == 0) return known[random() % (known.size() - 1)];  // the last is longer
  static const std::vector<std::string> pieces{"\t",
                                               "\n",
                                               "\r",
                                               "\"",
                                               "'",
                                               "\\",
                                               "\\.",
                                               "\\N",
                                               "{",
                                               "}",
                                               "[",
                                               "]",
                                               ",",
                                               ":",
                                               ";",
                                               "=",
                                               "%",
                                               "$",
                                               "\x01",
                                               "\x1b",
                                               "\x7F",
                                               "\xC2\x85",
                                               "\xC3\xA9",
                                               "e\xCC\x81",
                                               "\xE2\x80\xAE",
                                               "\xE2\x80\xA8",
                                               "\xE2\x82\xAC",
                                               "\xEF\xBB\xBF",
                                               "\xEF\xBF\xBF",
                                               "\xF0\x9F\x92\xB0",
                                               "\xF4\x8F\xBF\xBF",
                                               "a",
                                               "Z",
                                               "0",
                                               " "};
  std::string text;
  for (std::size_t i = random() % 12; i > 0; --i) text += pieces[random() % pieces.size()];
  return text;
}

// Expected rows, made without any sink's code but the decimals.
inline std::vector<StoredRow> stored_rows(const DayRows& day) {
  std::vector<StoredRow> rows;
  for (const SummaryRow& row : day.rows) {
    StoredRow& stored = rows.emplace_back(kColumns.size());
    for (std::size_t c = 0; c < kColumns.size(); ++c) {
      const Cell cell = cell_of(day, row, static_cast<Column>(c));
      if (cell.null) continue;
      switch (kColumns[c].kind) {
        case ColumnKind::kNumber: append_decimal(stored[c].emplace(), to_decimal(cell.number).value()); break;
        case ColumnKind::kInteger: stored[c] = std::to_string(cell.integer); break;
        case ColumnKind::kDate: stored[c] = to_string(Day{cell.integer}); break;
        default: stored[c] = std::string(cell.text); break;
      }
    }
  }
  return rows;
}

class DayBuilder {
 public:
  DayBuilder(std::string source_uuid, Day day) {
    rows_.cluster = {
        .source_uuid = std::move(source_uuid), .cluster_id = "cluster", .cluster_alias = "Cluster, \"A\"", .report_period_id = 7};
    rows_.day = day;
  }

  DayBuilder& identity(const std::function<void(ClusterIdentity&)>& change) {
    change(rows_.cluster);
    return *this;
  }

  DayBuilder& row(const std::string& namespace_name, const std::string& node, double cpu_hours) {
    SummaryRow& row = rows_.rows.emplace_back();
    row.namespace_name = rows_.texts.intern(namespace_name);
    row.node = rows_.texts.intern(node);
    row.pod_labels = rows_.texts.intern(R"({"app":"x"})");
    row.all_labels = row.pod_labels;
    row.number(Column::kPodUsageCpuCoreHours) = cpu_hours;
    return *this;
  }

  // Rows full of what breaks formats: nasty texts, NULLs, odd numbers.
  DayBuilder& nasty_rows(std::size_t count, unsigned seed) {
    std::mt19937 random(seed);
    const double numbers[] = {kNullNumber, 0.0, -0.0, 1, -76.80000000000001, 5e-16, 1e17, 3.225806451612903, 0.1, 1e-300, 123456.789};
    const auto text = [&]() -> TextId {
      if (random() % 5 == 0) return kNullText;
      return rows_.texts.intern(random() % 20 == 0 ? nasty_texts().back() : nasty_text(random));
    };
    for (std::size_t i = 0; i < count; ++i) {
      SummaryRow& row = rows_.rows.emplace_back();
      row.data_source = random() % 2 == 0 ? DataSource::kPod : DataSource::kStorage;
      row.has_infrastructure_usage_cost = random() % 3 != 0;
      for (TextId* id : {&row.namespace_name, &row.node, &row.resource_id, &row.pod_labels, &row.persistentvolumeclaim,
                         &row.persistentvolume, &row.storageclass, &row.volume_labels, &row.all_labels}) {
        *id = text();
      }
      if (random() % 2 == 0) row.cost_category_id = static_cast<std::int32_t>(random() % 100) - 50;
      for (double& number : row.numbers) number = numbers[random() % std::size(numbers)];
    }
    return *this;
  }

  DayBuilder& fill(std::size_t count, const std::function<void(SummaryRow&, Texts&)>& fill_row) {
    for (std::size_t i = 0; i < count; ++i) fill_row(rows_.rows.emplace_back(), rows_.texts);
    return *this;
  }

  DayRows build() {
    const std::vector<StoredRow> stored = stored_rows(rows_);
    std::vector<std::size_t> order(stored.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return compare_canonical(stored[a], stored[b]) < 0; });
    std::vector<SummaryRow> sorted;
    for (const std::size_t i : order) sorted.push_back(rows_.rows[i]);
    rows_.rows = std::move(sorted);
    return std::move(rows_);
  }

 private:
  DayRows rows_;
};

inline DayRecord record_of(const DayRows& day) {
  return {.source_uuid = day.cluster.source_uuid,
          .day = day.day,
          .files = {{"data/\xC3\xA4 \"quoted\"\n/a.parquet", "daily pods", 123456789012345ULL, "1700000000.000000001"},
                    {"data/b.parquet", "hourly pods", 0, ""}},
          .reference_scope = {.label_keys = hashes_of({{"app"}, {"env"}}), .nodes = {}, .cost_categories = true},
          .reference = {"00112233445566778899aabbccddeeff", "11112233445566778899aabbccddeeff", "22222233445566778899aabbccddeeff"},
          .config = {{"features.cost_category", "true"}, {"ocp.cluster_alias", "A \"quoted\"\n\xC3\xA4"}},
          .program_version = "0.1.0",
          .hours_seen = 17,
          .rows = day.rows.size(),
          .digest = digest_of(day),
          .totals = {{0.1, std::nullopt, 1e300}},
          .signs = {{"claims_with_several_volumes", 1}, {"negative_value", 123456789012345ULL}}};
}

// The day lives longer than the sink in these tests, so nobody owns it.
inline std::shared_ptr<const DayRows> unowned(const DayRows& day) { return {std::shared_ptr<const DayRows>(), &day}; }

inline void write(Sink& sink, const DayRows& day) { sink.write_day(sink.encode(unowned(day)), record_of(day)); }

// A folder that goes away with the test.
class TempFolder {
 public:
  TempFolder() {
    std::string pattern = testing::TempDir() + "costmill_sink_XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = pattern;
  }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  const std::filesystem::path& path() const { return path_; }

  // Relative paths of all files.
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path_)) {
      if (!entry.is_directory()) names.push_back(std::filesystem::relative(entry.path(), path_).string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

 private:
  std::filesystem::path path_;
};

inline std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline ErrorCode code_of(const std::function<void()>& action, std::string* message = nullptr) {
  try {
    action();
  } catch (const Error& error) {
    if (message != nullptr) *message = error.what();
    return error.code();
  }
  ADD_FAILURE() << "no error";
  return ErrorCode::kBug;
}

}  // namespace costmill
