#include "scan/arrow_chunk.h"

#include <arrow/compute/cast.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "costmill/error.h"
#include "memory/arrow_columns.h"
#include "scan/timestamps.h"

namespace costmill {
namespace {

[[noreturn]] void refuse(std::string_view column, const std::string& complaint) {
  throw Error(ErrorCode::kBadInput, fmt::format("record batch, column {}: {}", column, complaint), {.column = std::string(column)});
}

std::shared_ptr<arrow::DataType> time_type() { return arrow::timestamp(arrow::TimeUnit::MILLI, "UTC"); }

// --- chunk to batch

std::shared_ptr<arrow::Array> time_array(const Chunk& chunk, arrow::MemoryPool* pool) {
  arrow::TimestampBuilder builder(time_type(), pool);
  require_built(builder.Reserve(static_cast<std::int64_t>(chunk.rows)));
  for (const std::int64_t ms : chunk.interval_start_ms) {
    if (ms == kNullTime) {
      builder.UnsafeAppendNull();
    } else {
      builder.UnsafeAppend(ms);
    }
  }
  return built(builder);
}

std::shared_ptr<arrow::Array> number_array(const NumberColumn& column, std::size_t rows, arrow::MemoryPool* pool) {
  arrow::DoubleBuilder builder(pool);
  const std::uint8_t* const valid = column.has_nulls ? column.valid.data() : nullptr;
  require_built(builder.AppendValues(column.values.data(), static_cast<std::int64_t>(rows), valid));
  return built(builder);
}

std::shared_ptr<arrow::Array> text_array(const std::vector<TextId>& ids, const Texts& texts, std::vector<std::int32_t>& codes_of_texts,
                                         arrow::MemoryPool* pool) {
  constexpr std::int32_t kNoCode = -1;
  codes_of_texts.assign(texts.size(), kNoCode);
  arrow::Int32Builder codes(pool);
  arrow::StringBuilder dictionary(pool);
  require_built(codes.Reserve(static_cast<std::int64_t>(ids.size())));
  std::int32_t distinct = 0;
  for (const TextId id : ids) {
    if (id == kNullText) {
      codes.UnsafeAppendNull();
      continue;
    }
    std::int32_t& code = codes_of_texts[id];
    if (code == kNoCode) {
      code = distinct++;
      require_built(dictionary.Append(texts[id]));
    }
    codes.UnsafeAppend(code);
  }
  return built_texts(codes, dictionary);
}

// --- batch to chunk

std::shared_ptr<arrow::Array> cast(const std::shared_ptr<arrow::Array>& array, const std::shared_ptr<arrow::DataType>& type,
                                   std::string_view column) {
  if (array->type()->Equals(*type)) return array;
  auto converted = arrow::compute::Cast(*array, type);
  if (converted.status().IsOutOfMemory()) require_built(converted.status());
  if (!converted.ok()) refuse(column, converted.status().message());
  return std::move(converted).ValueUnsafe();
}

std::int64_t ms_of(std::int64_t value, arrow::TimeUnit::type unit, std::string_view column) {
  constexpr std::int64_t kMsASecond = 1000;
  switch (unit) {
    case arrow::TimeUnit::SECOND: {
      std::int64_t ms = 0;
      if (__builtin_mul_overflow(value, kMsASecond, &ms)) refuse(column, fmt::format("{} s is out of range", value));
      return ms;
    }
    case arrow::TimeUnit::MILLI: return to_ms(value, TimestampUnit::kMilliseconds);
    case arrow::TimeUnit::MICRO: return to_ms(value, TimestampUnit::kMicroseconds);
    case arrow::TimeUnit::NANO: break;
  }
  return to_ms(value, TimestampUnit::kNanoseconds);
}

template <typename Array, typename MsOf>
void read_times_of(const arrow::Array& array, std::vector<std::int64_t>& out, MsOf ms_of_value) {
  const auto& typed = static_cast<const Array&>(array);
  for (std::int64_t i = 0; i < typed.length(); ++i)
    out[static_cast<std::size_t>(i)] = typed.IsNull(i) ? kNullTime : ms_of_value(typed.GetView(i));
}

void read_times(const std::shared_ptr<arrow::Array>& array, std::vector<std::int64_t>& out) {
  constexpr std::int64_t kMsADay = 86'400'000;
  switch (array->type_id()) {
    case arrow::Type::NA: return;
    case arrow::Type::TIMESTAMP: {
      const auto unit = static_cast<const arrow::TimestampType&>(*array->type()).unit();
      return read_times_of<arrow::TimestampArray>(*array, out, [&](std::int64_t value) { return ms_of(value, unit, kIntervalStart); });
    }
    case arrow::Type::DATE32: return read_times_of<arrow::Date32Array>(*array, out, [&](std::int32_t days) { return days * kMsADay; });
    case arrow::Type::STRING:
    case arrow::Type::LARGE_STRING:
    case arrow::Type::STRING_VIEW:
      return read_times_of<arrow::StringArray>(*cast(array, arrow::utf8(), kIntervalStart), out, [&](std::string_view text) {
        const auto ms = parse_timestamp_ms(text);
        if (!ms) refuse(kIntervalStart, fmt::format("'{}' is no time; expected e.g. 2025-10-01T13:00:00Z", text));
        return *ms;
      });
    default: refuse(kIntervalStart, fmt::format("has type {}, expected a timestamp", array->type()->ToString()));
  }
}

bool is_text(arrow::Type::type type) {
  return type == arrow::Type::STRING || type == arrow::Type::LARGE_STRING || type == arrow::Type::STRING_VIEW;
}

void read_texts(const std::shared_ptr<arrow::Array>& array, std::string_view column, Texts& texts, std::vector<TextId>& out) {
  if (array->type_id() == arrow::Type::NA) return;
  if (array->type_id() == arrow::Type::DICTIONARY) {
    const auto& coded = static_cast<const arrow::DictionaryArray&>(*array);
    std::vector<TextId> ids(static_cast<std::size_t>(coded.dictionary()->length()), kNullText);
    read_texts(coded.dictionary(), column, texts, ids);
    for (std::int64_t i = 0; i < coded.length(); ++i) {
      if (!coded.IsNull(i)) out[static_cast<std::size_t>(i)] = ids[static_cast<std::size_t>(coded.GetValueIndex(i))];
    }
    return;
  }
  if (!is_text(array->type_id())) refuse(column, fmt::format("has type {}, expected text", array->type()->ToString()));
  const auto plain = cast(array, arrow::utf8(), column);
  const auto& typed = static_cast<const arrow::StringArray&>(*plain);
  for (std::int64_t i = 0; i < typed.length(); ++i) {
    if (!typed.IsNull(i)) out[static_cast<std::size_t>(i)] = texts.intern(typed.GetView(i));
  }
}

void read_numbers(const std::shared_ptr<arrow::Array>& array, std::string_view column, NumberColumn& out) {
  if (array->type_id() == arrow::Type::NA) return;
  if (!arrow::is_floating(array->type_id()) && !arrow::is_integer(array->type_id()))
    refuse(column, fmt::format("has type {}, expected float64", array->type()->ToString()));
  const auto numbers = cast(array, arrow::float64(), column);
  const auto& typed = static_cast<const arrow::DoubleArray&>(*numbers);
  out.has_nulls = typed.null_count() > 0;
  for (std::int64_t i = 0; i < typed.length(); ++i) {
    const bool is_valid = typed.IsValid(i);
    out.values[static_cast<std::size_t>(i)] = is_valid ? typed.Value(i) : 0.0;
    out.valid[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(is_valid);
  }
}

// nullopt: not there, and it need not be.
std::optional<std::shared_ptr<arrow::Array>> column_of(const arrow::RecordBatch& batch, const ColumnSpec& spec, Table table) {
  const std::vector<int> found = batch.schema()->GetAllFieldIndices(std::string(spec.name));
  if (found.size() == 1) return batch.column(found.front());
  if (found.size() > 1) refuse(spec.name, fmt::format("is there {} times", found.size()));
  if (spec.presence == Presence::kRequired) refuse(spec.name, fmt::format("is not there, but {} must have it", name_of(table)));
  return std::nullopt;
}

}  // namespace

BatchColumns all_columns(Table table) {
  const TableSchema& schema = schema_of(table);
  const auto ones = [](std::size_t count) { return static_cast<std::uint32_t>((std::uint64_t{1} << count) - 1); };
  return {.table = table, .wanted = {ones(schema.texts.size()), ones(schema.numbers.size())}, .interval_start = true};
}

BatchColumns columns_named(Table table, std::span<const std::string> names) {
  const TableSchema& schema = schema_of(table);
  BatchColumns columns{.table = table, .wanted = {}, .interval_start = false};
  const auto take = [](std::span<const ColumnSpec> specs, std::string_view name, std::uint32_t& bits) {
    const auto found = std::ranges::find(specs, name, &ColumnSpec::name);
    if (found != specs.end()) bits |= 1U << static_cast<std::uint32_t>(found - specs.begin());
    return found != specs.end();
  };
  for (const std::string& name : names) {
    if (name == kIntervalStart) {
      columns.interval_start = true;
    } else if (!take(schema.texts, name, columns.wanted.texts) && !take(schema.numbers, name, columns.wanted.numbers)) {
      std::vector<std::string_view> known{kIntervalStart};
      for (const auto& specs : {schema.texts, schema.numbers}) {
        for (const ColumnSpec& spec : specs) known.push_back(spec.name);
      }
      throw Error(ErrorCode::kBadConfig, fmt::format("{} have no column '{}'; there are {}", name_of(table), name, fmt::join(known, ", ")));
    }
  }
  return columns;
}

std::shared_ptr<arrow::Schema> schema_of(const BatchColumns& columns) {
  const TableSchema& schema = schema_of(columns.table);
  arrow::FieldVector fields;
  if (columns.interval_start) fields.push_back(arrow::field(std::string(kIntervalStart), time_type()));
  for (std::size_t i = 0; i < schema.texts.size(); ++i) {
    if (columns.wanted.text(i)) fields.push_back(arrow::field(std::string(schema.texts[i].name), coded_text()));
  }
  for (std::size_t i = 0; i < schema.numbers.size(); ++i) {
    if (columns.wanted.number(i)) fields.push_back(arrow::field(std::string(schema.numbers[i].name), arrow::float64()));
  }
  return arrow::schema(std::move(fields));
}

std::shared_ptr<arrow::RecordBatch> batch_of(const Chunk& chunk, const Texts& texts, const BatchColumns& columns, arrow::MemoryPool* pool) {
  arrow::ArrayVector arrays;
  std::vector<std::int32_t> codes_of_texts;
  if (columns.interval_start) arrays.push_back(time_array(chunk, pool));
  for (std::size_t i = 0; i < chunk.texts.size(); ++i) {
    if (columns.wanted.text(i)) arrays.push_back(text_array(chunk.texts[i], texts, codes_of_texts, pool));
  }
  for (std::size_t i = 0; i < chunk.numbers.size(); ++i) {
    if (columns.wanted.number(i)) arrays.push_back(number_array(chunk.numbers[i], chunk.rows, pool));
  }
  return arrow::RecordBatch::Make(schema_of(columns), static_cast<std::int64_t>(chunk.rows), std::move(arrays));
}

Chunk chunk_of(const arrow::RecordBatch& batch, Table table, WantedColumns wanted, Texts& texts) {
  const arrow::Status valid = batch.ValidateFull();
  if (!valid.ok()) throw Error(ErrorCode::kBadInput, fmt::format("record batch: {}", valid.message()));
  const TableSchema& schema = schema_of(table);
  Chunk chunk;
  chunk.rows = static_cast<std::size_t>(batch.num_rows());
  chunk.interval_start_ms.assign(chunk.rows, kNullTime);
  read_times(*column_of(batch, {kIntervalStart, Presence::kRequired}, table), chunk.interval_start_ms);
  chunk.texts.resize(schema.texts.size());
  for (std::size_t i = 0; i < schema.texts.size(); ++i) {
    if (!wanted.text(i)) continue;
    chunk.texts[i].assign(chunk.rows, kNullText);
    if (const auto column = column_of(batch, schema.texts[i], table)) read_texts(*column, schema.texts[i].name, texts, chunk.texts[i]);
  }
  chunk.numbers.resize(schema.numbers.size());
  for (std::size_t i = 0; i < schema.numbers.size(); ++i) {
    if (!wanted.number(i)) continue;
    NumberColumn& out = chunk.numbers[i];
    out.values.assign(chunk.rows, 0.0);
    out.valid.assign(chunk.rows, 0);
    if (const auto column = column_of(batch, schema.numbers[i], table)) read_numbers(*column, schema.numbers[i].name, out);
  }
  return chunk;
}

}  // namespace costmill
