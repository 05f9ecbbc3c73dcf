#include "tenant/doctor.h"

#include <fmt/format.h>

#include <algorithm>

#include "commands.h"
#include "config/s3.h"
#include "costmill/error.h"
#include "s3/doctor.h"
#include "signals.h"
#include "terminal.h"

namespace costmill::app {
namespace {

struct VerdictLook {
  std::string_view word;
  Style style;
};

VerdictLook look_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kGood: return {"ok", Style::kPlain};
    case Verdict::kWarning: return {"warning", Style::kYellow};
    case Verdict::kProblem: return {"problem", Style::kRed};
  }
  throw Error(ErrorCode::kBug, "a verdict without a word");
}

void print_finding(const Finding& finding) {
  const VerdictLook look = look_of(finding.verdict);
  say(stdout, "{} {}: {}\n", styled(stdout, look.style, fmt::format("{:<8}", look.word)), finding.check, finding.what);
  if (!finding.advice.empty()) say(stdout, "{:<11}{}\n", "", finding.advice);
}

// The number of problems.
std::int64_t print_findings(std::string_view option, const std::string& shown, const std::vector<Finding>& findings) {
  say(stdout, "{} {}\n", styled(stdout, Style::kBold, option), shown);
  for (const Finding& finding : findings) print_finding(finding);
  return std::count_if(findings.begin(), findings.end(), [](const Finding& finding) { return finding.verdict == Verdict::kProblem; });
}

std::int64_t examine_bucket_of(const Config& config, const Settings& settings) {
  const S3Location location = parse_s3_uri(config.run.input);
  const S3Config s3 = resolve_s3(settings, process_environment());
  return print_findings("input", location.uri(), examine_bucket(location, s3, &stop_requested()));
}

std::int64_t examine_database_of(const Config& config, std::string_view option, const std::string& uri, PostgresRole role) {
  const PostgresTarget target = database_target(config, uri, role);
  return print_findings(option, target.shown, examine_database(target, config.run.update_nodes ? NodeTables::kUpdated : NodeTables::kRead));
}

}  // namespace

int doctor(const Arguments& arguments) {
  const auto settings = prepare_settings(arguments);
  if (!settings) return 0;
  const Config config = resolve_for_places(*settings, arguments);
  const bool has_bucket = is_s3_uri(config.run.input);
  const bool has_sink = is_postgres_uri(config.run.sink);
  const bool has_reference = config.run.reference && is_postgres_uri(*config.run.reference);
  if (!has_bucket && !has_sink && !has_reference) {
    throw Error(ErrorCode::kBadConfig,
                "doctor examines buckets and PostgreSQL databases, and neither input nor sink nor reference data is one; give --input "
                "s3://BUCKET/PREFIX or --sink postgresql://USER@HOST/DATABASE?schema=SCHEMA, or fill in the sections s3 and postgresql");
  }
  const std::int64_t of_input = has_bucket ? examine_bucket_of(config, *settings) : 0;
  std::int64_t of_databases = 0;
  if (has_sink) of_databases += examine_database_of(config, "sink", config.run.sink, PostgresRole::kSink);
  if (has_reference) of_databases += examine_database_of(config, "reference", *config.run.reference, PostgresRole::kReference);
  const std::int64_t problems = of_input + of_databases;
  if (problems == 0) return 0;
  say(stdout, "{} {} in the way of a run\n", problems, problems == 1 ? "problem stands" : "problems stand");
  return exit_code_of(of_input > 0 ? ErrorCode::kInputUnavailable : ErrorCode::kSinkUnavailable);
}

}  // namespace costmill::app
