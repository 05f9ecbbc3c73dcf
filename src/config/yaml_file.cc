#include "config/yaml_file.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <stdexcept>

#include "config/nearest.h"
#include "config/text_file.h"
#include "config/values.h"
#include "config/yaml_documents.h"
#include "costmill/error.h"
#include "texts/printable.h"
#include "texts/utf8.h"

namespace costmill {
namespace {

constexpr std::string_view kClusterList = "clusters";
constexpr std::string_view kClusterSection = "ocp";

std::string_view kind_of(const YAML::Node& node) {
  switch (node.Type()) {
    case YAML::NodeType::Null: return "nothing";
    case YAML::NodeType::Sequence: return "a list";
    case YAML::NodeType::Map: return "a map";
    case YAML::NodeType::Scalar:
    case YAML::NodeType::Undefined: break;
  }
  return "a single value";
}

std::vector<std::string> section_names() {
  const auto sections = all_sections();
  std::vector<std::string> names(sections.begin(), sections.end());
  names.emplace_back(kClusterList);
  return names;
}

// The names that may follow `path` in a section, one level deep.
std::vector<std::string> names_below(std::string_view section, std::string_view path) {
  std::vector<std::string> names;
  for (const KeyDef& def : all_keys()) {
    if (def.section != section || (!path.empty() && !(def.name.starts_with(path) && def.name.size() > path.size()))) continue;
    std::string_view rest = def.name.substr(path.empty() ? 0 : path.size() + 1);
    names.emplace_back(rest.substr(0, rest.find('.')));
  }
  return names;
}

// "; it is a key of section 'performance'", if it is one of another section.
std::string section_that_has(std::string_view name) {
  const auto found = keys_named(name);
  return found.size() == 1 ? fmt::format("; it belongs into section '{}'", found.front()->section) : std::string();
}

class YamlReader {
 public:
  YamlReader(const std::string& name, const Environment& environment, Settings& settings)
      : name_(name), environment_(environment), settings_(settings) {}

  void read(const YAML::Node& root);

 private:
  using Lines = std::map<std::string, int, std::less<>>;

  void read_clusters(const YAML::Node& list, int line);
  void read_keys(const YAML::Node& map, std::string_view section, const std::string& path, SettingSet& into);
  void read_value(const KeyDef& def, const YAML::Node& value, int line, SettingSet& into) const;
  Setting scalar_setting(const KeyDef& def, const std::string& text, int line) const;
  Setting list_setting(const KeyDef& def, const YAML::Node& list, int line) const;
  std::string key_text(const YAML::Node& key_node) const;
  void check_new(Lines& seen, const std::string& name, int line) const;
  [[noreturn]] void fail(int line, const std::string& message) const;

