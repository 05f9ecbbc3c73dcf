#include "command_tree.h"

#include <CLI/CLI.hpp>

namespace costmill::app {
namespace {

OptionNode node_of(const CLI::Option& option, const OptionChoices& choices) {
  OptionNode node;
  for (const std::string& name : option.get_snames()) node.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) node.names.push_back("--" + name);
  if (option.get_positional()) node.argument = option.get_name(true);
  if (option.get_items_expected_max() > 0) node.value = option.get_option_text();
  node.help = option.get_description();
  if (const auto found = choices.find(&option); found != choices.end()) node.choices = found->second;
  return node;
}

}  // namespace

CommandNode tree_of(const CLI::App& command, const OptionChoices& choices) {
  CommandNode node{.name = command.get_name(), .description = command.get_description(), .notes = command.get_footer()};
  for (const CLI::Option* option : command.get_options()) node.options.push_back(node_of(*option, choices));
  for (const CLI::App* subcommand : command.get_subcommands([](const CLI::App*) { return true; })) {
    node.commands.push_back(tree_of(*subcommand, choices));
  }
  return node;
}

}  // namespace costmill::app
