// The face of Costmill: arguments in, exit code out. Errors are caught here, once.
#include <sys/prctl.h>

#include "arguments.h"
#include "commands.h"
#include "costmill/memory_tools.h"
#include "failure.h"
#include "logging.h"
#include "signals.h"
#include "terminal.h"

namespace costmill::app {
namespace {

int perform(const Arguments& arguments) {
  switch (arguments.command) {
    case Command::kRun: return run(arguments);
    case Command::kPlan: return plan(arguments);
    case Command::kShow: return show(arguments);
    case Command::kCompare: return compare(arguments);
    case Command::kSample: return sample(arguments);
    case Command::kInitDb: return init_db(arguments);
    case Command::kDoctor: return doctor(arguments);
    case Command::kVerify: return verify(arguments);
    case Command::kPrune: return prune(arguments);
    case Command::kReport: return report(arguments);
    case Command::kCompletion: return completion(arguments);
    case Command::kComplete: return complete(arguments);
    case Command::kManPage: return man_page();
  }
  throw Error(ErrorCode::kBug, "a subcommand without a function");
}

// Passwords and keys lie in memory: nobody gets them by a core file, nor another process of the same user by /proc. A debugger that
// starts the program sees all of it.
void keep_memory_private() { prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

int answer(int argc, char** argv) {
  keep_memory_private();
  handle_stop_signals();
  keep_freed_memory();
  const auto arguments = parse_arguments(argc, argv);
  const int exit_code = arguments ? perform(*arguments) : 0;
  finish_standard_output();
  return exit_code;
}

int answer_or_report(int argc, char** argv) {
  try {
    return answer(argc, argv);
  } catch (const std::exception& exception) {
    const Error error = error_of(exception);
    log_failure(error);
    return exit_code_after(error);
  }
}

}  // namespace
}  // namespace costmill::app

int main(int argc, char** argv) { return costmill::app::answer_or_report(argc, argv); }
