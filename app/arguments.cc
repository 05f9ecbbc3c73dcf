#include "arguments.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <map>

#include "completion.h"
#include "config/keys.h"
#include "config/nearest.h"
#include "config/secrets.h"
#include "config/values.h"
#include "costmill/error.h"
#include "costmill/version.h"
#include "key_options.h"
#include "texts/printable.h"
#include "usage.h"

namespace costmill::app {
namespace {

const std::map<std::string, Topic> kTopics = {{"summary", Topic::kSummary}, {"namespaces", Topic::kNamespaces},
                                              {"nodes", Topic::kNodes},     {"storage", Topic::kStorage},
                                              {"days", Topic::kDays},       {"receipts", Topic::kReceipts}};
const std::map<std::string, OutputFormat> kFormats = {
    {"table", OutputFormat::kTable}, {"csv", OutputFormat::kCsv}, {"json", OutputFormat::kJson}};

constexpr std::string_view kManPageWord = "__man";
const std::vector<std::string> kShells = {"bash", "zsh", "fish"};

constexpr std::size_t kDefaultLimit = 10;
constexpr std::size_t kSummaryLimit = 5;
constexpr std::int64_t kMostMonths = 1200;

[[noreturn]] void bad_usage(const std::string& message) { throw Error(ErrorCode::kBadConfig, message); }

template <typename Value>
std::vector<std::string> names_of(const std::map<std::string, Value>& values) {
  std::vector<std::string> names;
  for (const auto& [name, value] : values) names.push_back(name);
  return names;
}

template <typename Value>
Value named(const std::map<std::string, Value>& values, const std::string& name, std::string_view what) {
  if (const auto found = values.find(name); found != values.end()) return found->second;
  const std::vector<std::string> names = names_of(values);
  bad_usage(fmt::format("{} {}: expected one of {}{}", what, as_shown(shown_uri(name)), fmt::join(names, ", "), suggestion(name, names)));
}

// Builds the parser; the values land in its fields.
class Parser {
 public:
  Parser();

  // nullopt: answered already.
  std::optional<Arguments> parse(int argc, char** argv);
  CommandNode tree() const { return tree_of(app_, choices_); }

 private:
  CLI::App* add_command(Command command, const char* name, const char* description, const char* examples);
  void add_config_options(CLI::App* command);
  void add_key_option(CLI::App* command, const KeyOptionDef& def);
  void add_run_options(CLI::App* command);
  void add_show();
  void add_compare();
  void add_sample();
  void add_init_db();
  void add_doctor();
  void add_verify();
  void add_prune();
  void add_report();
  void add_completion();
  std::vector<std::string> names_of_commands() const;
  void refuse_leftovers(const CLI::App& command) const;

