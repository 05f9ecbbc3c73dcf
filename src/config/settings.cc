#include "config/settings.h"

#include <fmt/format.h>

#include "config/values.h"
#include "costmill/error.h"

namespace costmill {
namespace {

bool is_set(const Setting& setting) { return !setting.text.empty() || !setting.missing_variable.empty(); }

}  // namespace

std::string Origin::describe() const {
  switch (kind) {
    case OriginKind::kDefault: return "default";
    case OriginKind::kEnvironment: return fmt::format("environment variable {}", place);
    case OriginKind::kFile:
    case OriginKind::kCommandLine: return place;
  }
  return place;
}

void refuse(const Origin& origin, std::string_view dotted, std::string_view complaint) {
  throw Error(ErrorCode::kBadConfig, fmt::format("{}: {}: {}", origin.describe(), dotted, complaint));
}

void SettingSet::put(const KeyDef& def, Setting setting) {
  const bool is_scalar = setting.missing_variable.empty() && !setting.text.empty();
  if (is_scalar) {
    if (const auto complaint = complaint_about(def, setting.text)) refuse(setting.origin, def.dotted(), *complaint);
  }
  settings_.insert_or_assign(def.dotted(), std::move(setting));
}

const Setting* SettingSet::find(std::string_view dotted) const {
  const auto found = settings_.find(dotted);
  return found == settings_.end() ? nullptr : &found->second;
}

Origin SettingSet::origin_of(std::string_view dotted) const {
  const Setting* setting = find(dotted);
  return setting == nullptr ? Origin{} : setting->origin;
}

bool SettingSet::has(std::string_view dotted) const {
  const Setting* setting = find(dotted);
  return setting != nullptr && is_set(*setting);
}

std::optional<std::string> SettingSet::text(std::string_view dotted) const {
  const Setting* setting = find(dotted);
  if (setting != nullptr && !setting->missing_variable.empty()) {
    refuse(setting->origin, dotted,
           fmt::format("the variable {0} is not set: set it, or write ${{{0}:-default}}, or give the key another value",
                       setting->missing_variable));
  }
  if (setting != nullptr && !setting->text.empty()) return setting->text;
  const std::string_view fallback = key(dotted).default_text;
  return fallback.empty() ? std::nullopt : std::optional(std::string(fallback));
}

std::optional<std::int64_t> SettingSet::integer(std::string_view dotted) const {
  const auto value = text(dotted);
  return value ? parse_integer(*value) : std::nullopt;
}

std::optional<bool> SettingSet::boolean(std::string_view dotted) const {
  const auto value = text(dotted);
  return value ? parse_bool(*value) : std::nullopt;
}

std::optional<Day> SettingSet::day(std::string_view dotted) const {
  const auto value = text(dotted);
  return value ? parse_day(*value) : std::nullopt;
}

std::optional<std::vector<std::string>> SettingSet::list(std::string_view dotted) const {
  text(dotted);  // refuses unset variables
  const Setting* setting = find(dotted);
  if (setting == nullptr || !is_set(*setting)) return std::nullopt;
  return setting->items;
}

}  // namespace costmill
