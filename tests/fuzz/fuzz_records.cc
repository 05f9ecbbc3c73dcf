// The state beside the rows of a CSV or Parquet sink: read, written, read again.
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>

#include "fuzz.h"
#include "sink/record_json.h"
#include "sink/state_file.h"

namespace {

using costmill::DayRecord;
using costmill::StateFile;
using costmill::fuzz::require;
using costmill::fuzz::succeeds;
namespace fs = std::filesystem;

const fs::path& folder() {
  static const fs::path path = [] {
    const fs::path made = fs::temp_directory_path() / ("costmill_fuzz_" + std::to_string(::getpid()));
    fs::create_directories(made);
    std::atexit([] { fs::remove_all(folder()); });
    return made;
  }();
  return path;
}

// As a database keeps it.
void check_columns(const DayRecord& record) {
  DayRecord again = record;
  const bool is_read = succeeds([&] { costmill::read_record_columns(costmill::record_columns(record), "a row", again); });
  require(is_read && again == record, "a record's columns are the record");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = costmill::fuzz::text_of(data, size);
  std::ofstream(folder() / costmill::kStateFileName, std::ios::binary) << text;
  std::unique_ptr<StateFile> state;
  if (!succeeds([&] { state = std::make_unique<StateFile>(folder(), "csv"); })) return 0;
  for (const DayRecord& record : state->records()) {
    check_columns(record);
    require(costmill::record_from(costmill::json_of(record)) == record, "a record's JSON is the record");
  }
  state->save();
  require(StateFile(folder(), "csv").records() == state->records(), "a state that is saved is the state");
  return 0;
}
