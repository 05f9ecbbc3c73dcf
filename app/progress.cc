#include "progress.h"

#include <fmt/format.h>

#include <algorithm>

#include "terminal.h"

namespace costmill::app {
namespace {

constexpr int kBarCells = 30;
constexpr std::chrono::milliseconds kRedrawInterval{100};

std::string bar(double share) {
  const int filled = std::clamp(static_cast<int>(share * kBarCells), 0, kBarCells);
  std::string cells;
  for (int i = 0; i < kBarCells; ++i) cells += i < filled ? "█" : "░";
  return cells;
}

}  // namespace

ProgressDisplay::ProgressDisplay(Progress progress)
    : form_(progress == Progress::kNever ? Form::kNone
            : is_terminal(stderr)        ? Form::kBar
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
  const double share = progress.rows == 0 ? 1.0 : static_cast<double>(progress.rows_done) / static_cast<double>(progress.rows);
  say(stderr, "\r\x1b[K{} {:3.0f}%  {} of {} days  {:.1f} million rows/s", bar(share), 100 * share, progress.days_done, progress.days,
      static_cast<double>(progress.rows_done) / std::max(seconds, 1e-3) / 1e6);
  std::fflush(stderr);
}

void ProgressDisplay::day_done(const DayReport& day) {
  if (form_ != Form::kLines) return;
  say(stderr, "{} cluster {}: {} rows in, {} rows out\n", to_string(day.day), day.source_uuid, day.input_rows, day.output_rows);
}

void ProgressDisplay::clear() {
  const std::lock_guard lock(mutex_);
  if (!drawn_) return;
  say(stderr, "\r\x1b[K");
  drawn_ = false;
}

}  // namespace costmill::app
