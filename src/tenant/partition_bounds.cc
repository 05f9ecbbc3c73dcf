#include "tenant/partition_bounds.h"

namespace costmill {
namespace {

// Cuts `before` off the front.
bool skip(std::string_view& text, std::string_view before) {
  if (!text.starts_with(before)) return false;
  text.remove_prefix(before.size());
  return true;
}

// MINVALUE, MAXVALUE and the infinite dates, which are bounds that no day passes, leave `day` as it is.
bool take_bound(std::string_view& text, Day& day) {
  for (const std::string_view endless : {"MINVALUE", "MAXVALUE", "'-infinity'", "'infinity'"}) {
    if (skip(text, endless)) return true;
  }
  constexpr std::size_t kDateSize = 10;
  if (!skip(text, "'")) return false;
  const auto parsed = parse_day(text.substr(0, kDateSize));
  if (!parsed) return false;
  day = *parsed;
  text.remove_prefix(kDateSize);
  return skip(text, "'");
}

}  // namespace

std::optional<PartitionBounds> parse_bounds(std::string_view text) {
  PartitionBounds bounds;
  const bool parsed = skip(text, "FOR VALUES FROM (") && take_bound(text, bounds.from) && skip(text, ") TO (") &&
                      take_bound(text, bounds.to) && text == ")";
  return parsed ? std::optional(bounds) : std::nullopt;
}

}  // namespace costmill
