// The command line as data: what completions and the man page are made of.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace costmill::app {

struct OptionNode {
  std::vector<std::string> names;  // with their dashes; none: an argument by its place
  std::string argument;            // the name of such an argument
  std::string value;               // FILE, DIR, URI, ...; empty: a switch
  std::string help;
  std::vector<std::string> choices;  // of the value, if it is one of a few
};

struct CommandNode {
  std::string name;
  std::string description;
  std::string notes;  // examples, exit codes
  std::vector<OptionNode> options;
  std::vector<CommandNode> commands;
};

using OptionChoices = std::map<const CLI::Option*, std::vector<std::string>>;

CommandNode tree_of(const CLI::App& command, const OptionChoices& choices);

}  // namespace costmill::app