  const std::string& name_;
  const Environment& environment_;
  Settings& settings_;
};

// Without the blank behind its colon a value is part of the key: {password:SECRET}.
std::string shown_key(const std::string& name) { return as_shown(name.substr(0, name.find_first_of(":="))); }

int line_of(const YAML::Node& node) { return node.Mark().line + 1; }

void YamlReader::fail(int line, const std::string& message) const {
  throw Error(ErrorCode::kBadConfig, fmt::format("{}:{}: {}", name_, line, message), {.file = name_});
}

std::string YamlReader::key_text(const YAML::Node& key_node) const {
  if (!key_node.IsScalar()) fail(line_of(key_node), fmt::format("expected the name of a key, found {}", kind_of(key_node)));
  return key_node.Scalar();
}

void YamlReader::check_new(Lines& seen, const std::string& name, int line) const {
  const auto [first, is_new] = seen.emplace(name, line);
  if (!is_new) fail(line, fmt::format("duplicate key {}, already in line {}; remove one of them", shown_key(name), first->second));
}

void YamlReader::read(const YAML::Node& root) {
  if (root.IsNull()) return;
  if (!root.IsMap()) fail(line_of(root), fmt::format("expected a map of sections, found {}", kind_of(root)));
  Lines seen;
  for (const auto& entry : root) {
    const YAML::Node& key_node = entry.first;
    const YAML::Node& value = entry.second;
    const int line = line_of(key_node);
    const std::string section = key_text(key_node);
    check_new(seen, section, line);
    if (section == kClusterList) {
      read_clusters(value, line);
      continue;
    }
    if (!is_section(section)) {
      const auto elsewhere = section_that_has(section);
      fail(line,
           fmt::format("unknown section {}{}", shown_key(section), elsewhere.empty() ? suggestion(section, section_names()) : elsewhere));
    }
    if (value.IsNull()) continue;
    if (!value.IsMap()) fail(line, fmt::format("section '{}': expected a map of keys, found {}", section, kind_of(value)));
    read_keys(value, section, "", settings_.values);
  }
}

void YamlReader::read_clusters(const YAML::Node& list, int line) {
  if (list.IsNull()) return;
  if (!list.IsSequence()) fail(line, fmt::format("clusters: expected a list of maps, found {}", kind_of(list)));
  for (const YAML::Node& element : list) {
    if (!element.IsMap())
      fail(line_of(element), fmt::format("clusters: expected a map with the keys of 'ocp', found {}", kind_of(element)));
    read_keys(element, kClusterSection, "", settings_.clusters.emplace_back());
  }
}

// Nesting is bounded by the table of keys: a map is entered only where keys lie below it.
void YamlReader::read_keys(const YAML::Node& map, std::string_view section, const std::string& path, SettingSet& into) {
  Lines seen;
  for (const auto& entry : map) {
    const YAML::Node& key_node = entry.first;
    const YAML::Node& value = entry.second;
    const int line = line_of(key_node);
    const std::string name = key_text(key_node);
    check_new(seen, name, line);
    const std::string full_name = path.empty() ? name : fmt::format("{}.{}", path, name);
    const bool is_dotted = name.find('.') != std::string::npos;
    if (const KeyDef* def = find_key(fmt::format("{}.{}", section, full_name)); def != nullptr && !is_dotted) {
      read_value(*def, value, line, into);
    } else if (is_group(section, full_name) && !is_dotted) {
      if (value.IsNull()) continue;
      if (!value.IsMap()) fail(line, fmt::format("{}.{}: expected a map of keys, found {}", section, full_name, kind_of(value)));
      read_keys(value, section, full_name, into);
    } else {
      const std::string where = path.empty() ? std::string(section) : fmt::format("{}.{}", section, path);
      std::string hint = suggestion(name, names_below(section, path));
      if (hint.empty()) hint = section_that_has(name);
      fail(line, fmt::format("unknown key {} in section '{}'{}", shown_key(name), where, hint));
    }
  }
}

void YamlReader::read_value(const KeyDef& def, const YAML::Node& value, int line, SettingSet& into) const {
  if (value.IsNull()) {
    into.put(def, {.origin = {OriginKind::kFile, fmt::format("{}:{}", name_, line)}});
  } else if (def.type == KeyType::kTextList && value.IsSequence()) {
    into.put(def, list_setting(def, value, line));
  } else if (value.IsScalar()) {
    into.put(def, scalar_setting(def, value.Scalar(), line));
  } else {
    const std::string_view expected = def.type == KeyType::kTextList ? "a list" : "a single value";
    fail(line, fmt::format("{}: expected {}, found {}", def.dotted(), expected, kind_of(value)));
  }
}

Setting YamlReader::scalar_setting(const KeyDef& def, const std::string& text, int line) const {
  Setting setting{.origin = {OriginKind::kFile, fmt::format("{}:{}", name_, line)}};
  // In a template ${ORG_ID} is a placeholder like {year}; it is filled in when the organisation is known.
  if (def.type == KeyType::kTemplate) {
    setting.text = text;
    return setting;
  }
  try {
    const Substituted substituted = substitute(text, environment_);
    setting.missing_variable = substituted.missing_variable;
    if (setting.missing_variable.empty()) setting.text = substituted.text;
  } catch (const std::invalid_argument& error) {
    fail(line, fmt::format("{}: {}", def.dotted(), error.what()));
  }
  if (def.type == KeyType::kTextList && !setting.text.empty()) {
    setting.items = parse_list(setting.text);
    setting.text = fmt::format("[{}]", fmt::join(setting.items, ", "));
  }
  return setting;
}

Setting YamlReader::list_setting(const KeyDef& def, const YAML::Node& list, int line) const {
  Setting setting{.origin = {OriginKind::kFile, fmt::format("{}:{}", name_, line)}};
  for (const YAML::Node& item : list) {
    if (!item.IsScalar())
      fail(line_of(item), fmt::format("{}: expected a text as item of the list, found {}", def.dotted(), kind_of(item)));
    try {
      Substituted substituted = substitute(item.Scalar(), environment_);
      if (setting.missing_variable.empty()) setting.missing_variable = substituted.missing_variable;
      setting.items.push_back(std::move(substituted.text));
    } catch (const std::invalid_argument& error) {
      fail(line_of(item), fmt::format("{}: {}", def.dotted(), error.what()));
    }
  }
  setting.text = fmt::format("[{}]", fmt::join(setting.items, ", "));
  return setting;
}

// yaml-cpp would take other bytes for U+FFFD, and a NUL for the end of the text.
template <typename Fail>
void check_characters(std::string_view text, const Fail& fail) {
  int line = 1;
  for (std::string_view rest = text; !rest.empty(); ++line) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    if (rest.substr(0, end).find('\0') != std::string_view::npos) fail(fmt::format(":{}", line), "a NUL character, this is no config file");
    if (!valid_utf8(rest.substr(0, end))) fail(fmt::format(":{}", line), "bytes that are not UTF-8; save the file as UTF-8");
    rest.remove_prefix(std::min(rest.size(), end + 1));
  }
}

// yaml-cpp names an unknown anchor behind a colon, and `password: *SECRET` looks like one.
std::string without_content(const std::string& message) {
  if (message == YAML::ErrorMsg::BAD_FILE) return "nested far too deep, or no text";
  return message.substr(0, message.find(": "));
}

}  // namespace

void read_yaml_text(const std::string& text, const std::string& name, const Environment& environment, Settings& settings) {
  const auto fail = [&](const std::string& where, std::string_view message) {
    throw Error(ErrorCode::kBadConfig, fmt::format("{}{}: {}", name, where, message), {.file = name});
  };
  if (text.size() > kLargestTextFileBytes) fail("", "larger than 4 MiB, this is no config file");
  check_characters(text, fail);
  std::vector<YAML::Node> documents;
  try {
    require_one_document(text);
    documents = YAML::LoadAll(text);
  } catch (const YAML::Exception& error) {
    fail(error.mark.is_null() ? "" : fmt::format(":{}", error.mark.line + 1),
         fmt::format("not valid YAML: {}", without_content(error.msg)));
  }
  if (!documents.empty()) YamlReader(name, environment, settings).read(documents.front());
}

void read_yaml_file(const std::string& path, const Environment& environment, Settings& settings) {
  settings.file = path;
  const TextFile file = read_text_file(path);
  if (file.failure.empty()) return read_yaml_text(file.text, path, environment, settings);
  throw Error(ErrorCode::kBadConfig, fmt::format("cannot read the config file {}: {}", as_shown(path), file.failure), {.file = path});
}

}  // namespace costmill
