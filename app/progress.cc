#include "progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "terminal.h"

namespace costmill::app {
namespace {

constexpr std::size_t kBarColumns = 30;
constexpr std::size_t kUsualColumns = 80;  // of a terminal that does not say how wide it is
constexpr std::chrono::milliseconds kRedrawInterval{100};
constexpr double kFirstGuessSeconds = 1;  // what is left is anybody's guess before

std::string speed(double rows_per_second) {
  if (rows_per_second >= 1e6) return fmt::format("{:.1f} million rows/s", rows_per_second / 1e6);
  if (rows_per_second >= 1e3) return fmt::format("{:.0f} thousand rows/s", rows_per_second / 1e3);
  return fmt::format("{:.0f} rows/s", rows_per_second);
}

std::string time_left(const RunProgress& progress, double seconds) {
  if (seconds < kFirstGuessSeconds || progress.rows_done == 0 || progress.rows_done >= progress.rows) return "";
  const double share_left = static_cast<double>(progress.rows - progress.rows_done) / static_cast<double>(progress.rows_done);
  const auto left = static_cast<std::uint64_t>(std::ceil(seconds * share_left));
  const std::uint64_t minutes = left / 60;
  if (minutes < 60) return fmt::format("  {}:{:02} left", minutes, left % 60);
  return fmt::format("  {}:{:02}:{:02} left", minutes / 60, minutes % 60, left % 60);
}

}  // namespace

std::string progress_line(const RunProgress& progress, double seconds, std::size_t columns) {
  const double share = progress.rows == 0 ? 1.0 : static_cast<double>(progress.rows_done) / static_cast<double>(progress.rows);
  const std::string text =
      fmt::format("{:3.0f}%  {} of {} days  {}{}", 100 * share, progress.days_done, progress.days,
                  speed(static_cast<double>(progress.rows_done) / std::max(seconds, 1e-3)), time_left(progress, seconds));
  // The last column stays free: terminals disagree about what comes after it.
  const std::size_t room = columns > text.size() + 2 ? std::min(columns - text.size() - 2, kBarColumns) : 0;
  if (room == 0) return text.substr(0, columns == 0 ? 0 : columns - 1);
  std::string bar = block_bar(share, room);
  for (std::size_t i = display_width(bar); i < room; ++i) bar += "░";
  return fmt::format("{} {}", bar, text);
}

ProgressDisplay::ProgressDisplay(Progress progress)
    : form_(progress == Progress::kNever ? Form::kNone
            : moves_cursor(stderr)       ? Form::kBar
                                         : Form::kLines) {}

ProgressDisplay::~ProgressDisplay() { clear(); }

void ProgressDisplay::update(const RunProgress& progress) {
  if (form_ != Form::kBar) return;
  const std::lock_guard lock(mutex_);
  const auto now = Clock::now();
  if (drawn_ && now - drawn_at_ < kRedrawInterval) return;
  drawn_ = true;
  drawn_at_ = now;
  const double seconds = std::chrono::duration<double>(now - begin_).count();
  const std::size_t columns = columns_of(stderr);
  say(stderr, "\r\x1b[K{}", progress_line(progress, seconds, columns == 0 ? kUsualColumns : columns));
  std::fflush(stderr);
}

void ProgressDisplay::day_done(const DayReport& day) {
  if (form_ != Form::kLines) return;
  say(stderr, "{} cluster {}: {} rows in, {} rows out\n", to_string(day.day), day.source_uuid, day.input_rows, day.output_rows);
}

void ProgressDisplay::clear() {
  const std::lock_guard lock(mutex_);
  take_away();
}

void ProgressDisplay::make_way_for(const std::function<void()>& write) {
  const std::lock_guard lock(mutex_);
  take_away();
  write();
}

void ProgressDisplay::take_away() {
  if (!drawn_) return;
  say(stderr, "\r\x1b[K");
  drawn_ = false;
}

}  // namespace costmill::app
