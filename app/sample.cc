#include <fmt/format.h>

#include <filesystem>
#include <set>

#include "calendar/day.h"
#include "commands.h"
#include "costmill/error.h"
#include "terminal.h"

namespace costmill::app {
namespace {

namespace fs = std::filesystem;

// Beside the installed binary, else in the source tree that it was built from.
fs::path bundled_samples() {
  std::error_code ignored;
  const fs::path binary = fs::read_symlink("/proc/self/exe", ignored);
  const fs::path installed = binary.parent_path() / ".." / "share" / "costmill" / "samples";
  for (const fs::path& candidate : {installed, fs::path(COSTMILL_SAMPLES_DIR)}) {
    if (fs::is_directory(candidate, ignored) && !fs::is_empty(candidate, ignored)) return candidate;
  }
  throw Error(ErrorCode::kInputUnavailable, fmt::format("the bundled data set is not where it was installed, {}; install Costmill again",
                                                        installed.lexically_normal().string()));
}

void copy_samples(const fs::path& samples, const fs::path& folder) {
  std::error_code error;
  const bool is_used = fs::exists(folder, error) && (!fs::is_directory(folder, error) || !fs::is_empty(folder, error));
  if (is_used) throw Error(ErrorCode::kBadConfig, fmt::format("{} is there already and not empty; give a new folder", folder.string()));
  fs::create_directories(folder, error);
  // The scripts that made the data are of no use beside it.
  for (auto entry = fs::recursive_directory_iterator(samples, error); !error && entry != fs::end(entry); entry.increment(error)) {
    if (entry->path().filename() == "__pycache__") entry.disable_recursion_pending();
    if (entry->is_directory() || entry->path().extension() == ".py") continue;
    const fs::path target = folder / entry->path().lexically_relative(samples);
    fs::create_directories(target.parent_path(), error);
    if (!error) fs::copy_file(entry->path(), target, error);
    if (error) break;
  }
  if (error) throw Error(ErrorCode::kSinkUnavailable, fmt::format("cannot write the data set to {}: {}", folder.string(), error.message()));
}

// What a data set holds, found by its folders, so that the advice always fits.
struct DataSet {
  fs::path input;      // the folder that holds data/
  fs::path reference;  // empty: none
  std::set<Month> months;
};

std::optional<Month> month_of_folder(const fs::path& folder) {
  const std::string month = folder.filename().string();
  const std::string year = folder.parent_path().filename().string();
  if (!month.starts_with("month=") || !year.starts_with("year=")) return std::nullopt;
  return parse_month(fmt::format("{}-{}", year.substr(5), month.substr(6)));
}

DataSet data_set_in(const fs::path& folder) {
  DataSet found;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    const fs::path& path = entry.path();
    if (entry.is_directory() && path.filename() == "data" && found.input.empty()) found.input = path.parent_path();
    if (entry.is_directory()) {
      if (const auto month = month_of_folder(path)) found.months.insert(*month);
    }
    if (path.filename() == "reporting_enabledtagkeys.csv") found.reference = path.parent_path();
  }
  return found;
}

// A path as a shell reads it back.
std::string shell_word(const std::string& path) {
  constexpr std::string_view kSafe = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./:+-=@";
  if (path.find_first_not_of(kSafe) == std::string::npos) return path;
  std::string word = "'";
  for (const char c : path) {
    if (c == '\'') {
      word += "'\\''";
    } else {
      word += c;
    }
  }
  return word + "'";
}

}  // namespace

int sample(const Arguments& arguments) {
  const fs::path folder = arguments.folder;
  copy_samples(bundled_samples(), folder);
  const DataSet data = data_set_in(folder);
  std::string command = fmt::format("costmill run --input {}", shell_word("file:" + data.input.string()));
  if (!data.reference.empty()) command += fmt::format(" --reference {}", shell_word("csv:" + data.reference.string()));
  if (!data.months.empty()) command += fmt::format(" --month {}", to_string(*data.months.begin()));
  say(stdout, "The data set is in {}. Next:\n\n  {}\n  costmill show\n", folder.string(), command);
  return 0;
}

}  // namespace costmill::app
