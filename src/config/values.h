// Texts of configuration values, parsed by the type of their key.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/keys.h"

namespace costmill {

// Ends of lines, too.
inline constexpr std::string_view kBlanks = " \t\r\n";

// true/false, yes/no, on/off, in any case; nothing else.
std::optional<bool> parse_bool(std::string_view text);
// Decimal, optional sign; no blanks.
std::optional<std::int64_t> parse_integer(std::string_view text);
// Finite.
std::optional<double> parse_number(std::string_view text);
// 1048576, 256MiB, 256Mi, 1GB, 1.5GiB: powers of 1000 without the `i`, of 1024 with it.
std::optional<std::int64_t> parse_bytes(std::string_view text);
bool is_uuid(std::string_view text);
// ASCII only, whatever the locale.
std::string lower_case(std::string_view text);
bool is_path_segment(std::string_view text);

// Without kBlanks at its ends.
std::string_view trimmed(std::string_view text);

// A list from --set or the environment: [a, b] or a,b; blanks around the items do not count.
std::vector<std::string> parse_list(std::string_view text);

// What is wrong with this value of the key: "expected ..., found '...'"; nullopt: nothing.
std::optional<std::string> complaint_about(const KeyDef& def, std::string_view text);

// Throws Error(kBadConfig).
[[noreturn]] void bad_config(const std::string& message);

}  // namespace costmill
