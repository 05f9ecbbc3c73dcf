// costmill(1) in man(7)'s macros, out of the command tree and the table of keys.
#include <fmt/format.h>

#include "command_tree.h"
#include "commands.h"
#include "config/keys.h"
#include "costmill/version.h"
#include "terminal.h"

namespace costmill::app {
namespace {

// A text that roff prints as it is: no escapes, no requests.
std::string as_roff(std::string_view text) {
  std::string out;
  bool at_line_start = true;
  for (const char c : text) {
    if (at_line_start && (c == '.' || c == '\'')) out += "\\&";
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
    at_line_start = c == '\n';
  }
  return out;
}

// In the help of a key, `...` is what one types.
std::string bold_where_quoted(std::string_view text) {
  std::string out;
  bool is_bold = false;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('`', begin), text.size());
    out += as_roff(text.substr(begin, end - begin));
    if (end < text.size()) out += (is_bold = !is_bold) ? "\\fB" : "\\fR";
    begin = end + 1;
  }
  return out;
}

std::string bold(std::string_view text) { return fmt::format("\\fB{}\\fR", as_roff(text)); }
std::string italic(std::string_view text) { return fmt::format("\\fI{}\\fR", as_roff(text)); }

std::string item(const std::string& what, const std::string& help) { return fmt::format(".TP\n{}\n{}\n", what, help); }

std::string as_typed(const std::string& lines) {
  if (lines.empty()) return {};
  return fmt::format(".PP\n.nf\n{}\n.fi\n", as_roff(lines));
}

std::string described(const OptionNode& option) {
  std::vector<std::string> names;
  for (const std::string& name : option.names) names.push_back(bold(name));
  std::string what = option.names.empty() ? italic(option.argument) : fmt::format("{}", fmt::join(names, ", "));
  if (!option.names.empty() && !option.value.empty()) what += ' ' + italic(option.value);
  return item(what, as_roff(option.help));
}

std::string options_of(const CommandNode& command) {
  std::string out;
  for (const OptionNode& option : command.options) out += described(option);
  return out;
}

std::string section_of(const CommandNode& command) {
  return fmt::format(".SS costmill {}\n{}.\n{}{}", as_roff(command.name), as_roff(command.description), options_of(command),
                     as_typed(command.notes));
}

std::string keys() {
  std::string out;
  for (const std::string_view section : all_sections()) {
    out += fmt::format(".SS {}\n", as_roff(section));
    for (const KeyDef& def : all_keys()) {
      if (def.section != section) continue;
      const std::string standard = def.default_text.empty() ? "" : fmt::format(" [{}]", as_roff(def.default_text));
      out += item(bold(def.dotted()), bold_where_quoted(def.doc) + standard);
    }
  }
  return out;
}

}  // namespace

int man_page() {
  const CommandNode tree = command_tree();
  std::string page = fmt::format(".TH COSTMILL 1 \"\" \"costmill {}\" \"User Commands\"\n", kVersion);
  page += ".SH NAME\ncostmill \\- daily cost summaries of OpenShift clusters\n";
  page += ".SH SYNOPSIS\n\\fBcostmill\\fR \\fICOMMAND\\fR [\\fIOPTIONS\\fR]\n";
  page += fmt::format(".SH DESCRIPTION\n{}\n{}", as_roff(tree.description), as_typed(tree.notes));
  page += ".SH OPTIONS\n" + options_of(tree);
  page += ".SH COMMANDS\n";
  for (const CommandNode& command : tree.commands) page += section_of(command);
  page +=
      ".SH CONFIGURATION KEYS\nOf the file, and of \\fB\\-\\-set\\fR; each is a variable \\fBCOSTMILL_\\fISECTION\\fB_\\fIKEY\\fR, too.\n";
  page += keys();
  say(stdout, "{}", Ready{page});
  return 0;
}

}  // namespace costmill::app
