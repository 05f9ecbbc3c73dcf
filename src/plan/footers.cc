#include "plan/footers.h"

#include <parquet/exception.h>
#include <parquet/metadata.h>

#include <atomic>

#include "plan/parallel.h"

namespace costmill {
namespace {

// A small file is one request, footer and all.
std::shared_ptr<OpenedFile> fetch_whole(Store& store, const StoredFile& file, const ReadOptions& options) {
  auto source = store.open(file, options.pool);
  try {
    PARQUET_THROW_NOT_OK(source->fetch({{0, static_cast<std::int64_t>(file.bytes)}}));
  } catch (...) {
    rethrow_parquet_error(file.path, "cannot be read as Parquet");
  }
  return source;
}

Footer read_footer(Store& store, const StoredFile& file, const std::vector<std::string>& columns, ReadOptions options) {
  Footer footer;
  options.tail_bytes = store.costs().tail_bytes;
  const bool is_small = file.bytes > 0 && static_cast<std::int64_t>(file.bytes) <= store.costs().whole_bytes;
  if (is_small) footer.content = fetch_whole(store, file, options);
  const auto reader = open_parquet(is_small ? footer.content : store.open(file, options.pool), file, options, nullptr);
  const auto metadata = footer.metadata = reader->metadata();
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
                                 int parallel_readers, std::int64_t most_held_bytes, const ReadOptions& options) {
  std::vector<Footer> footers(files.size());
  std::atomic<std::int64_t> held_bytes{0};
  for_each_in_parallel(files.size(), parallel_readers, [&](std::size_t i) {
    try {
      footers[i] = read_footer(store, files[i], columns, options);
    } catch (const Error& error) {
      if (!concerns_one_file(error)) throw;
      footers[i] = {};
      footers[i].error = error;
    }
    const std::int64_t bytes = footers[i].content == nullptr ? 0 : static_cast<std::int64_t>(files[i].bytes);
    if (held_bytes.fetch_add(bytes) + bytes > most_held_bytes) footers[i].content = nullptr;
  });
  return footers;
}

}  // namespace costmill
