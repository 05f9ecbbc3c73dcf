#include "report/report.h"

#include <filesystem>

#include "commands.h"
#include "config/resolve.h"
#include "config/secrets.h"
#include "config/window.h"
#include "costmill/error.h"
#include "logging.h"
#include "memory/mebibytes.h"
#include "report/page.h"
#include "signals.h"
#include "sink/pending_file.h"
#include "terminal.h"

namespace costmill::app {
namespace {

std::string_view bundled_page() {
#ifdef COSTMILL_HAS_REPORT_PAGE
  return report_page();
#else
  throw Error(ErrorCode::kBadConfig, "this build of Costmill has no report, as node was missing; take the program that `make build` makes");
#endif
}

// Before the report is made: what is no file would be replaced by one, even a device.
void check_output(const std::filesystem::path& file) {
  std::error_code ignored;  // a place that cannot be looked at fails when it is written to
  const auto refuse = [&](std::string_view what) {
    throw Error(ErrorCode::kBadConfig, fmt::format("--output {}: {}", file.string(), what));
  };
  if (std::filesystem::is_directory(file, ignored)) refuse("a folder; give the name of a file");
  const bool is_there = std::filesystem::exists(std::filesystem::symlink_status(file, ignored));
  if (is_there && !std::filesystem::is_regular_file(file, ignored)) refuse("no regular file; use - to write to standard output");
}

// A reader of the file sees the old report or the new one.
void write_whole(const std::filesystem::path& file, std::string_view html) {
  PendingFile pending(file);
  pending.write(html);
  pending.publish();
}

}  // namespace

int report(const Arguments& arguments) {
  const auto settings = prepare_settings(arguments);
  if (!settings) return 0;
  const std::string_view page = bundled_page();
  if (arguments.output != "-") check_output(arguments.output);
  const ResolvedUri sink = resolve_sink(*settings);
  check_sink_uri(sink.uri, sink.origin);
  const auto window = resolve_window(arguments.config, SettingSet());
  const auto days = window ? std::optional(window->days) : std::nullopt;
  const std::string shown_sink = without_password(sink.uri);
  const auto made = make_report(*open_reader(sink.uri, *settings), {days, arguments.config.cluster}, stop_requested());
  if (!made) {
    log_event(Severity::kWarning, fmt::format("{} holds no days; `costmill run` writes them", shown_sink), LogFields::object());
    return 0;
  }
  if (made->sums.cluster_days.empty())
    log_event(Severity::kWarning, fmt::format("{} holds no days of this window; the report is empty", shown_sink), LogFields::object());
  const std::string html = page_with(page, report_json(*made, shown_sink));
  if (arguments.output == "-") {
    say(stdout, "{}", exact(stdout, html));
    return 0;
  }
  write_whole(arguments.output, html);
  say(stdout, "{}: {} to {}, {:.2f} MiB; open it in a browser\n", arguments.output, to_string(made->days.from), to_string(made->days.to),
      mib_of(html.size()));
  return 0;
}

}  // namespace costmill::app
