#include "config/keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "costmill/error.h"

namespace costmill {
namespace {

constexpr double kMebibyte = 1024.0 * 1024.0;
constexpr double kMostRows = 1e12;
constexpr std::string_view kWeight = "Weight of the method `weighted`; cloud costs are not distributed by this version";
constexpr std::string_view kAwsLater = "For AWS bills, which this version does not read";
constexpr std::string_view kTrino = "Trino plays no part here";
using enum KeyType;

constexpr KeyDef without_effect(KeyDef def) {
  def.effect = Effect::kNone;
  return def;
}

constexpr KeyDef secret(KeyDef def) {
  def.secrecy = Secrecy::kSecret;
  return def;
}

constexpr KeyDef kKeys[] = {
    {"organization", "org_id", kPathSegment, "", "Organisation (tenant schema) whose folders are read; not set: found in the input"},

    {"ocp", "provider_uuid", kUuid, "", "Source UUID of the cluster, as in the paths; not set: found in the input"},
    {"ocp", "cluster_id", kText, "", "Cluster id written into every row; not set: the source UUID"},
    {"ocp", "cluster_alias", kText, "", "Display name written into every row; not set: the cluster id"},
    {"ocp", "year", kInteger, "", "Year of the window", "", 1, 9999},
    {"ocp", "month", kInteger, "", "Month of the window, 1 to 12", "", 1, 12},
    {"ocp", "start_date", kDate, "", "First day of the window"},
    {"ocp", "end_date", kDate, "", "Last day of the window, inclusive"},
    {"ocp", "report_period_id", kInteger, "", "Number written into every row; not set: NULL", "", 0, 2147483647},
    {"ocp", "parquet_path_pod", kTemplate, "", "Where daily pods lie; not set: as run.layout says"},
    {"ocp", "parquet_path_pod_hourly", kTemplate, "", "Where hourly pods lie"},
    {"ocp", "parquet_path_storage", kTemplate, "", "Where storage lies if parquet_path_storage_usage_daily has no files"},
    {"ocp", "parquet_path_storage_usage_daily", kTemplate, "", "Where daily storage lies"},
    {"ocp", "parquet_path_node_labels", kTemplate, "", "Where node labels lie"},
    {"ocp", "parquet_path_namespace_labels", kTemplate, "", "Where namespace labels lie"},

    {"run", "input", kText, "", "Where the line items are: `file:DIR`, `s3://BUCKET/PREFIX`; not set: the s3 section, if it has a bucket"},
    {"run", "sink", kText, "",
     "Where days go: `postgresql://USER@HOST/DATABASE`, `sqlite:FILE`, `parquet:DIR`, `csv:DIR`; not set: the postgresql section, else "
     "`sqlite:costmill.db`"},
    {"run", "reference", kText, "",
     "Where reference data is: `csv:DIR`, `postgresql://USER@HOST/DATABASE`; not set: all labels are kept, no cost categories"},
    {"run", "layout", kChoice, "koku", "Which tree of folders the input has", "koku|poc"},
    {"run", "numeric", kChoice, "decimal", "Numbers in Parquet output: decimal128(33,15) or doubles", "decimal|float64"},
    {"run", "full", kBool, "false", "Do all days again, changed or not; what days without rows had before goes"},
    {"run", "prune", kBool, "false", "Remove days that the sink has and the input has no longer"},
    {"run", "watch", kNumber, "0", "Seconds from one look for new work to the next; 0: look once", "", 0, 86400},
    {"run", "keep_going", kBool, "false", "Go on after a bad day; exit code 6 if there was one"},
    {"run", "strict", kBool, "false", "Refuse days with signs of bad data (usage above capacity, missing hours, ...), see docs/sanity.md"},
    {"run", "update_nodes", kBool, "false",
     "PostgreSQL: bring reporting_ocp_clusters and reporting_ocp_nodes up to date before the summary"},
    {"run", "engine", kText, "local", "Who makes the days: `local`, this process; `dask://HOST:PORT`, the workers of a Dask scheduler"},
    {"run", "progress", kChoice, "auto", "Progress on stderr; `auto`: if it is a terminal", "auto|always|never"},

    {"labels", "enabled_keys", kTextList, "", "Label keys to keep, instead of reporting_enabledtagkeys"},

    {"features", "cost_category", kBool, "true", "Match namespaces to cost categories"},
    {"features", "pod_aggregation", kBool, "true", "Write pod rows"},
    {"features", "storage_aggregation", kBool, "true", "Write storage rows"},
    {"features", "unallocated_capacity", kBool, "true", "Write rows of unallocated capacity"},

    {"performance", "use_streaming", kBoolOrAuto, "auto",
     "`true`: chunks in flight are bounded by memory_limit; `false`: read-ahead runs free; `auto`: by the size of the work"},
    {"performance", "chunk_size", kInteger, "50000", "Rows queued a chunk", "", 1, kMostRows},
    {"performance", "streaming_threshold_rows", kInteger, "50000", "Rows at which `use_streaming: auto` starts to stream", "", 1,
     kMostRows},
    {"performance", "memory_limit", kBytes, "auto",
     "Hard ceiling of the memory of a run, e.g. `256MiB`, at least 16MiB; `auto`: what machine or container have, less a fifth, at least "
     "64 MiB",
     "", 16 * kMebibyte},
    {"performance", "parallel_readers", kInteger, "4", "Concurrent reads of files and row groups", "", 1, 256},
    {"performance", "max_workers", kWorkers, "4", "Threads that decode and fold; `auto`: one per core", "", 1, 256},
    {"performance", "parallel_chunks", kBool, "true", "Fold chunks in parallel"},
    {"performance", "column_filtering", kBool, "true", "Read only the columns that rules need"},
    {"performance", "use_categorical", kBool, "true", "Keep strings as dictionary codes"},
    without_effect({"performance", "use_arrow_compute", kBool, "true", "The core is Arrow either way"}),
    {"performance", "cache_enabled_tags", kBool, "true", "Read reference data once; off: once per day written"},
    {"performance", "gc_after_aggregation", kBool, "true", "Give freed memory back to the system after each phase"},
    {"performance", "delete_intermediate_dfs", kBool, "true", "Free a chunk as soon as it is folded; off: at the end of the day"},
    {"performance", "db_batch_size", kInteger, "1000", "PostgreSQL: rows an INSERT where `use_bulk_copy` is off; 1771 at most are sent", "",
     1, 1e9},
    {"performance", "use_bulk_copy", kBool, "true", "PostgreSQL: binary COPY; off: multi-row INSERTs"},
    {"performance", "incremental_db_writes", kBool, "true", "Commit each day as soon as it is done; off: all days in one transaction"},
    {"performance", "task_rows", kInteger, "100000000",
     "`run.engine: dask://...`: a day of more line items is cut into tasks of about so many", "", 1, kMostRows},

    {"logging", "level", kChoice, "info", "Least severity that is logged to stderr", "trace|debug|info|warning|warn|error|critical"},
    {"logging", "format", kChoice, "console", "Lines for people, or JSON lines", "console|json"},
    {"logging", "show_sql", kBool, "false", "Log every SQL statement and the time it took"},

    {"metrics", "file", kText, "", "Where `run` leaves its metrics, for the textfile collector of node_exporter; its counters go on there"},
    {"metrics", "push_url", kText, "",
     "Pushgateway that `run` sends its metrics to: `http://HOST:PORT` or https, or with its own `/metrics/job/...` path"},
    {"metrics", "listen", kText, "", "`HOST:PORT`, or `:PORT` of the loopback, where `run --watch` answers `GET /metrics`"},

    {"s3", "endpoint", kText, "", "`http://HOST:PORT` or `https://HOST:PORT`; not set: AWS_ENDPOINT_URL, S3_ENDPOINT, else Amazon's"},
    {"s3", "bucket", kText, "", "Bucket of the input where run.input is not set"},
    {"s3", "region", kText, "", "Not set: AWS_REGION, AWS_DEFAULT_REGION, S3_REGION, the profile's, else us-east-1"},
    secret({"s3", "access_key", kText, "", "Not set: AWS_ACCESS_KEY_ID, S3_ACCESS_KEY, the profile's, else requests are anonymous"}),
    secret({"s3", "secret_key", kText, "", "Its secret"}),
    secret({"s3", "session_token", kText, "", "Of keys that are for a while only"}),
    {"s3", "use_ssl", kBool, "true", "Whether an endpoint without `http://` or `https://` is asked by https"},
    {"s3", "verify_ssl", kBool, "true", "Whether the server's certificate must be good; off: anybody may answer"},
    {"s3", "ca_file", kText, "", "Certificates of the authorities to trust, PEM; not set: AWS_CA_BUNDLE, the profile's, else the system's"},
    {"s3", "path_style", kBool, "", "`HOST/BUCKET` instead of `BUCKET.HOST`; not set: true, except at Amazon's"},
    {"s3", "connect_timeout", kNumber, "5", "Seconds until a connection stands, TLS included", "", 0.001, 86400},
    {"s3", "request_timeout", kNumber, "30", "Seconds in which less than a KiB a second comes", "", 0.001, 86400},
    {"s3", "max_attempts", kInteger, "3", "Tries of a request that no answer, or a server in trouble, stopped", "", 1, 100},
    {"s3", "deadline", kNumber, "120", "Seconds that one read of an object or page of a listing may take, all attempts and pauses together",
     "", 0.001, 86400},

    {"postgresql", "host", kText, "", "Server of the sink where run.sink is not set"},
    {"postgresql", "port", kInteger, "5432", "Its port", "", 1, 65535},
    {"postgresql", "database", kText, "", "Its database"},
    {"postgresql", "user", kText, "", "Its user"},
    secret({"postgresql", "password", kText, "", "Its password, where the URI has none; ~/.pgpass and PGPASSWORD serve too"}),
    {"postgresql", "schema", kText, "", "Tenant schema, where the URI has no `?schema=`; not set: organization.org_id"},
    {"postgresql", "sslmode", kChoice, "", "TLS, where the URI says nothing; not set: PGSSLMODE, else verify-full unless the host is local",
     "disable|allow|prefer|require|verify-ca|verify-full"},
    {"postgresql", "connections", kInteger, "2", "Connections that write days side by side, of all workers together", "", 1, 64},
    {"postgresql", "replace", kChoice, "costmill",
     "Which rows of a day are replaced: its own, or all that Koku itself deletes (rows of cost models too)", "costmill|koku"},
    {"postgresql", "lock_timeout", kInteger, "60", "Seconds to wait for a lock, for example of another run over the same day; 0: for ever",
     "", 0, 86400},
    {"postgresql", "statement_timeout", kInteger, "1800", "Seconds that a statement may take; 0: any", "", 0, 86400},

    without_effect({"aws", "provider_uuid", kUuid, "", kAwsLater}),
    without_effect({"aws", "parquet_path_line_items", kTemplate, "", kAwsLater}),

    without_effect({"cost", "markup", kNumber, "0.10", "Markup on cloud costs, which this version does not read", "", -1, 1e6}),
    without_effect(
        {"cost", "distribution.method", kChoice, "cpu", "How cloud costs are distributed; not by this version", "cpu|memory|weighted"}),
    without_effect({"cost", "distribution.weights.aws.cpu_weight", kNumber, "0.73", kWeight, "", 0, 1}),
    without_effect({"cost", "distribution.weights.aws.memory_weight", kNumber, "0.27", kWeight, "", 0, 1}),
    without_effect({"cost", "distribution.weights.azure.cpu_weight", kNumber, "0.73", kWeight, "", 0, 1}),
    without_effect({"cost", "distribution.weights.azure.memory_weight", kNumber, "0.27", kWeight, "", 0, 1}),
    without_effect({"cost", "distribution.weights.gcp.cpu_weight", kNumber, "0.72", kWeight, "", 0, 1}),
    without_effect({"cost", "distribution.weights.gcp.memory_weight", kNumber, "0.28", kWeight, "", 0, 1}),
    without_effect({"cost", "distribution.weights.default.cpu_weight", kNumber, "0.73", kWeight, "", 0, 1}),
    without_effect({"cost", "distribution.weights.default.memory_weight", kNumber, "0.27", kWeight, "", 0, 1}),
    without_effect({"cost", "resource_types", kTextList, "", kAwsLater}),

    {"validation", "enabled", kBool, "false", "PostgreSQL: read each day's sums and a sample of its rows back before it is committed"},
    {"validation", "sample_size", kInteger, "100", "Rows a day that are read back", "", 1, 1e6},
    without_effect({"validation", "tolerance", kNumber, "0.0001", "What is read back must be equal to the last place", "", 0, 1}),
    without_effect({"validation", "trino.enabled", kBool, "", kTrino}),
    without_effect({"validation", "trino.host", kText, "", kTrino}),
    without_effect({"validation", "trino.port", kInteger, "", kTrino, "", 1, 65535}),
    without_effect({"validation", "trino.user", kText, "", kTrino}),
    without_effect(secret({"validation", "trino.password", kText, "", kTrino})),
    without_effect({"validation", "trino.catalog", kText, "", kTrino}),
    without_effect({"validation", "trino.schema", kText, "", kTrino}),
};

char variable_character(char c) {
  if (c == '.') return '_';
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

}  // namespace

std::string KeyDef::dotted() const { return fmt::format("{}.{}", section, name); }

std::string KeyDef::variable_name() const {
  std::string variable = fmt::format("{}_{}", section, name);
  std::transform(variable.begin(), variable.end(), variable.begin(), variable_character);
  return std::string(kVariablePrefix) + variable;
}

std::span<const KeyDef> all_keys() { return kKeys; }

const KeyDef* find_key(std::string_view dotted) {
  const std::size_t dot = dotted.find('.');
  if (dot == std::string_view::npos) return nullptr;
  const auto section = dotted.substr(0, dot);
  const auto name = dotted.substr(dot + 1);
  const auto found =
      std::find_if(std::begin(kKeys), std::end(kKeys), [&](const KeyDef& def) { return def.section == section && def.name == name; });
  return found == std::end(kKeys) ? nullptr : found;
}

const KeyDef& key(std::string_view dotted) {
  const KeyDef* def = find_key(dotted);
  if (def == nullptr) throw Error(ErrorCode::kBug, fmt::format("no configuration key {} in the table", dotted));
  return *def;
}

std::vector<const KeyDef*> keys_named(std::string_view name) {
  std::vector<const KeyDef*> named;
  for (const KeyDef& def : kKeys) {
    if (def.name == name) named.push_back(&def);
  }
  return named;
}

std::vector<std::string_view> all_sections() {
  std::vector<std::string_view> sections;
  for (const KeyDef& def : kKeys) {
    if (sections.empty() || sections.back() != def.section) sections.push_back(def.section);
  }
  return sections;
}

bool is_section(std::string_view name) {
  return std::any_of(std::begin(kKeys), std::end(kKeys), [&](const KeyDef& def) { return def.section == name; });
}

bool is_group(std::string_view section, std::string_view path) {
  return std::any_of(std::begin(kKeys), std::end(kKeys), [&](const KeyDef& def) {
    return def.section == section && def.name.size() > path.size() && def.name.starts_with(path) && def.name[path.size()] == '.';
  });
}

}  // namespace costmill
