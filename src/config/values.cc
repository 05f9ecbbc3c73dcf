#include "config/values.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "calendar/day.h"
#include "costmill/error.h"
#include "texts/printable.h"
#include "texts/utf8.h"

namespace costmill {
namespace {

constexpr double kMostInteger = 9.2e18;  // of an int64

template <typename Number>
std::optional<Number> parse_whole(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<double> unit_bytes(std::string_view unit) {
  const std::string lower = lower_case(unit);
  if (lower.empty() || lower == "b") return 1;
  constexpr std::string_view kPrefixes = "kmgt";
  const std::size_t prefix = kPrefixes.find(lower[0]);
  if (prefix == std::string_view::npos) return std::nullopt;
  const std::string_view rest = std::string_view(lower).substr(1);
  const double power = static_cast<double>(prefix + 1);
  if (rest == "b") return std::pow(1000.0, power);
  if (rest == "i" || rest == "ib") return std::pow(1024.0, power);
  return std::nullopt;
}

std::string_view unquoted(std::string_view text) {
  const bool in_quotes = text.size() >= 2 && text.front() == text.back() && (text.front() == '"' || text.front() == '\'');
  return in_quotes ? text.substr(1, text.size() - 2) : text;
}

std::string range_of(const KeyDef& def) {
  const bool has_min = def.min != std::numeric_limits<double>::lowest();
  const bool has_max = def.max != std::numeric_limits<double>::max();
  if (has_min && has_max) return fmt::format(" from {} to {}", def.min, def.max);
  if (has_min) return fmt::format(" of at least {}", def.min);
  return "";
}

bool in_range(const KeyDef& def, double value) { return value >= def.min && value <= def.max; }

bool is_choice(const KeyDef& def, std::string_view text) {
  const std::string lower = lower_case(text);
  return lower.find('|') == std::string::npos && fmt::format("|{}|", def.choices).find(fmt::format("|{}|", lower)) != std::string::npos;
}

std::string spelled_choices(const KeyDef& def) {
  std::string spelled = "one of ";
  for (const char c : def.choices) {
    if (c == '|') {
      spelled += ", ";
    } else {
      spelled += c;
    }
  }
  return spelled;
}

// A template may name only what the layout can fill in, and may not leave the input's root.
std::optional<std::string> complaint_about_template(std::string_view text) {
  constexpr std::string_view kKnown[] = {"{org_id}", "{provider_uuid}", "{year}", "{month}"};
  constexpr std::size_t kLongest = 4096;
  if (text.size() > kLongest) return fmt::format("expected a path of at most {} bytes, found {}", kLongest, text.size());
  for (std::size_t at = text.find('{'); at != std::string_view::npos; at = text.find('{', at + 1)) {
    const std::string_view rest = text.substr(at);
    if (at > 0 && text[at - 1] == '$') continue;  // ${ORG_ID}, filled in later
    if (std::any_of(std::begin(kKnown), std::end(kKnown), [&](std::string_view known) { return rest.starts_with(known); })) continue;
    return fmt::format("expected a path with {{org_id}}, {{provider_uuid}}, {{year}}, {{month}}, found {}",
                       as_shown(rest.substr(0, rest.find('}') == std::string_view::npos ? rest.size() : rest.find('}') + 1)));
  }
  if (fmt::format("/{}/", text).find("/../") != std::string::npos) {
    return fmt::format("expected a path below the input's root, found '..' in {}", as_shown(text));
  }
  return std::nullopt;
}

// What the key expects, or nothing if the text is that.
std::optional<std::string> unmet_expectation(const KeyDef& def, std::string_view text) {
  switch (def.type) {
    case KeyType::kText:
    case KeyType::kTextList:
    case KeyType::kTemplate: return std::nullopt;
    case KeyType::kBool:
      if (!parse_bool(text)) return "true or false";
      return std::nullopt;
    case KeyType::kBoolOrAuto:
      if (lower_case(text) != "auto" && !parse_bool(text)) return "true, false or auto";
      return std::nullopt;
    case KeyType::kInteger:
    case KeyType::kWorkers: {
      const bool may_be_auto = def.type == KeyType::kWorkers;
      if (may_be_auto && lower_case(text) == "auto") return std::nullopt;
      const auto value = parse_integer(text);
      if (!value || !in_range(def, static_cast<double>(*value))) {
        return fmt::format("an integer{}{}", range_of(def), may_be_auto ? ", or auto" : "");
      }
      return std::nullopt;
    }
    case KeyType::kNumber: {
      const auto value = parse_number(text);
      if (!value || !in_range(def, *value)) return fmt::format("a number{}", range_of(def));
      return std::nullopt;
    }
    case KeyType::kBytes: {
      if (lower_case(text) == "auto") return std::nullopt;
      const auto bytes = parse_bytes(text);
      if (!bytes || !in_range(def, static_cast<double>(*bytes))) {
        return fmt::format("a size such as 256MiB or 1GB, at least {}MiB, or auto", def.min / (1024.0 * 1024.0));
      }
      return std::nullopt;
    }
    case KeyType::kDate:
      if (!parse_day(text)) return "a date YYYY-MM-DD";
      return std::nullopt;
    case KeyType::kUuid:
      if (!is_uuid(text)) return "a UUID such as 84052c0d-7c4c-4f6e-9d0a-2a7d9f0d3c11";
      return std::nullopt;
    case KeyType::kPathSegment:
      if (!is_path_segment(text)) return "letters, digits, '_' and '-' only, as it becomes part of a path";
      return std::nullopt;
    case KeyType::kChoice:
      if (!is_choice(def, text)) return spelled_choices(def);
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return lower;
}

std::optional<bool> parse_bool(std::string_view text) {
  const std::string lower = lower_case(text);
  if (lower == "true" || lower == "yes" || lower == "on") return true;
  if (lower == "false" || lower == "no" || lower == "off") return false;
  return std::nullopt;
}

std::optional<std::int64_t> parse_integer(std::string_view text) { return parse_whole<std::int64_t>(text); }

std::optional<double> parse_number(std::string_view text) {
  const auto value = parse_whole<double>(text);
  return value && std::isfinite(*value) ? value : std::nullopt;
}

std::optional<std::int64_t> parse_bytes(std::string_view text) {
  const std::size_t digits = text.find_first_not_of("0123456789.");
  const auto count = parse_number(text.substr(0, digits));
  std::string_view unit = digits == std::string_view::npos ? std::string_view{} : text.substr(digits);
  if (unit.starts_with(' ')) unit.remove_prefix(1);
  const auto factor = unit_bytes(unit);
  if (!count || !factor || *count * *factor > kMostInteger) return std::nullopt;
  return static_cast<std::int64_t>(*count * *factor);
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool is_dash_position = i == 8 || i == 13 || i == 18 || i == 23;
    const bool is_hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (is_dash_position ? c != '-' : !is_hex) return false;
  }
  return true;
}

bool is_path_segment(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

std::vector<std::string> parse_list(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('[') && text.ends_with(']')) text = trimmed(text.substr(1, text.size() - 2));
  std::vector<std::string> items;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    items.emplace_back(unquoted(trimmed(text.substr(0, comma))));
    text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
  }
  return items;
}

std::optional<std::string> complaint_about(const KeyDef& def, std::string_view text) {
  // Whoever passes it on to a library would pass on a part. Secrets are not shown.
  if (text.find('\0') != std::string_view::npos) return "expected a text without NUL characters";
  // Paths are bytes, and so may passwords be.
  const bool may_be_bytes = def.secrecy == Secrecy::kSecret || def.section == "run" || def.section == "s3";
  if (!may_be_bytes && !valid_utf8(text)) return fmt::format("expected UTF-8, found {}", as_shown(text));
  if (def.type == KeyType::kTemplate) return complaint_about_template(text);
  const auto expected = unmet_expectation(def, text);
  if (!expected) return std::nullopt;
  return fmt::format("expected {}, found {}", *expected, as_shown(text));
}

void bad_config(const std::string& message) { throw Error(ErrorCode::kBadConfig, message); }

}  // namespace costmill
