// The values of all keys before they become a Config: each remembers where it comes from.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "calendar/day.h"
#include "config/keys.h"

namespace costmill {

// In order of precedence, the weakest first.
enum class OriginKind { kDefault, kFile, kEnvironment, kCommandLine };

struct Origin {
  OriginKind kind = OriginKind::kDefault;
  std::string place;  // file:line, name of the variable, the option

  std::string describe() const;
};

struct Setting {
  std::string text;                // as YAML has it, variables filled in; empty: explicitly not set
  std::vector<std::string> items;  // of a list, whose text is [a, b], also when it has no items
  std::string missing_variable;    // refers to ${VAR}, which is unset: an error only for who asks for the value
  Origin origin;
};

// Error(kBadConfig) that begins with the place of the value.
[[noreturn]] void refuse(const Origin& origin, std::string_view dotted, std::string_view complaint);

// Settings by dotted key. The getters give the default where a key is not set, and throw Error(kBadConfig) where the value
// hangs on a variable that is unset. nullopt: neither a value nor a default.
class SettingSet {
 public:
  // Replaces what is there. Throws Error(kBadConfig) if the value is not what the key's type allows.
  void put(const KeyDef& def, Setting setting);

  // nullptr: not set.
  const Setting* find(std::string_view dotted) const;
  Origin origin_of(std::string_view dotted) const;
  bool has(std::string_view dotted) const;  // set to something, perhaps by an unset variable
  const std::map<std::string, Setting, std::less<>>& all() const { return settings_; }

  std::optional<std::string> text(std::string_view dotted) const;
  std::optional<std::int64_t> integer(std::string_view dotted) const;
  std::optional<bool> boolean(std::string_view dotted) const;
  std::optional<Day> day(std::string_view dotted) const;
  std::optional<std::vector<std::string>> list(std::string_view dotted) const;

 private:
  std::map<std::string, Setting, std::less<>> settings_;
};

struct Settings {
  SettingSet values;
  std::vector<SettingSet> clusters;  // the list `clusters`: the keys of `ocp`, dotted as ocp.*
  std::string file;                  // empty: none was read
  std::vector<std::string> warnings;
};

}  // namespace costmill