  CLI::App app_{usage::kCostmill, "costmill"};
  std::map<const CLI::App*, Command> commands_;
  OptionChoices choices_;
  std::vector<std::function<void()>> collect_;  // run after parsing, in the order of the options
  Arguments arguments_;
  std::string topic_ = "summary";
  std::string format_ = "table";
  std::optional<std::int64_t> limit_;
  std::optional<std::int64_t> sample_;
  std::optional<std::int64_t> older_than_months_;
};

Parser::Parser() {
  app_.set_version_flag("--version", fmt::format("costmill {}", kVersion), "Print the version and end");
  app_.set_help_flag("-h,--help", "Print this help and end");
  app_.footer(usage::kCostmillExamples);
  app_.get_formatter()->column_width(34);
  app_.require_subcommand(0, 1);
  app_.allow_extras();
  add_run_options(add_command(Command::kRun, "run", usage::kRun, usage::kRunExamples));
  add_run_options(add_command(Command::kPlan, "plan", usage::kPlan, usage::kPlanExamples));
  add_show();
  add_compare();
  add_sample();
  add_init_db();
  add_doctor();
  add_verify();
  add_prune();
  add_report();
  add_completion();
}

CLI::App* Parser::add_command(Command command, const char* name, const char* description, const char* examples) {
  CLI::App* added = app_.add_subcommand(name, description);
  added->footer(examples);
  added->allow_extras();
  commands_.emplace(added, command);
  return added;
}

void Parser::add_config_options(CLI::App* command) {
  command->add_option("--config", arguments_.config.config_file, "Config file [./costmill.yaml if it is there]")->option_text("FILE");
  command->add_option("--set", arguments_.config.sets, "Set a config key; repeatable")
      ->option_text("SECTION.KEY=VALUE")
      ->allow_extra_args(false);
  command->add_flag("--print-config", arguments_.print_config, "Print all keys, their values and where they come from, and end");
}

void Parser::add_key_option(CLI::App* command, const KeyOptionDef& def) {
  CLI::Option* option =
      def.value == nullptr ? command->add_flag(def.option, def.help) : command->add_option(def.option)->description(def.help);
  if (def.value != nullptr) option->option_text(def.value)->expected(1)->type_size(1);
  if (def.value != nullptr) choices_[option] = choices_of(key(def.dotted));
  collect_.push_back([this, option, &def] {
    if (option->count() == 0) return;
    arguments_.config.options.push_back({def.dotted, option->results().back(), def.option});
  });
}

void Parser::add_run_options(CLI::App* command) {
  for (const KeyOptionDef& def : kRunOptions) add_key_option(command, def);
  CommandLine& config = arguments_.config;
  command->add_option("--month", config.month, "Which month")->option_text("YYYY-MM");
  command->add_option("--from", config.from, "First day")->option_text("YYYY-MM-DD");
  command->add_option("--to", config.to, "Last day, inclusive")->option_text("YYYY-MM-DD");
  command->add_option("--cluster", config.cluster, "Which cluster: source UUID, configured alias, or all")->option_text("NAME");
  add_config_options(command);
}

void Parser::add_show() {
  CLI::App* show = add_command(Command::kShow, "show", usage::kShow, usage::kShowExamples);
  choices_[show->add_option("topic", topic_, "summary, namespaces, nodes, storage, days or receipts [summary]")->option_text(" ")] =
      names_of(kTopics);
  add_key_option(show, kSink);
  show->add_option("--month", arguments_.config.month, "Only this month")->option_text("YYYY-MM");
  show->add_option("--limit", limit_, "Rows a table, 0 for all [10; summary: 5]")->option_text("N");
  choices_[show->add_option("--format", format_, "table, csv or json [table]")->option_text("FORMAT")] = names_of(kFormats);
  add_key_option(show, kLogLevel);
  add_config_options(show);
}

void Parser::add_compare() {
  CLI::App* compare = add_command(Command::kCompare, "compare", usage::kCompare, usage::kCompareExamples);
  compare->add_option("left", arguments_.left, "Sink: postgresql://..., sqlite:FILE, parquet:DIR, csv:DIR")->option_text("URI");
  compare->add_option("right", arguments_.right, "The other sink: postgresql://..., sqlite:FILE, parquet:DIR, csv:DIR")->option_text("URI");
  compare->add_option("--tolerance", arguments_.tolerance, "Numbers may differ by this, relative to the larger [0]")->option_text("X");
  compare->add_option("--limit", limit_, "Differences printed, 0 for all [10]")->option_text("N");
  add_config_options(compare);
}

void Parser::add_sample() {
  CLI::App* sample = add_command(Command::kSample, "sample", usage::kSample, usage::kSampleExamples);
  sample->add_option("dir", arguments_.folder, "Folder to write into; made if it is missing")->option_text("DIR");
}

void Parser::add_init_db() {
  CLI::App* init_db = add_command(Command::kInitDb, "init-db", usage::kInitDb, usage::kInitDbExamples);
  add_key_option(init_db, kDatabase);
  init_db->add_option("--month", arguments_.months, "Month that gets a partition; repeatable [previous, current, next]")
      ->option_text("YYYY-MM")
      ->allow_extra_args(false);
  init_db->add_option("--role", arguments_.role, "Role that gets the least rights that runs need")->option_text("ROLE");
  add_key_option(init_db, kGrantUpdateNodes);
  init_db->add_flag("--dry-run", arguments_.dry_run, "Print the SQL and change nothing");
  add_key_option(init_db, kLogLevel);
  add_config_options(init_db);
}

void Parser::add_doctor() {
  CLI::App* doctor = add_command(Command::kDoctor, "doctor", usage::kDoctor, usage::kDoctorExamples);
  add_key_option(doctor, kInput);
  add_key_option(doctor, kSink);
  add_key_option(doctor, kReference);
  add_key_option(doctor, kRightsToUpdateNodes);
  choices_[doctor->add_option("--format", format_, "table or json [table]")->option_text("FORMAT")] = {"json", "table"};
  add_key_option(doctor, kLogLevel);
  add_config_options(doctor);
}

void Parser::add_verify() {
  CLI::App* verify = add_command(Command::kVerify, "verify", usage::kVerify, usage::kVerifyExamples);
  add_run_options(verify);
  verify->add_option("--sample", sample_, "Only so many days of each month, chosen at random")->option_text("N");
  verify->add_option("--limit", limit_, "Differences printed, 0 for all [10]")->option_text("N");
}

void Parser::add_prune() {
  CLI::App* prune = add_command(Command::kPrune, "prune", usage::kPrune, usage::kPruneExamples);
  add_key_option(prune, kSink);
  prune->add_option("--cluster", arguments_.config.cluster, "Only this cluster: source UUID, or all")->option_text("UUID");
  prune->add_option("--older-than", older_than_months_, "Only months before the last N; 0: before the current one")->option_text("MONTHS");
  prune->add_flag("--dry-run", arguments_.dry_run, "Say what would go, and remove nothing");
  add_key_option(prune, kLogLevel);
  add_config_options(prune);
}

void Parser::add_report() {
  CLI::App* report = add_command(Command::kReport, "report", usage::kReport, usage::kReportExamples);
  add_key_option(report, kSink);
  CommandLine& config = arguments_.config;
  report->add_option("--month", config.month, "Which month [the last that the sink holds]")->option_text("YYYY-MM");
  report->add_option("--from", config.from, "First day")->option_text("YYYY-MM-DD");
  report->add_option("--to", config.to, "Last day, inclusive")->option_text("YYYY-MM-DD");
  report->add_option("--cluster", config.cluster, "Only this cluster: source UUID, cluster id or alias, or all [all]")->option_text("NAME");
  report->add_option("--output", arguments_.output, "The HTML file; - for standard output [costmill-report.html]")->option_text("FILE");
  add_key_option(report, kLogLevel);
  add_config_options(report);
}

void Parser::add_completion() {
  CLI::App* completion = add_command(Command::kCompletion, "completion", usage::kCompletion, usage::kCompletionExamples);
  choices_[completion->add_option("shell", arguments_.shell, "bash, zsh or fish")->option_text("SHELL")] = kShells;
}

std::vector<std::string> Parser::names_of_commands() const {
  std::vector<std::string> names;
  for (const CommandNode& command : tree().commands) names.push_back(command.name);
  return names;
}

// Options may carry secrets behind their '=' or their letter (-pSECRET), so only the name is shown.
void Parser::refuse_leftovers(const CLI::App& command) const {
  const std::vector<std::string> left = command.remaining();
  if (left.empty()) return;
  const bool is_short = left.front().size() > 2 && left.front()[0] == '-' && left.front()[1] != '-';
  const std::string name = shown_uri(is_short ? left.front().substr(0, 2) : left.front().substr(0, left.front().find('=')));
  const bool is_top = &command == &app_;
  if (!name.starts_with('-')) {
    if (!is_top) bad_usage(fmt::format("unexpected argument {}; see costmill {} --help", as_shown(name), command.get_name()));
    const std::vector<std::string> names = names_of_commands();
    bad_usage(
        fmt::format("unknown subcommand {}{} See costmill --help", as_shown(name), nearest(name, names) ? suggestion(name, names) : "."));
  }
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& known : option->get_lnames()) names.push_back("--" + known);
  }
  const std::string place = is_top ? " before a subcommand" : fmt::format(" of costmill {}", command.get_name());
  const std::string hint = suggestion(name, names);
  bad_usage(fmt::format("unknown option {}{}{}", as_shown(name), place,
                        hint.empty() ? fmt::format("; see costmill {}--help", is_top ? "" : command.get_name() + " ") : hint));
}

