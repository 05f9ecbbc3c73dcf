#include "run/table_scan.h"

#include <arrow/record_batch.h>
#include <fmt/format.h>
#include <parquet/metadata.h>

#include <algorithm>

#include "run/run_options.h"

namespace costmill {
namespace {

// Texts of row groups past are forgotten once they take this much.
constexpr std::size_t kMostTextBytes = 16 << 20;

std::vector<std::uint32_t> rows_within(const Chunk& chunk, const DateRange& days) {
  std::vector<std::uint32_t> rows;
  for (std::size_t row = 0; row < chunk.rows; ++row) {
    const std::int64_t ms = chunk.interval_start_ms[row];
    if (ms == kNullTime) continue;
    const Day day = day_of_ms(ms);
    if (days.from <= day && day <= days.to) rows.push_back(static_cast<std::uint32_t>(row));
  }
  return rows;
}

template <typename Value>
void append(std::vector<Value>& to, const std::vector<Value>& from, const std::vector<std::uint32_t>& rows) {
  for (const std::uint32_t row : rows) to.push_back(from[row]);
}

void append(NumberColumn& to, const NumberColumn& from, const std::vector<std::uint32_t>& rows) {
  append(to.values, from.values, rows);
  for (const std::uint32_t row : rows) to.valid.push_back(from.is_valid(row) ? 1 : 0);
}

void append(Chunk& to, const Chunk& from, const DateRange& days) {
  const std::vector<std::uint32_t> rows = rows_within(from, days);
  to.texts.resize(from.texts.size());
  to.numbers.resize(from.numbers.size());
  append(to.interval_start_ms, from.interval_start_ms, rows);
  for (std::size_t i = 0; i < from.texts.size(); ++i) {
    if (!from.texts[i].empty()) append(to.texts[i], from.texts[i], rows);
  }
  for (std::size_t i = 0; i < from.numbers.size(); ++i) {
    if (!from.numbers[i].values.empty()) append(to.numbers[i], from.numbers[i], rows);
  }
  to.rows += rows.size();
}

std::size_t chunk_rows_of(const Config& config) { return static_cast<std::size_t>(config.performance.chunk_size_rows); }

}  // namespace

TableScan::TableScan(const Config& config, const BatchColumns& columns, const std::atomic<bool>& cancelled)
    : config_(config),
      columns_(columns),
      cancelled_(cancelled),
      budget_(memory_limit_of(config)),
      pool_(*arrow::system_memory_pool(), budget_),
      store_(open_store(config.run.input, config.s3, &cancelled)) {
  const std::vector<ChosenCluster> clusters = choose_clusters(config, *store_);
  if (clusters.size() != 1) throw Error(ErrorCode::kBadConfig, "a scan reads one cluster; give its UUID");
  const ChosenCluster& cluster = clusters.front();
  for (const MonthPiece& piece : cluster.pieces) {
    const TableFiles found = cluster.layout.find(*store_, cluster.tree, piece.month, columns.table);
    for (const StoredFile& file : found.files) files_.push_back({file, piece.days});
  }
}

bool TableScan::open_row_group() {
  while (true) {
    if (!file_ && files_.empty()) return false;
    if (!file_) {
      const auto [file, days] = std::move(files_.front());
      files_.pop_front();
      file_ = {file.path, days, open_parquet(*store_, file, {.pool = &pool_, .stream_bytes = store_->costs().stream_bytes}), 0};
    }
    const auto metadata = file_->reader->metadata();
    if (file_->next_row_group == metadata->num_row_groups()) {
      file_.reset();
      continue;
    }
    const int number = file_->next_row_group++;
    const RowGroupInfo info = row_group_info(*metadata, number, file_->path);
    const auto times = info.times;
    if (times && (times->days().last < file_->days.from || file_->days.to < times->days().first)) continue;
    const ScanOptions options{.chunk_rows = std::min(chunk_rows_of(config_), kDecodeBatchRows), .pool = &pool_};
    row_group_ = std::make_unique<RowGroupScan>(file_->reader, file_->path, number, columns_.table, columns_.wanted, options, *texts_);
    return true;
  }
}

bool TableScan::fill() {
  if (cancelled_) throw Error(ErrorCode::kCancelled, "stopped by a signal while a table was read");
  if (row_group_ == nullptr && !open_row_group()) return false;
  if (row_group_->next(decoded_)) {
    append(pending_, decoded_, file_->days);
  } else {
    row_group_.reset();
  }
  return true;
}

std::shared_ptr<arrow::RecordBatch> TableScan::next() {
  if (row_group_ == nullptr && (texts_ == nullptr || texts_->memory_bytes() > kMostTextBytes)) texts_ = std::make_unique<Texts>();
  pending_ = {};
  const std::size_t room = std::min(chunk_rows_of(config_), kDecodeBatchRows);
  while (pending_.rows + room <= chunk_rows_of(config_) && fill()) continue;
  if (pending_.rows == 0) return nullptr;
  return batch_of(pending_, *texts_, columns_, arrow::default_memory_pool());
}

}  // namespace costmill
