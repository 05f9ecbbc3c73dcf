#include "terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

#include "costmill/error.h"

namespace costmill::app {
namespace {

std::string_view code_of(Style style) {
  switch (style) {
    case Style::kPlain: return "";
    case Style::kBold: return "1";
    case Style::kDim: return "2";
    case Style::kRed: return "1;31";
    case Style::kYellow: return "33";
  }
  return "";
}

}  // namespace

bool is_terminal(std::FILE* stream) { return isatty(fileno(stream)) == 1; }

bool moves_cursor(std::FILE* stream) {
  const char* term = std::getenv("TERM");
  const bool is_dumb = term != nullptr && std::string_view(term) == "dumb";
  return !is_dumb && is_terminal(stream);
}

std::size_t columns_of(std::FILE* stream) {
  winsize size{};
  const bool is_known = moves_cursor(stream) && ioctl(fileno(stream), TIOCGWINSZ, &size) == 0;
  return is_known ? size.ws_col : 0;
}

bool wants_color(std::FILE* stream) {
  const char* no_color = std::getenv("NO_COLOR");
  const bool is_off = no_color != nullptr && *no_color != '\0';
  return !is_off && moves_cursor(stream);
}

Ready styled(std::FILE* stream, Style style, std::string_view text) {
  if (style == Style::kPlain || !wants_color(stream)) return {printable(text)};
  return {fmt::format("\x1b[{}m{}\x1b[0m", code_of(style), printable(text))};
}

Ready exact(std::FILE* stream, const std::string& lines) {
  if (!is_terminal(stream)) return {lines};
  std::string shown;
  for (std::size_t begin = 0; begin < lines.size();) {
    const std::size_t end = std::min(lines.find('\n', begin), lines.size());
    shown += printable(std::string_view(lines).substr(begin, end - begin));
    if (end < lines.size()) shown += '\n';
    begin = end + 1;
  }
  return {shown};
}

std::size_t display_width(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string block_bar(double share, std::size_t columns) {
  constexpr std::array<std::string_view, 8> kEighths = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const auto eighths = static_cast<std::size_t>(std::lround(std::clamp(share, 0.0, 1.0) * 8 * static_cast<double>(columns)));
  std::string bar;
  for (std::size_t i = 0; i < eighths / 8; ++i) bar += "█";
  return bar.append(kEighths[eighths % 8]);
}

void finish_standard_output() {
  const bool lost = std::fflush(stdout) != 0 || std::ferror(stdout) != 0;
  if (lost) throw Error(ErrorCode::kSinkUnavailable, "cannot write to standard output; is the disk full?");
}

}  // namespace costmill::app
