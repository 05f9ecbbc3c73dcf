#include "config/resolve.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <thread>

#include "config/clusters.h"
#include "config/percent_encoding.h"
#include "config/values.h"
#include "config/window.h"
#include "costmill/error.h"

namespace costmill {
namespace {

// Keys with a default always have a value.
bool flag(const SettingSet& values, std::string_view dotted) { return values.boolean(dotted).value(); }
std::int64_t count(const SettingSet& values, std::string_view dotted) { return values.integer(dotted).value(); }
std::string choice(const SettingSet& values, std::string_view dotted) { return lower_case(values.text(dotted).value()); }

int worker_count(const SettingSet& values) {
  constexpr unsigned kMostWorkers = 256;
  if (choice(values, "performance.max_workers") != "auto") return static_cast<int>(count(values, "performance.max_workers"));
  return static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 1U, kMostWorkers));
}

Streaming streaming(const SettingSet& values) {
  const auto forced = values.boolean("performance.use_streaming");
  if (!forced) return Streaming::kAuto;
  return *forced ? Streaming::kOn : Streaming::kOff;
}

PerformanceConfig resolve_performance(const SettingSet& values) {
  PerformanceConfig performance;
  performance.use_streaming = streaming(values);
  performance.chunk_size_rows = count(values, "performance.chunk_size");
  performance.streaming_threshold_rows = count(values, "performance.streaming_threshold_rows");
  performance.memory_limit_bytes = parse_bytes(choice(values, "performance.memory_limit")).value_or(0);
  performance.parallel_readers = static_cast<int>(count(values, "performance.parallel_readers"));
  performance.max_workers = worker_count(values);
  performance.parallel_chunks = flag(values, "performance.parallel_chunks");
  performance.column_filtering = flag(values, "performance.column_filtering");
  performance.use_categorical = flag(values, "performance.use_categorical");
  performance.cache_enabled_tags = flag(values, "performance.cache_enabled_tags");
  performance.gc_after_aggregation = flag(values, "performance.gc_after_aggregation");
  performance.delete_intermediate_dfs = flag(values, "performance.delete_intermediate_dfs");
  performance.use_bulk_copy = flag(values, "performance.use_bulk_copy");
  performance.db_batch_size_rows = count(values, "performance.db_batch_size");
  performance.task_rows = count(values, "performance.task_rows");
  performance.incremental_db_writes = flag(values, "performance.incremental_db_writes");
  return performance;
}

FeatureConfig resolve_features(const SettingSet& values) {
  return {.cost_category = flag(values, "features.cost_category"),
          .pod_aggregation = flag(values, "features.pod_aggregation"),
          .storage_aggregation = flag(values, "features.storage_aggregation"),
          .unallocated_capacity = flag(values, "features.unallocated_capacity")};
}

Progress progress_of(const std::string& text) {
  if (text == "always") return Progress::kAlways;
  return text == "never" ? Progress::kNever : Progress::kAuto;
}

std::string engine_of(const SettingSet& values) {
  const std::string engine = values.text("run.engine").value();
  if (engine == kLocalEngine) return engine;
  const std::string_view scheduler = std::string_view(engine).substr(std::min(engine.size(), kDaskScheme.size()));
  const std::size_t colon = scheduler.rfind(':');
  const std::int64_t port = colon == std::string_view::npos ? 0 : parse_integer(scheduler.substr(colon + 1)).value_or(0);
  const bool is_dask = engine.starts_with(kDaskScheme) && colon > 0 && port > 0 && port < 65536;
  if (!is_dask || scheduler.find('/') != std::string_view::npos)
    refuse(values.origin_of("run.engine"), "run.engine", "expected local or dask://HOST:PORT");
  return engine;
}

RunConfig resolve_run(const Settings& settings) {
  const SettingSet& values = settings.values;
  const ResolvedUri input = resolve_input(settings);
  const ResolvedUri sink = resolve_sink(settings);
  RunConfig run;
  run.input = input.uri;
  run.input_origin = input.origin;
  run.sink = sink.uri;
  run.sink_origin = sink.origin;
  run.reference = values.text("run.reference");
  run.reference_origin = values.origin_of("run.reference").describe();
  run.layout = choice(values, "run.layout") == "poc" ? LayoutKind::kPoc : LayoutKind::kKoku;
  run.numeric = choice(values, "run.numeric") == "float64" ? Numeric::kFloat64 : Numeric::kDecimal;
  run.progress = progress_of(choice(values, "run.progress"));
  run.full = flag(values, "run.full");
  run.prune = flag(values, "run.prune");
  run.watch_seconds = parse_number(values.text("run.watch").value()).value();
  run.keep_going = flag(values, "run.keep_going");
  run.strict = flag(values, "run.strict");
  run.update_nodes = flag(values, "run.update_nodes");
  run.engine = engine_of(values);
  return run;
}

