#include "config/print_config.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/resolve.h"
#include "config/secrets.h"
#include "config/values.h"
#include "costmill/error.h"
#include "texts/printable.h"
#include "texts/utf8.h"

namespace costmill {
namespace {

constexpr std::size_t kCommentColumn = 48;

bool is_plain(std::string_view text) {
  constexpr std::string_view kSafe = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./:+@=-";
  const bool starts_plain = !text.empty() && std::string_view("-:@=").find(text[0]) == std::string_view::npos;
  return starts_plain && text.back() != ':' && text.find_first_not_of(kSafe) == std::string_view::npos;
}

std::string yaml_text(std::string_view text) {
  if (is_plain(text)) return std::string(text);
  std::string escaped = "\"";
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view character = text.substr(at, next_code_point(text, at) - at);
    const std::string shown = printable(character);
    at += character.size();
    if (character == "\"" || character == "\\") escaped += '\\';
    // YAML writes \u202e for our \u{202e}.
    escaped += shown.starts_with("\\u{") ? fmt::format("\\u{:0>4}", shown.substr(3, shown.size() - 4)) : shown;
  }
  return escaped + '"';
}

// A literal ${ must survive being read again.
std::string with_escaped_variables(std::string text) {
  for (std::size_t at = text.find("${"); at != std::string::npos; at = text.find("${", at + 3)) text.insert(at, "$");
  return text;
}

std::string without_secrets(const KeyDef& def, const std::string& text) {
  constexpr std::string_view kUris[] = {"run.input", "run.sink", "run.reference", "s3.endpoint"};
  if (def.dotted() == kPushUrl) return without_user(text);
  return std::find(std::begin(kUris), std::end(kUris), def.dotted()) != std::end(kUris) ? shown_uri(text) : without_password(text);
}

std::string yaml_value(const KeyDef& def, const Setting& setting) {
  if (def.secrecy == Secrecy::kSecret) return yaml_text(kMask);
  if (def.type == KeyType::kTemplate) return yaml_text(setting.text);
  if (def.type != KeyType::kTextList) return yaml_text(with_escaped_variables(without_secrets(def, setting.text)));
  std::vector<std::string> items;
  for (const std::string& item : setting.items) items.push_back(yaml_text(with_escaped_variables(item)));
  return fmt::format("[{}]", fmt::join(items, ", "));
}

std::string line_of(std::string_view before, std::string_view value, std::string_view comment) {
  const std::string code = value.empty() ? fmt::format("{}:", before) : fmt::format("{}: {}", before, value);
  return fmt::format("{:<{}}  # {}\n", code, kCommentColumn, as_shown(comment).substr(1, as_shown(comment).size() - 2));
}

std::string key_line(const KeyDef& def, const Setting* setting, std::string_view before) {
  if (setting == nullptr) return line_of(before, def.default_text.empty() ? "" : yaml_text(def.default_text), "default");
  const std::string origin = setting->origin.describe();
  if (!setting->missing_variable.empty())
    return line_of(before, "", fmt::format("${{{}}} is not set ({})", setting->missing_variable, origin));
  if (setting->text.empty())
    return line_of(before, def.default_text.empty() ? "" : yaml_text(def.default_text), fmt::format("default ({} is empty)", origin));
  return line_of(before, yaml_value(def, *setting), origin);
}

// Input and sink have defaults that hang on other sections.
std::string uri_line(std::string_view before, const ResolvedUri& resolved) {
  return line_of(before, resolved.uri.empty() ? "" : yaml_text(shown_uri(resolved.uri)),
                 resolved.uri.empty() ? "default" : resolved.origin);
}

std::string value_line(const Settings& settings, const KeyDef& def, std::string_view before) {
  const Setting* setting = settings.values.find(def.dotted());
  const bool is_open = setting == nullptr || (setting->text.empty() && setting->missing_variable.empty());
  if (is_open && def.section == "run" && (def.name == "input" || def.name == "sink")) {
    try {
      return uri_line(before, def.name == "input" ? resolve_input(settings) : resolve_sink(settings));
    } catch (const Error&) {
      // The section hangs on a variable that is unset, as its own lines say.
      return line_of(before, "", "default");
    }
  }
  return key_line(def, setting, before);
}

// Prints the groups that lie between the last key and this one, e.g. `distribution:`, and gives the indented last part.
class Nesting {
 public:
  std::string enter(std::string_view name, std::string& out) {
    std::size_t depth = 0;
    for (std::size_t dot = name.find('.'); dot != std::string_view::npos; dot = name.find('.')) {
      const std::string_view group = name.substr(0, dot);
      if (depth >= groups_.size() || groups_[depth] != group) {
        groups_.resize(depth);
        groups_.emplace_back(group);
        out += fmt::format("{:{}}{}:\n", "", 2 * (depth + 1), group);
      }
      name.remove_prefix(dot + 1);
      ++depth;
    }
    groups_.resize(depth);
    return fmt::format("{:{}}{}", "", 2 * (depth + 1), name);
  }

 private:
  std::vector<std::string> groups_;
};

std::string printed_clusters(const Settings& settings) {
  if (settings.clusters.empty()) return "";
  std::string out = "\nclusters:\n";
  for (const SettingSet& cluster : settings.clusters) {
    std::string_view indent = "  - ";
    for (const auto& [dotted, setting] : cluster.all()) {
      const KeyDef& def = key(dotted);
      out += key_line(def, &setting, fmt::format("{}{}", indent, def.name));
      indent = "    ";
    }
    if (cluster.all().empty()) out += "  - {}\n";
  }
  return out;
}

std::string printed_options(const CommandLine& command_line) {
  std::string out;
  const auto add = [&](std::string_view option, const std::optional<std::string>& value, std::string_view effect) {
    if (value) out += fmt::format("# {} {}: {}\n", option, as_shown(*value), effect);
  };
  constexpr std::string_view kReplaces = "replaces ocp.year, month, start_date and end_date";
  add("--month", command_line.month, kReplaces);
  add("--from", command_line.from, kReplaces);
  add("--to", command_line.to, kReplaces);
  add("--cluster", command_line.cluster, "chooses among the clusters");
  return out;
}

}  // namespace

std::string printed_config(const Settings& settings, const CommandLine& command_line) {
  std::string out = fmt::format("# Config file: {}\n", settings.file.empty() ? "none" : as_shown(settings.file));
  out += printed_options(command_line);
  std::string_view section;
  Nesting nesting;
  for (const KeyDef& def : all_keys()) {
    if (def.section != section) {
      if (section == "ocp") out += printed_clusters(settings);
      section = def.section;
      out += fmt::format("\n{}:\n", section);
      nesting = {};
    }
    const std::string before = nesting.enter(def.name, out);
    out += value_line(settings, def, before);
  }
  return out;
}

}  // namespace costmill
