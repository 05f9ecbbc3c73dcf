// The command line, as typed.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "config/load.h"

namespace costmill::app {

enum class Command { kRun, kPlan, kShow, kCompare, kSample, kInitDb, kDoctor };
enum class OutputFormat { kTable, kCsv, kJson };
enum class Topic { kSummary, kNamespaces, kNodes, kStorage, kDays };

struct Arguments {
  Command command = Command::kRun;
  CommandLine config;  // what goes into the configuration
  bool print_config = false;
  Topic topic = Topic::kSummary;               // show
  OutputFormat format = OutputFormat::kTable;  // show
  std::string left;                            // compare
  std::string right;
  double tolerance = 0;
  std::size_t limit = 0;            // show, compare: rows printed; 0 is all
  std::string folder;               // sample
  std::vector<std::string> months;  // init-db
  std::optional<std::string> role;
  bool dry_run = false;
};

// nullopt: --help or --version was answered. Throws Error(kBadConfig) with a suggestion where there is one.
std::optional<Arguments> parse_arguments(int argc, char** argv);

}  // namespace costmill::app