bool is_postgres(std::string_view uri) { return uri.starts_with("postgres"); }

LogLevel log_level_of(const std::string& text) {
  if (text == "trace") return LogLevel::kTrace;
  if (text == "debug") return LogLevel::kDebug;
  if (text == "info") return LogLevel::kInfo;
  return text == "warning" || text == "warn" ? LogLevel::kWarning : LogLevel::kError;
}

// ${ORG_ID} in a template is the organisation of the run, whichever way that was set.
Environment for_templates(const SettingSet& values, Environment environment) {
  if (values.has("organization.org_id")) {
    environment.insert_or_assign("ORG_ID", "{org_id}");
  } else {
    environment.emplace("ORG_ID", "{org_id}");
  }
  return environment;
}

std::optional<std::string> resolve_template(const SettingSet& cluster, std::string_view dotted, const Environment& environment) {
  const auto written = cluster.text(dotted);
  if (!written) return std::nullopt;
  const Origin origin = cluster.origin_of(dotted);
  try {
    const Substituted substituted = substitute(*written, environment);
    if (!substituted.missing_variable.empty())
      refuse(origin, dotted, fmt::format("the variable {} is not set", substituted.missing_variable));
    if (const auto complaint = complaint_about(key(dotted), substituted.text)) refuse(origin, dotted, *complaint);
    return substituted.text;
  } catch (const std::invalid_argument& error) {
    refuse(origin, dotted, error.what());
  }
}

PathTemplates resolve_paths(const SettingSet& cluster, const Environment& environment) {
  const auto path = [&](std::string_view dotted) { return resolve_template(cluster, dotted, environment); };
  return {.pod_daily = path("ocp.parquet_path_pod"),
          .pod_hourly = path("ocp.parquet_path_pod_hourly"),
          .storage_daily = path("ocp.parquet_path_storage_usage_daily"),
          .storage = path("ocp.parquet_path_storage"),
          .node_labels = path("ocp.parquet_path_node_labels"),
          .namespace_labels = path("ocp.parquet_path_namespace_labels")};
}

ClusterConfig resolve_cluster(const SettingSet& set, const CommandLine& command_line, const Environment& environment) {
  ClusterConfig cluster;
  if (const auto uuid = set.text("ocp.provider_uuid")) cluster.provider_uuid = lower_case(*uuid);
  cluster.cluster_id = set.text("ocp.cluster_id");
  cluster.cluster_alias = set.text("ocp.cluster_alias");
  if (const auto period = set.integer("ocp.report_period_id")) cluster.report_period_id = static_cast<std::int32_t>(*period);
  cluster.paths = resolve_paths(set, environment);
  if (const auto window = resolve_window(command_line, set)) {
    cluster.window = window->days;
    cluster.window_origin = window->origin;
  }
  return cluster;
}

std::vector<std::string> notices_of(const SettingSet& values) {
  std::vector<std::string> notices;
  for (const KeyDef& def : all_keys()) {
    const Setting* setting = values.find(def.dotted());
    if (setting == nullptr || def.effect == Effect::kActive) continue;
    notices.push_back(fmt::format("{} ({}) has no effect: {}", def.dotted(), setting->origin.describe(), def.doc));
  }
  return notices;
}

constexpr std::string_view kLoopback = "127.0.0.1";
constexpr std::string_view kPushPath = "/metrics/job/costmill";

// With the path that a Pushgateway expects, if there is none. A password stays in it, so no message repeats any of it.
std::string push_url_of(const std::string& url, const Origin& origin) {
  const std::size_t begin = url.starts_with("http://") ? 7 : url.starts_with("https://") ? 8 : url.size();
  const std::size_t path = std::min(url.find('/', begin), url.size());
  const bool is_plain = std::all_of(url.begin(), url.end(), [](char c) { return c > ' ' && c <= '~'; });
  if (path <= begin || !is_plain || url.find_first_of("?#", begin) != std::string::npos || url.find('@', path) != std::string::npos) {
    refuse(
        origin, "metrics.push_url",
        "expected http://HOST:PORT or https://HOST:PORT of a Pushgateway, or its whole URL /metrics/job/...; write special characters of "
        "a password as %XX");
  }
  return path + 1 >= url.size() ? url.substr(0, path) + std::string(kPushPath) : url;
}

}  // namespace

LoggingConfig resolve_logging(const Settings& settings) {
  LoggingConfig logging;
  logging.level = log_level_of(choice(settings.values, "logging.level"));
  logging.format = choice(settings.values, "logging.format") == "json" ? LogFormat::kJson : LogFormat::kConsole;
  logging.show_sql = flag(settings.values, "logging.show_sql");
  return logging;
}

