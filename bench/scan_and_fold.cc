// Costmill's own scan and fold of a pod table, capacity and pods in one pass, on one thread; no rows are made and nothing is written.
// The CPU seconds stand beside those of decode_limit over the same files.
//
// usage: scan_and_fold pods|capacity FOLDER
#include <cstdio>
#include <ctime>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "catalog/store.h"
#include "costmill/memory_tools.h"
#include "scan/parquet_file.h"
#include "scan/row_group_scan.h"
#include "scan/table_use.h"
#include "summary/fold.h"

namespace {

using costmill::Chunk;
using costmill::Day;
using costmill::DaySpan;
using costmill::Fold;
using costmill::StoredFile;
using costmill::TableUse;

constexpr std::string_view kSuffix = ".parquet";
const costmill::FoldOptions kAnyDay = {.first_day = costmill::day_of_ms(0),
                                       .last_day = costmill::day_of_ms(std::int64_t{4'000'000'000'000})};

void add_files(costmill::Store& store, const std::string& folder, std::vector<StoredFile>& files) {
  for (StoredFile& file : store.list_files(folder))
    if (file.path.ends_with(kSuffix)) files.push_back(std::move(file));
  for (const std::string& inner : store.list_folders(folder)) add_files(store, folder.empty() ? inner : folder + "/" + inner, files);
}

// As in a run, a day's tables live until its last row group.
class Days {
 public:
  explicit Days(TableUse use) : use_(use) {}

  void add(costmill::Store& store, const StoredFile& file, std::uint32_t number) {
    const std::shared_ptr<parquet::ParquetFileReader> reader = costmill::open_parquet(store, file, {});
    const costmill::WantedColumns wanted = costmill::wanted_columns(use_, kAnyDay.derive_roles);
    for (int group = 0; group < reader->metadata()->num_row_groups(); ++group) {
      const auto times = costmill::row_group_info(*reader->metadata(), group, file.path).times;
      const std::optional<Day> day = times ? std::optional(times->days().first) : std::nullopt;
      if (!fold_ || !day || day != day_) fold_ = std::make_unique<Fold>(kAnyDay);
      day_ = day;
      costmill::RowGroupScan scan(reader, file.path, group, costmill::Table::kPodHourly, wanted, {}, fold_->texts());
      while (scan.next(chunk_)) {
        fold_->add(chunk_, use_, number);
        rows_ += chunk_.rows;
      }
    }
  }

  std::size_t rows() const { return rows_; }

 private:
  TableUse use_;
  std::unique_ptr<Fold> fold_;
  std::optional<Day> day_;
  Chunk chunk_;
  std::size_t rows_ = 0;
};

}  // namespace

int main(int count, char** arguments) {
  try {
    const std::string kind = count == 3 ? arguments[1] : "";
    if (kind != "pods" && kind != "capacity") throw std::runtime_error("usage: scan_and_fold pods|capacity FOLDER");
    costmill::keep_freed_memory();  // as the program does
    const auto store = costmill::open_store(std::string("file:") + arguments[2]);
    std::vector<StoredFile> files;
    add_files(*store, "", files);
    const std::clock_t begin = std::clock();
    Days days({.capacity = true, .pods = kind == "pods"});
    for (std::uint32_t number = 0; number < files.size(); ++number) days.add(*store, files[number], number);
    std::printf("rows %zu cpu_seconds %.4f\n", days.rows(), static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "scan_and_fold: %s\n", error.what());
    return 1;
  }
}
