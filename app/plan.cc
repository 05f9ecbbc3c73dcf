#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include "commands.h"
#include "config/s3.h"
#include "config/secrets.h"
#include "memory/mebibytes.h"
#include "run/run.h"
#include "signals.h"
#include "terminal.h"

namespace costmill::app {
namespace {

// What the state leaves open: "late", "17 of 24 hours".
std::string remarks_on(const DayChange& change) {
  std::vector<std::string> remarks;
  if (change.late) remarks.emplace_back("late");
  if (change.hours_seen && *change.hours_seen < 24) remarks.push_back(fmt::format("partial: {} of 24 hours seen", *change.hours_seen));
  return fmt::format("{}", fmt::join(remarks, ", "));
}

void print_day(const MonthPlan& month, const DayChange& change) {
  const DayWork work = month.work_of(change.day);
  const std::string remarks = remarks_on(change);
  say(stdout, "{:<12}{:<11}{:>6}{:>12}{:>12}{:>10.2f}{}{}\n", to_string(change.day), name_of(change.state), work.files, work.row_groups,
      work.rows, mib_of(work.compressed_bytes), remarks.empty() ? "" : "  ", remarks);
  for (const std::string& reason : change.reasons) say(stdout, "{:<12}{}\n", "", reason);
}

void print_month(const PlannedMonth& month) {
  for (const DayChange& change : month.changes) print_day(month.plan, change);
  for (const std::string& notice : month.plan.notices) say(stdout, "note: {}\n", notice);
  if (month.plan.files_without_rows > 0) say(stdout, "note: {} files without rows are skipped\n", month.plan.files_without_rows);
}

struct Work {
  std::size_t days = 0;
  std::size_t unchanged = 0;
  std::size_t gone = 0;
  std::int64_t rows = 0;
  std::int64_t compressed_bytes = 0;

  void add(const MonthPlan& month, const DayChange& change, bool full) {
    unchanged += change.state == DayState::kUnchanged;
    gone += change.state == DayState::kGone;
    if (!full && !change.is_to_be_done()) return;
    const DayWork of_day = month.work_of(change.day);
    ++days;
    rows += of_day.rows;
    compressed_bytes += of_day.compressed_bytes;
  }
};

void print_plan(const ClusterPlan& plan, const RunConfig& run) {
  say(stdout, "{} {} ({}), {} to {}, into {}\n", styled(stdout, Style::kBold, "cluster"), plan.cluster.cluster_alias,
      plan.cluster.source_uuid, to_string(plan.window.from), to_string(plan.window.to), without_password(run.sink));
  say(stdout, "{:<12}{:<11}{:>6}{:>12}{:>12}{:>10}\n", "DAY", "STATE", "FILES", "ROW GROUPS", "ROWS", "MIB");
  Work work;
  for (const PlannedMonth& month : plan.months) {
    print_month(month);
    for (const DayChange& change : month.changes) work.add(month.plan, change, run.full);
  }
  say(stdout, "to be done{}: {} days, {} rows, {:.2f} MiB; {} unchanged, {} gone{}; nothing was read but footers\n",
      run.full ? " because of --full" : "", work.days, work.rows, mib_of(work.compressed_bytes), work.unchanged, work.gone,
      work.gone == 0          ? ""
      : run.full || run.prune ? " and to be removed"
                              : " (--prune removes them)");
}

}  // namespace

int plan(const Arguments& arguments) {
  const auto config = prepare_config(arguments);
  if (!config) return 0;
  if (!config->s3.verify_tls && is_s3_uri(config->run.input)) spdlog::warn("{}", kUnverifiedServer);
  for (const ClusterPlan& cluster : costmill::plan(*config, stop_requested())) print_plan(cluster, config->run);
  return 0;
}

}  // namespace costmill::app