MetricsConfig resolve_metrics(const Settings& settings) {
  const SettingSet& values = settings.values;
  MetricsConfig metrics;
  metrics.file = values.text("metrics.file").value_or("");
  if (const auto url = values.text("metrics.push_url")) metrics.push_url = push_url_of(*url, values.origin_of("metrics.push_url"));
  if (const auto listen = values.text("metrics.listen")) {
    const std::size_t colon = listen->rfind(':');
    const bool has_port = colon != std::string::npos && parse_integer(listen->substr(colon + 1)).value_or(-1) >= 0 &&
                          parse_integer(listen->substr(colon + 1)).value_or(-1) < 65536;
    metrics.listen_host = listen->substr(0, has_port ? colon : 0);
    if (metrics.listen_host.empty()) metrics.listen_host = kLoopback;
    const bool has_brackets = metrics.listen_host.starts_with('[') && metrics.listen_host.ends_with(']');
    if (has_brackets) metrics.listen_host = metrics.listen_host.substr(1, metrics.listen_host.size() - 2);
    if (!has_port || (!has_brackets && metrics.listen_host.find(':') != std::string::npos))
      refuse(values.origin_of("metrics.listen"), "metrics.listen", "expected HOST:PORT, [IPV6]:PORT, or :PORT of the loopback");
    metrics.listen_port = listen->substr(colon + 1);
  }
  return metrics;
}

PostgresConfig resolve_postgres(const Settings& settings) {
  const SettingSet& values = settings.values;
  PostgresConfig postgres;
  // A variable that is not set is no error: the server may not ask for a password, or find it in ~/.pgpass.
  const Setting* const password = values.find("postgresql.password");
  if (password != nullptr && password->missing_variable.empty()) postgres.password = values.text("postgresql.password");
  postgres.schema = values.has("postgresql.schema") ? values.text("postgresql.schema") : values.text("organization.org_id");
  if (values.has("postgresql.sslmode")) postgres.sslmode = choice(values, "postgresql.sslmode");
  postgres.connections = static_cast<int>(count(values, "postgresql.connections"));
  postgres.replace = choice(values, "postgresql.replace") == "koku" ? Replace::kAsKoku : Replace::kOwnRows;
  postgres.lock_timeout_seconds = static_cast<int>(count(values, "postgresql.lock_timeout"));
  postgres.statement_timeout_seconds = static_cast<int>(count(values, "postgresql.statement_timeout"));
  return postgres;
}

ResolvedUri resolve_input(const Settings& settings) {
  const SettingSet& values = settings.values;
  if (const auto input = values.text("run.input")) return {*input, values.origin_of("run.input").describe()};
  if (const auto bucket = values.text("s3.bucket")) return {fmt::format("s3://{}", *bucket), "the section s3"};
  return {};
}

ResolvedUri resolve_sink(const Settings& settings) {
  const SettingSet& values = settings.values;
  if (const auto sink = values.text("run.sink")) return {*sink, values.origin_of("run.sink").describe()};
  const auto host = values.text("postgresql.host");
  const auto database = values.text("postgresql.database");
  if (!host && !database) return {"sqlite:costmill.db", "default"};
  const auto user = values.text("postgresql.user");
  return {fmt::format("postgresql://{}{}:{}/{}", user ? percent_encoded(*user) + "@" : "", percent_encoded(host.value_or("localhost")),
                      values.integer("postgresql.port").value(), percent_encoded(database.value_or(""))),
          "the section postgresql"};
}

Config resolve(const Settings& settings, const CommandLine& command_line, const Environment& environment) {
  const SettingSet& values = settings.values;
  Config config;
  config.org_id = values.text("organization.org_id");
  const Environment template_environment = for_templates(values, environment);
  const ChosenClusters chosen = choose_clusters(command_line, settings);
  config.all_clusters = chosen.all;
  for (const SettingSet& cluster : chosen.clusters) config.clusters.push_back(resolve_cluster(cluster, command_line, template_environment));
  config.enabled_label_keys = values.list("labels.enabled_keys");
  config.performance = resolve_performance(values);
  config.features = resolve_features(values);
  config.run = resolve_run(settings);
  // Its variables may be ones that other runs have no use for.
  if (is_postgres(config.run.sink) || is_postgres(config.run.reference.value_or(""))) config.postgres = resolve_postgres(settings);
  config.validation = {.enabled = flag(values, "validation.enabled"), .sample_size_rows = count(values, "validation.sample_size")};
  config.logging = resolve_logging(settings);
  config.metrics = resolve_metrics(settings);
  config.notices = notices_of(values);
  config.warnings = settings.warnings;
  return config;
}

}  // namespace costmill
