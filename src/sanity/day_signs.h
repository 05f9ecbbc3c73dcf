// Signs of bad data and fan-outs of a day, as its record keeps them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "sanity/day_sanity.h"
#include "sanity/fan_outs.h"

namespace costmill {

// How many of each, by the names of SanityCheckDef and FanOuts::Count; no zeros.
using DaySigns = std::map<std::string, std::uint64_t>;

DaySigns signs_of(const DaySanity& sanity, const FanOuts& fan_outs);

struct SignDef {
  std::string_view name;
  std::string_view counts;  // what is counted
};
// nullopt: this version knows no sign of the name.
std::optional<SignDef> sign_called(std::string_view name);

}  // namespace costmill
