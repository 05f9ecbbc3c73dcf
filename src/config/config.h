// The immutable configuration of a run: file, environment and command line resolved. docs/config.md lists every key.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "calendar/day.h"

namespace costmill {

enum class Streaming { kAuto, kOn, kOff };
enum class LayoutKind { kKoku, kPoc };
enum class Numeric { kDecimal, kFloat64 };
enum class Progress { kAuto, kAlways, kNever };
enum class LogLevel { kTrace, kDebug, kInfo, kWarning, kError };
enum class LogFormat { kConsole, kJson };

// Inclusive range of days.
struct DateRange {
  Day from;
  Day to;
};

// A path template per table, relative to the input's root; nullopt: the layout's own.
struct PathTemplates {
  std::optional<std::string> pod_daily;
  std::optional<std::string> pod_hourly;
  std::optional<std::string> storage_daily;
  std::optional<std::string> storage;  // read where storage_daily has no files
  std::optional<std::string> node_labels;
  std::optional<std::string> namespace_labels;
};

// One cluster as configured (`ocp`, or an element of `clusters`); empty fields are found in the input where possible.
struct ClusterConfig {
  std::optional<std::string> provider_uuid;  // lower-case UUID
  std::optional<std::string> cluster_id;
  std::optional<std::string> cluster_alias;
  std::optional<std::int32_t> report_period_id;
  PathTemplates paths;
  // From --month, --from/--to, start_date/end_date or year/month; nullopt: nothing was set.
  std::optional<DateRange> window;
  std::string window_origin;  // for messages, e.g. "--month"; empty without a window
};

struct PerformanceConfig {
  Streaming use_streaming = Streaming::kAuto;
  std::int64_t chunk_size_rows = 50'000;
  std::int64_t streaming_threshold_rows = 50'000;
  std::int64_t memory_limit_bytes = 0;  // 0: auto
  int parallel_readers = 4;
  int max_workers = 4;
  bool parallel_chunks = true;
  bool column_filtering = true;
  bool use_categorical = true;
  bool cache_enabled_tags = true;
  bool gc_after_aggregation = true;
  bool delete_intermediate_dfs = true;
  bool use_bulk_copy = true;
  std::int64_t db_batch_size_rows = 1000;
  bool incremental_db_writes = true;
  std::int64_t task_rows = 100'000'000;  // of a run by other processes
};

struct FeatureConfig {
  bool cost_category = true;
  bool pod_aggregation = true;
  bool storage_aggregation = true;
  bool unallocated_capacity = true;
};

inline constexpr std::string_view kLocalEngine = "local";
inline constexpr std::string_view kDaskScheme = "dask://";

struct RunConfig {
  std::string input;                     // file:DIR, s3://BUCKET/PREFIX; empty: not configured
  std::string sink;                      // postgresql://..., sqlite:FILE, parquet:DIR, csv:DIR
  std::optional<std::string> reference;  // csv:DIR, postgresql://...
  LayoutKind layout = LayoutKind::kKoku;
  Numeric numeric = Numeric::kDecimal;
  Progress progress = Progress::kAuto;
  bool full = false;
  bool prune = false;
  double watch_seconds = 0;  // 0: one run
  bool keep_going = false;
  bool strict = false;
  bool update_nodes = false;
  std::string engine{kLocalEngine};  // or dask://HOST:PORT
  std::string input_origin;          // for messages: where the value was set
  std::string sink_origin;
  std::string reference_origin;
};

enum class Replace { kOwnRows, kAsKoku };

// What a PostgreSQL URI does not say; of the sink, and of reference data.
struct PostgresConfig {
  std::optional<std::string> password;
  std::optional<std::string> schema;
  std::optional<std::string> sslmode;
  int connections = 2;
  Replace replace = Replace::kOwnRows;
  int lock_timeout_seconds = 60;         // 0: none
  int statement_timeout_seconds = 1800;  // 0: none
};

// Keys of an account; without an access key requests are not signed.
struct S3Credentials {
  std::string access_key;
  std::string secret_key;
  std::string session_token;
  std::string origin;  // for messages: where they were found, or where one looked
};

// What an s3://BUCKET/PREFIX URI does not say. docs/s3.md says where each value is looked for.
struct S3Config {
  std::string endpoint;  // http(s)://HOST[:PORT]
  std::string endpoint_origin;
  std::string region;
  std::string region_origin;
  S3Credentials credentials;
  bool path_style = true;  // HOST/BUCKET instead of BUCKET.HOST
  bool verify_tls = true;
  std::string ca_file;  // empty: the system's authorities
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds request_timeout{30'000};  // without a KiB a second
  std::chrono::milliseconds deadline{120'000};        // of one read of an object or page of a listing, all attempts together
  int max_attempts = 3;
};

struct ValidationConfig {
  bool enabled = false;
  std::int64_t sample_size_rows = 100;
};

struct LoggingConfig {
  LogLevel level = LogLevel::kInfo;
  LogFormat format = LogFormat::kConsole;
  bool show_sql = false;
};

// docs/metrics.md. Empty: not wanted.
struct MetricsConfig {
  std::string file;
  std::string push_url;  // may hold a password
  std::string listen_host;
  std::string listen_port;  // a number; 0: any
};

struct Config {
  std::optional<std::string> org_id;    // as configured; nullopt: found in the input
  std::vector<ClusterConfig> clusters;  // those chosen by --cluster; one empty element if none is configured
  bool all_clusters = false;            // --cluster all
  std::optional<std::vector<std::string>> enabled_label_keys;
  PerformanceConfig performance;
  FeatureConfig features;
  RunConfig run;
  S3Config s3;
  PostgresConfig postgres;
  ValidationConfig validation;
  LoggingConfig logging;
  MetricsConfig metrics;
  std::vector<std::string> notices;   // for the log at debug level, e.g. keys without effect
  std::vector<std::string> warnings;  // for the log, e.g. variables that look like mistyped keys
};

}  // namespace costmill
