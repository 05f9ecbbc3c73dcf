// What may reach a terminal, and in which colour.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>

namespace costmill::app {

// Control characters (also DEL and the C1 range) as \x1b, so that data cannot steer a terminal.
std::string printable(std::string_view text);

bool is_terminal(std::FILE* stream);
// Colours: on a terminal, unless NO_COLOR is set or TERM is dumb.
bool wants_color(std::FILE* stream);

enum class Style { kPlain, kBold, kDim, kRed, kYellow };
// The text in the style if the stream wants colours.
std::string styled(std::FILE* stream, Style style, std::string_view text);

// Characters as a terminal's columns count them, roughly: code points.
std::size_t display_width(std::string_view text);

// Flushes standard output. Throws Error(kSinkUnavailable) if anything that was printed is lost (disk full).
void finish_standard_output();

}  // namespace costmill::app
