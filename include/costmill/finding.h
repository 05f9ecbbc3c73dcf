// What `doctor` finds.
#pragma once

#include <string>

namespace costmill {

enum class Verdict { kGood, kWarning, kProblem };

struct Finding {
  Verdict verdict = Verdict::kGood;
  std::string check;   // "connection", "server version", ...
  std::string what;    // one line
  std::string advice;  // what to do next; empty if good
};

}  // namespace costmill
