#include "plan/footers.h"

#include <parquet/metadata.h>

#include <atomic>
#include <exception>
#include <mutex>
#include <thread>

namespace costmill {
namespace {

Footer read_footer(Store& store, const StoredFile& file, const std::vector<std::string>& columns, const ReadOptions& options) {
  Footer footer;
  const auto reader = open_parquet(store, file, options);
  const auto metadata = reader->metadata();
  for (int i = 0; i < metadata->num_row_groups(); ++i) footer.row_groups.push_back(row_group_info(*metadata, i, file.path));
  for (const std::string& column : columns) {
    if (column_index(*metadata->schema(), column) < 0) footer.missing_columns.push_back(column);
  }
  return footer;
}

// Trouble of one file is a matter of its days; a storage that does not answer ends the plan.
bool concerns_one_file(const Error& error) { return error.code() == ErrorCode::kCorrupt || error.code() == ErrorCode::kBadInput; }

}  // namespace

std::vector<Footer> read_footers(Store& store, const std::vector<StoredFile>& files, const std::vector<std::string>& columns,
                                 int parallel_readers, const ReadOptions& options) {
  std::vector<Footer> footers(files.size());
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::exception_ptr failure;
  const auto work = [&] {
    for (std::size_t i = next++; i < files.size(); i = next++) {
      try {
        footers[i] = read_footer(store, files[i], columns, options);
      } catch (const Error& error) {
        if (concerns_one_file(error)) {
          footers[i].error = error;
          continue;
        }
        const std::lock_guard lock(mutex);
        if (!failure) failure = std::current_exception();
        next = files.size();
      } catch (...) {
        const std::lock_guard lock(mutex);
        if (!failure) failure = std::current_exception();
        next = files.size();
      }
    }
  };
  {
    std::vector<std::jthread> readers;
    const std::size_t count = std::min(files.size(), static_cast<std::size_t>(parallel_readers));
    for (std::size_t i = 1; i < count; ++i) readers.emplace_back(work);
    work();
  }
  if (failure) std::rethrow_exception(failure);
  return footers;
}

}  // namespace costmill
