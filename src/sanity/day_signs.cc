#include "sanity/day_signs.h"

namespace costmill {

DaySigns signs_of(const DaySanity& sanity, const FanOuts& fan_outs) {
  DaySigns signs;
  for (std::size_t i = 0; i < kSanityChecks; ++i) {
    const auto check = static_cast<SanityCheck>(i);
    if (sanity[check].count > 0) signs.emplace(def_of(check).name, sanity[check].count);
  }
  for (const FanOuts::Count& fan_out : fan_outs.counts()) {
    if (fan_out.count > 0) signs.emplace(fan_out.name, fan_out.count);
  }
  return signs;
}

std::optional<SignDef> sign_called(std::string_view name) {
  for (std::size_t i = 0; i < kSanityChecks; ++i) {
    const SanityCheckDef& def = def_of(static_cast<SanityCheck>(i));
    if (def.name == name) return SignDef{def.name, def.counts};
  }
  for (const FanOuts::Count& fan_out : FanOuts().counts()) {
    if (fan_out.name == name) return SignDef{fan_out.name, fan_out.counts};
  }
  return std::nullopt;
}

}  // namespace costmill