void require(const std::string& value, std::string_view what, std::string_view command) {
  if (value.empty()) bad_usage(fmt::format("costmill {0} needs {1}; see costmill {0} --help", command, what));
}

std::optional<Arguments> Parser::parse(int argc, char** argv) {
  try {
    app_.parse(argc, argv);
  } catch (const CLI::CallForHelp& call) {
    app_.exit(call, std::cout, std::cerr);
    return std::nullopt;
  } catch (const CLI::CallForVersion& call) {
    app_.exit(call, std::cout, std::cerr);
    return std::nullopt;
  } catch (const CLI::ArgumentMismatch& error) {
    const std::string_view text = error.what();
    bad_usage(fmt::format("{}: expected one value; see costmill --help", text.substr(0, text.find(':'))));
  } catch (const CLI::ParseError& error) {
    bad_usage(error.what());
  }
  const auto chosen = app_.get_subcommands();
  refuse_leftovers(app_);
  if (chosen.empty())
    bad_usage(fmt::format("no subcommand: expected one of {}; see costmill --help", fmt::join(names_of_commands(), ", ")));
  refuse_leftovers(*chosen.front());
  arguments_.command = commands_.at(chosen.front());
  for (const auto& collect : collect_) collect();
  arguments_.topic = named(kTopics, topic_, "show");
  arguments_.format = named(kFormats, format_, "--format");
  if (arguments_.command == Command::kCompare) require(arguments_.right, "two sinks", "compare");
  if (arguments_.command == Command::kSample) require(arguments_.folder, "a folder", "sample");
  if (arguments_.command == Command::kReport) require(arguments_.output, "a name behind --output", "report");
  if (arguments_.command == Command::kCompletion) {
    require(arguments_.shell, "a shell", "completion");
    if (completion_script(arguments_.shell).empty())
      bad_usage(fmt::format("completion {}: expected one of {}{}", as_shown(arguments_.shell), fmt::join(kShells, ", "),
                            suggestion(arguments_.shell, kShells)));
  }
  if (arguments_.command == Command::kDoctor && arguments_.format == OutputFormat::kCsv) bad_usage("--format: doctor has table and json");
  if (limit_ && *limit_ < 0) bad_usage("--limit: expected a number of rows, or 0 for all");
  if (sample_ && *sample_ < 1) bad_usage("--sample: expected a number of days, at least 1");
  if (sample_) arguments_.sample = static_cast<std::size_t>(*sample_);
  if (older_than_months_ && (*older_than_months_ < 0 || *older_than_months_ > kMostMonths))
    bad_usage(fmt::format("--older-than: expected a number of months from 0 to {}", kMostMonths));
  arguments_.older_than_months = older_than_months_;
  const bool is_summary = arguments_.command == Command::kShow && arguments_.topic == Topic::kSummary;
  arguments_.limit = limit_ ? static_cast<std::size_t>(*limit_) : is_summary ? kSummaryLimit : kDefaultLimit;
  if (!(arguments_.tolerance >= 0)) bad_usage("--tolerance: expected a number of at least 0");
  return arguments_;
}

}  // namespace

std::optional<Arguments> parse_arguments(int argc, char** argv) {
  // Not of the tree: what they say is about it.
  if (argc > 1 && argv[1] == kCompleteWords) return Arguments{.command = Command::kComplete, .words = {argv + 2, argv + argc}};
  if (argc == 2 && argv[1] == kManPageWord) return Arguments{.command = Command::kManPage};
  return Parser().parse(argc, argv);
}

CommandNode command_tree() { return Parser().tree(); }

}  // namespace costmill::app
