// Finished rows: into PostgreSQL's binary COPY and back through a decoder of our own, into CSV and back through our reader.
#include <algorithm>
#include <optional>
#include <vector>

#include "csv/csv_reader.h"
#include "decimal/decimal.h"
#include "fuzz.h"
#include "sink/digest.h"
#include "sink/postgres_rows.h"
#include "sink/summary_csv.h"

namespace {

using costmill::Cell;
using costmill::ColumnKind;
using costmill::DayRows;
using costmill::Decimal;
using costmill::kColumns;
using costmill::SummaryRow;
using costmill::fuzz::require;
using costmill::fuzz::succeeds;

constexpr std::size_t kMostRows = 4;
constexpr std::size_t kMostTextBytes = 64;

DayRows day_from(FuzzedDataProvider& input) {
  DayRows day;
  day.cluster = {.source_uuid = "1f9ac0de-7d11-4c5a-8a5e-0123456789ab",
                 .cluster_id = input.ConsumeRandomLengthString(kMostTextBytes),
                 .cluster_alias = input.ConsumeRandomLengthString(kMostTextBytes),
                 .report_period_id = input.ConsumeIntegral<std::int32_t>()};
  const costmill::Day last = costmill::make_day(9999, 12, 31);
  day.day = {input.ConsumeIntegralInRange<std::int32_t>(costmill::make_day(1, 1, 1).number, last.number)};
  const std::size_t rows = input.ConsumeIntegralInRange<std::size_t>(0, kMostRows);
  for (std::size_t r = 0; r < rows; ++r) {
    SummaryRow& row = day.rows.emplace_back();
    if (input.ConsumeBool()) row.data_source = costmill::DataSource::kStorage;
    row.has_infrastructure_usage_cost = input.ConsumeBool();
    if (input.ConsumeBool()) row.cost_category_id = input.ConsumeIntegral<std::int32_t>();
    for (std::size_t c = 0; c < kColumns.size(); ++c) {
      const auto member = costmill::text_member(static_cast<costmill::Column>(c));
      if (member != nullptr && input.ConsumeBool()) row.*member = day.texts.intern(input.ConsumeRandomLengthString(kMostTextBytes));
    }
    for (double& number : row.numbers) {
      const auto kind = input.ConsumeIntegralInRange<int>(0, 3);
      if (kind == 1) number = static_cast<double>(input.ConsumeIntegral<std::int32_t>()) / 1024;
      if (kind > 1) number = input.ConsumeFloatingPointInRange<double>(-1e18, 1e18);
    }
  }
  return day;
}

// Takes integers and fields off the front of a COPY stream.
class CopyStream {
 public:
  explicit CopyStream(std::string_view bytes) : bytes_(bytes) {}

  template <typename Integer>
  Integer integer() {
    std::make_unsigned_t<Integer> value = 0;
    for (const char byte : take(sizeof(Integer))) {
      value = static_cast<decltype(value)>(value << 8 | static_cast<unsigned char>(byte));
    }
    return static_cast<Integer>(value);
  }
  std::string_view take(std::size_t size) {
    require(size <= bytes_.size(), "a field lies within the stream");
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }
  std::optional<std::string_view> field() {
    const auto size = integer<std::int32_t>();
    require(size >= -1, "a field has a size, or is NULL");
    return size < 0 ? std::nullopt : std::optional(take(static_cast<std::size_t>(size)));
  }
  bool at_end() const { return bytes_.empty(); }

