#include "tenant/doctor.h"

#include <fmt/format.h>

#include <algorithm>

#include "commands.h"
#include "costmill/error.h"
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
  fmt::print("{} {}: {}\n", styled(stdout, look.style, fmt::format("{:<8}", look.word)), finding.check, printable(finding.what));
  if (!finding.advice.empty()) fmt::print("{:<11}{}\n", "", printable(finding.advice));
}

// The number of problems.
std::int64_t examine(const Config& config, std::string_view option, const std::string& uri, PostgresRole role) {
  const PostgresTarget target = database_target(config, uri, role);
  fmt::print("{} {}\n", styled(stdout, Style::kBold, option), printable(target.shown));
  const std::vector<Finding> findings = examine_database(target, config.run.update_nodes ? NodeTables::kUpdated : NodeTables::kRead);
  for (const Finding& finding : findings) print_finding(finding);
  return std::count_if(findings.begin(), findings.end(), [](const Finding& finding) { return finding.verdict == Verdict::kProblem; });
}

}  // namespace

int doctor(const Arguments& arguments) {
  const auto config = prepare_database_config(arguments);
  if (!config) return 0;
  const bool has_sink = is_postgres_uri(config->run.sink);
  const bool has_reference = config->run.reference && is_postgres_uri(*config->run.reference);
  if (!has_sink && !has_reference) {
    throw Error(ErrorCode::kBadConfig,
                "doctor examines PostgreSQL databases, and neither the sink nor the reference data is one; give --sink "
                "postgresql://USER@HOST/DATABASE?schema=SCHEMA, or fill in the section postgresql");
  }
  std::int64_t problems = 0;
  if (has_sink) problems += examine(*config, "sink", config->run.sink, PostgresRole::kSink);
  if (has_reference) problems += examine(*config, "reference", *config->run.reference, PostgresRole::kReference);
  if (problems == 0) return 0;
  fmt::print("{} {} in the way of a run\n", problems, problems == 1 ? "problem stands" : "problems stand");
  return exit_code_of(ErrorCode::kSinkUnavailable);
}

}  // namespace costmill::app
