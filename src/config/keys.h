// Every key of the configuration, once: parsing, --set, environment variables, --print-config, suggestions and docs/config.md
// all follow this table.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace costmill {

enum class KeyType {
  kText,
  kBool,
  kBoolOrAuto,
  kInteger,
  kWorkers,  // integer, or `auto`: one per core
  kNumber,
  kBytes,  // 256MiB, 1GB, 1048576, `auto`
  kDate,   // YYYY-MM-DD
  kUuid,
  kPathSegment,  // [A-Za-z0-9_-]+: becomes part of a path
  kTemplate,     // path with {org_id}, {provider_uuid}, {year}, {month}, *
  kChoice,
  kTextList,
};

enum class Secrecy { kPublic, kSecret };
enum class Effect {
  kActive,
  kNone,  // accepted so that existing files load; said once at debug level
};

struct KeyDef {
  std::string_view section;
  std::string_view name;  // with dots where the file nests, e.g. distribution.method
  KeyType type = KeyType::kText;
  std::string_view default_text = "";  // empty: not set
  std::string_view doc;
  std::string_view choices = "";  // of kChoice, separated by '|'
  double min = std::numeric_limits<double>::lowest();
  double max = std::numeric_limits<double>::max();
  Secrecy secrecy = Secrecy::kPublic;
  Effect effect = Effect::kActive;

  std::string dotted() const;         // section.name
  std::string variable_name() const;  // COSTMILL_<SECTION>_<NAME>
};

inline constexpr std::string_view kVariablePrefix = "COSTMILL_";

// In the order of the documentation.
std::span<const KeyDef> all_keys();

inline constexpr std::string_view kPushUrl = "metrics.push_url";  // its user name may be a token by itself

// `dotted` is section.name; nullptr: no such key.
const KeyDef* find_key(std::string_view dotted);
// For keys that are known to exist; Error(kBug) otherwise.
const KeyDef& key(std::string_view dotted);

// All keys of this name, whatever their section.
std::vector<const KeyDef*> keys_named(std::string_view name);

// In the order of all_keys().
std::vector<std::string_view> all_sections();
bool is_section(std::string_view name);
// Whether keys lie below section.path, e.g. ("cost", "distribution.weights").
bool is_group(std::string_view section, std::string_view path);

}  // namespace costmill
