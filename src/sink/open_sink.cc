#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "costmill/error.h"
#include "sink/digest.h"
#include "sink/parquet_form.h"
#include "sink/sinks.h"
#include "sink/summary_csv.h"

namespace costmill {
namespace {

constexpr std::string_view kSchemes[] = {"sqlite", "parquet", "csv"};

}  // namespace

FileSink file_sink_of(std::string_view uri) {
  const std::size_t colon = uri.find(':');
  const std::string_view scheme = uri.substr(0, colon);
  const bool known = std::find(std::begin(kSchemes), std::end(kSchemes), scheme) != std::end(kSchemes);
  if (colon == std::string_view::npos || !known) {
    // The text is not repeated: a URI of another kind may hold a password.
    throw Error(ErrorCode::kBadConfig,
                "the sink is none that Costmill knows; give postgresql://USER@HOST/DATABASE, sqlite:FILE, parquet:DIR or csv:DIR");
  }
  std::string_view path = uri.substr(colon + 1);
  if (path.empty()) {
    throw Error(ErrorCode::kBadConfig,
                fmt::format("the sink {}: lacks its path; give {}:{}", scheme, scheme, scheme == "sqlite" ? "FILE" : "DIR"));
  }
  while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  return {scheme, std::filesystem::path(path)};
}

EncodedDay::EncodedDay(std::shared_ptr<const DayRows> day_rows)
    : rows(std::move(day_rows)), row_count(rows->rows.size()), digest(digest_of(*rows)) {}

void Sink::adopt_day(const std::filesystem::path& staged, const DayRecord& record) {
  throw Error(ErrorCode::kBug, fmt::format("{} of {} lies in {}, which this sink cannot take over", to_string(record.day),
                                           record.source_uuid, staged.string()));
}
std::optional<std::int32_t> Sink::report_period(const ClusterIdentity& /*cluster*/, Day /*month*/) { return std::nullopt; }
RecordedDays SinkReader::recorded_days(const std::string& /*source_uuid*/, const DateRange& /*days*/) { return {}; }
std::optional<std::int32_t> SinkReader::report_period(const ClusterIdentity& /*cluster*/, Day /*month*/) { return std::nullopt; }

std::unique_ptr<Sink> open_sink(std::string_view uri, const SinkOptions& options) {
  if (is_postgres_uri(uri)) return open_postgres_sink(uri, options);
  const FileSink place = file_sink_of(uri);
  if (place.kind == "sqlite") return open_sqlite_sink(place.path, options);
  if (place.kind == "parquet") return open_parquet_sink(place.path, options);
  return open_csv_sink(place.path, options);
}

std::unique_ptr<SinkReader> open_sink_reader(std::string_view uri, const PostgresSettings& postgres) {
  if (is_postgres_uri(uri)) return open_postgres_reader(uri, postgres);
  const FileSink place = file_sink_of(uri);
  if (place.kind == "sqlite") return open_sqlite_reader(place.path);
  if (place.kind == "parquet") return open_parquet_reader(place.path);
  return open_csv_reader(place.path);
}

bool sink_exists(std::string_view uri) {
  if (is_postgres_uri(uri)) return true;
  const FileSink place = file_sink_of(uri);
  if (place.kind == "parquet") return std::filesystem::is_directory(parquet_table_folder(place.path));
  return std::filesystem::exists(place.kind == "csv" && std::filesystem::is_directory(place.path) ? place.path / kCsvFileName : place.path);
}

void throw_nothing_to_read(const std::filesystem::path& path, std::string_view expected) {
  throw Error(ErrorCode::kSinkUnavailable,
              fmt::format("{} is not there: expected {}; check the URI, or run first", path.string(), expected), {.file = path.string()});
}

}  // namespace costmill
