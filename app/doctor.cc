#include "tenant/doctor.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "commands.h"
#include "config/resolve.h"
#include "config/s3.h"
#include "config/secrets.h"
#include "costmill/error.h"
#include "doctor_local.h"
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

// What belongs together: config, input, reference, sink, machine.
struct Section {
  std::string name;
  std::string shown;  // which one; without secrets
  std::vector<Finding> findings;

  std::int64_t count(Verdict verdict) const {
    return std::count_if(findings.begin(), findings.end(), [&](const Finding& finding) { return finding.verdict == verdict; });
  }
};

Section examine_database_of(const Config& config, std::string_view name, const std::string& uri, PostgresRole role) {
  const PostgresTarget target = database_target(config, uri, role);
  return {std::string(name), target.shown, examine_database(target, config.run.update_nodes ? NodeTables::kUpdated : NodeTables::kRead)};
}

Section examine_input(const Config& config, const Settings& settings) {
  if (!is_s3_uri(config.run.input)) return {"input", shown_uri(config.run.input), examine_input_folder(config)};
  const S3Location location = parse_s3_uri(config.run.input);
  const S3Config s3 = resolve_s3(settings, process_environment());
  return {"input", location.uri(), examine_bucket(location, s3, &stop_requested())};
}

std::vector<Section> examine_all(const Config& config, const Settings& settings) {
  std::vector<Section> sections{{"config", "", examine_config(settings, config)}};
  const auto& reference = config.run.reference;
  if (!config.run.input.empty()) sections.push_back(examine_input(config, settings));
  if (reference && is_postgres_uri(*reference)) {
    sections.push_back(examine_database_of(config, "reference", *reference, PostgresRole::kReference));
  } else if (reference) {
    sections.push_back({"reference", shown_uri(*reference), examine_reference_folder(config)});
  }
  if (is_postgres_uri(config.run.sink)) {
    sections.push_back(examine_database_of(config, "sink", config.run.sink, PostgresRole::kSink));
  } else {
    sections.push_back({"sink", shown_uri(config.run.sink), examine_file_sink(config.run.sink)});
  }
  sections.push_back({"machine", "", examine_machine(config)});
  return sections;
}

std::int64_t problems_in(const std::vector<Section>& sections) {
  std::int64_t problems = 0;
  for (const Section& section : sections) problems += section.count(Verdict::kProblem);
  return problems;
}

// The input comes first on the way of a run.
int exit_code_of_sections(const std::vector<Section>& sections) {
  if (problems_in(sections) == 0) return 0;
  const bool is_input =
      std::any_of(sections.begin(), sections.end(), [](const Section& s) { return s.name == "input" && s.count(Verdict::kProblem) > 0; });
  return exit_code_of(is_input ? ErrorCode::kInputUnavailable : ErrorCode::kSinkUnavailable);
}

void print(const std::vector<Section>& sections) {
  for (const Section& section : sections) {
    say(stdout, "{}{}{}\n", styled(stdout, Style::kBold, section.name), section.shown.empty() ? "" : " ", section.shown);
    for (const Finding& finding : section.findings) {
      const VerdictLook look = look_of(finding.verdict);
      say(stdout, "{} {}: {}\n", styled(stdout, look.style, fmt::format("{:<8}", look.word)), finding.check, finding.what);
      if (!finding.advice.empty()) say(stdout, "{:<11}{}\n", "", finding.advice);
    }
  }
  const std::int64_t problems = problems_in(sections);
  if (problems > 0) say(stdout, "{} {} in the way of a run\n", problems, problems == 1 ? "problem stands" : "problems stand");
}

using Json = nlohmann::ordered_json;

void print_json(const std::vector<Section>& sections) {
  Json all = Json::array();
  for (const Section& section : sections) {
    Json findings = Json::array();
    for (const Finding& finding : section.findings) {
      findings.push_back(
          {{"verdict", look_of(finding.verdict).word}, {"check", finding.check}, {"what", finding.what}, {"advice", finding.advice}});
    }
    all.push_back({{"section", section.name}, {"shown", section.shown}, {"findings", std::move(findings)}});
  }
  const Json report = {{"exit_code", exit_code_of_sections(sections)}, {"problems", problems_in(sections)}, {"sections", std::move(all)}};
  say(stdout, "{}", exact(stdout, report.dump(2, ' ', true, Json::error_handler_t::replace) + '\n'));
}

void check_places(const Config& config) {
  Config asked = config;
  if (asked.run.input.empty()) asked.run.input = "file:.";  // none is asked for
  check_uris(asked);
}

}  // namespace

int doctor(const Arguments& arguments) {
  const auto settings = prepare_settings(arguments);
  if (!settings) return 0;
  const Config config = resolve_for_places(*settings, arguments);
  check_places(config);
  const std::vector<Section> sections = examine_all(config, *settings);
  if (arguments.format == OutputFormat::kJson) {
    print_json(sections);
  } else {
    print(sections);
  }
  return exit_code_of_sections(sections);
}

}  // namespace costmill::app
