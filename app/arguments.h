// The command line, as typed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "command_tree.h"
#include "config/load.h"

namespace costmill::app {

enum class Command { kRun, kPlan, kShow, kCompare, kSample, kInitDb, kDoctor, kVerify, kPrune, kReport, kCompletion, kComplete, kManPage };
enum class OutputFormat { kTable, kCsv, kJson };
enum class Topic { kSummary, kNamespaces, kNodes, kStorage, kDays, kReceipts };

struct Arguments {
  Command command = Command::kRun;
  CommandLine config;  // what goes into the configuration
  bool print_config = false;
  Topic topic = Topic::kSummary;               // show
  OutputFormat format = OutputFormat::kTable;  // show, doctor
  std::string left;                            // compare
  std::string right;
  double tolerance = 0;
  std::size_t limit = 0;                          // show, compare, verify: rows printed; 0 is all
  std::optional<std::size_t> sample;              // verify: days of a month; nullopt: all
  std::optional<std::int64_t> older_than_months;  // prune
  std::string folder;                             // sample
  std::vector<std::string> months;                // init-db
  std::optional<std::string> role;
  bool dry_run = false;                         // init-db, prune
  std::string output = "costmill-report.html";  // report; -: standard output
  std::string shell;                            // completion
  std::vector<std::string> words;               // what a shell asks: those behind the program's name, up to the cursor
};

// nullopt: --help or --version was answered. Throws Error(kBadConfig) with a suggestion where there is one.
std::optional<Arguments> parse_arguments(int argc, char** argv);
// What it knows.
CommandNode command_tree();

}  // namespace costmill::app