 private:
  std::string_view bytes_;
};

Decimal numeric_in(std::string_view field) {
  CopyStream stream(field);
  const auto groups = stream.integer<std::int16_t>();
  const auto weight = stream.integer<std::int16_t>();
  const auto sign = stream.integer<std::int16_t>();
  require(stream.integer<std::int16_t>() == 15, "numeric has 15 places");
  require(sign == 0 || sign == 0x4000, "a sign is plus or minus");
  Decimal sixteen_places = 0;
  for (int i = 0; i < groups; ++i) {
    Decimal group = stream.integer<std::int16_t>();
    require(0 <= group && group < 10000, "a group has four digits");
    require(group > 0 || (i > 0 && i < groups - 1), "no group of zeros at either end");
    const int power = 4 * (weight - i) + 16;
    require(0 <= power && power <= 32, "a group is one of numeric(33,15)");
    for (int ten = 0; ten < power; ++ten) group *= 10;
    sixteen_places += group;
  }
  require(stream.at_end() && sixteen_places % 10 == 0, "nothing is behind the 15th place");
  return (sign == 0 ? sixteen_places : -sixteen_places) / 10;
}

void check_cell(const Cell& cell, ColumnKind kind, std::optional<std::string_view> field) {
  require(cell.null == !field.has_value(), "NULL is NULL");
  if (cell.null) return;
  CopyStream stream(*field);
  constexpr int kDaysFrom1970To2000 = 10957;
  switch (kind) {
    case ColumnKind::kText: require(*field == cell.text, "a text is itself"); break;
    case ColumnKind::kJson: require(*field == "\1" + std::string(cell.text), "jsonb is a version and the text"); break;
    case ColumnKind::kInteger: require(stream.integer<std::int32_t>() == cell.integer, "an integer is itself"); break;
    case ColumnKind::kDate: require(stream.integer<std::int32_t>() + kDaysFrom1970To2000 == cell.integer, "a date counts from 2000"); break;
    case ColumnKind::kNumber: require(numeric_in(*field) == costmill::to_decimal(cell.number), "a number is its decimal"); break;
    case ColumnKind::kUuid: require(field->size() == 16, "a UUID has 16 bytes"); break;
  }
}

// Whether every number fits; and whether no text holds what PostgreSQL and CSV cannot.
bool fits(const DayRows& day) {
  for (const SummaryRow& row : day.rows) {
    for (std::size_t c = 0; c < kColumns.size(); ++c) {
      const Cell cell = cell_of(day, row, static_cast<costmill::Column>(c));
      if (cell.null) continue;
      if (kColumns[c].kind == ColumnKind::kText && cell.text.find('\0') != std::string_view::npos) return false;
      if (kColumns[c].kind == ColumnKind::kNumber && !costmill::to_decimal(cell.number)) return false;
    }
  }
  return true;
}

void check_copy(const DayRows& day) {
  std::string stream;
  costmill::PostgresRows rows(day);
  const bool is_encoded = succeeds([&] {
    for (std::size_t r = 0; r < day.rows.size(); ++r) rows.append(stream, r);
  });
  require(is_encoded == fits(day), "a day is refused for what does not fit");
  if (!is_encoded) return;
  CopyStream decoded(stream);
  for (const SummaryRow& row : day.rows) {
    require(decoded.integer<std::int16_t>() == costmill::kPostgresColumns, "a row has all columns");
    require(decoded.field()->size() == 16, "a row begins with its uuid");
    for (std::size_t c = 0; c < kColumns.size(); ++c) {
      check_cell(cell_of(day, row, static_cast<costmill::Column>(c)), kColumns[c].kind, decoded.field());
    }
  }
  require(decoded.at_end(), "the stream ends with its last row");
  require(costmill::parameters_of(stream).size() == day.rows.size() * costmill::kPostgresColumns, "a row has a parameter a column");
}

void check_csv(const DayRows& day) {
  std::string text;
  costmill::append_csv_header(text);
  if (!succeeds([&] { costmill::append_csv_rows(text, day, 0, day.rows.size()); })) return;
  if (text.find('\0') != std::string::npos) return;
  const costmill::fuzz::MemoryFile file(text);
  costmill::SummaryCsv table(file.path());
  costmill::StoredRow stored;
  for (const SummaryRow& row : day.rows) {
    require(table.next(stored), "every row is read");
    require(table.key().day == day.day && table.key().source_uuid == day.cluster.source_uuid, "a row knows its day");
    for (std::size_t c = 0; c < kColumns.size(); ++c) {
      const Cell cell = cell_of(day, row, static_cast<costmill::Column>(c));
      const ColumnKind kind = kColumns[c].kind;
      require(stored[c].has_value() == !cell.null, "NULL is NULL");
      if (cell.null) continue;
      if (kind == ColumnKind::kNumber) {
        require(costmill::parse_decimal(*stored[c]) == costmill::to_decimal(cell.number), "a number is its decimal");
      } else if (kind == ColumnKind::kInteger) {
        require(*stored[c] == std::to_string(cell.integer), "an integer is itself");
      } else if (kind != ColumnKind::kDate) {
        require(*stored[c] == cell.text, "a text is itself");
      }
    }
  }
  require(!table.next(stored), "the table ends with its last row");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzedDataProvider input(data, size);
  const DayRows day = day_from(input);
  check_copy(day);
  check_csv(day);
  require(costmill::digest_of(day) == costmill::digest_of(day), "a day has one digest");
  return 0;
}
