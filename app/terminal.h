// What may reach a terminal, and in which colour.
#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "texts/printable.h"

namespace costmill::app {

bool is_terminal(std::FILE* stream);
// Whether the stream is a terminal that is not dumb: one line can be written over.
bool moves_cursor(std::FILE* stream);
// Of such a terminal; 0: of none, or of one that does not say.
std::size_t columns_of(std::FILE* stream);
// Colours: on a terminal, unless NO_COLOR is set or TERM is dumb.
bool wants_color(std::FILE* stream);

enum class Style { kPlain, kBold, kDim, kRed, kYellow };
// Text that say() prints as it is: lines that are laid out and printable already, or what a stream is for, exact data.
struct Ready {
  std::string text;
};
// Data for programs: exact, unless it goes to a terminal, where each line is printable.
Ready exact(std::FILE* stream, const std::string& lines);
// The text, printable, in the style if the stream wants colours.
Ready styled(std::FILE* stream, Style style, std::string_view text);

inline const std::string& guarded(const Ready& ready) { return ready.text; }
template <typename T>
auto guarded(const T& value) {
  if constexpr (std::is_convertible_v<const T&, std::string_view>) {
    return printable(value);
  } else {
    return value;
  }
}
template <typename T>
using Guarded = std::decay_t<decltype(guarded(std::declval<const T&>()))>;

// As fmt::format, with every text among the arguments printable: data never steers a terminal, nor makes a line of its own.
template <typename... Args>
std::string guarded_format(fmt::format_string<Guarded<Args>...> format, const Args&... args) {
  const auto formatted = [&](const Guarded<Args>&... shown) { return fmt::vformat(format, fmt::make_format_args(shown...)); };
  return formatted(guarded(args)...);
}
// The one way to standard output and standard error.
template <typename... Args>
void say(std::FILE* stream, fmt::format_string<Guarded<Args>...> format, const Args&... args) {
  const std::string text = guarded_format<Args...>(format, args...);
  std::fwrite(text.data(), 1, text.size(), stream);
}

// Characters as a terminal's columns count them, roughly: code points.
std::size_t display_width(std::string_view text);

// A bar of so many columns, filled to the share (0 to 1) in eighths, without what trails.
std::string block_bar(double share, std::size_t columns);

// Flushes standard output. Throws Error(kSinkUnavailable) if anything that was printed is lost (disk full).
void finish_standard_output();

}  // namespace costmill::app
