// A Parquet file: opened, scanned, folded and finished, as a run does, under a limit of memory. The first byte of an input says how,
// the rest is the file.
#include <arrow/io/memory.h>
#include <fuzzer/FuzzedDataProvider.h>

#include <algorithm>
#include <cstring>
#include <random>

#include "catalog/opened_file.h"
#include "fuzz.h"
#include "memory/memory.h"
#include "scan/row_group_scan.h"
#include "summary/fold.h"
#include "summary/refusal.h"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace {

using costmill::fuzz::succeeds;

constexpr std::int64_t kMemoryLimit = 64 << 20;
// A page of a few bytes may hold two thousand million NULLs; this many chunks show what can go wrong.
constexpr int kMostChunks = 20;
constexpr int kMostRowGroups = 4;

constexpr costmill::TableUse kUses[] = {{.capacity = true, .pods = true, .placements = true, .nodes = true},
                                        {.pods = true, .placements = true},
                                        {.storage = true},
                                        {.node_labels = true},
                                        {.namespace_labels = true}};

// What the first byte says.
struct Settings {
  explicit Settings(std::uint8_t byte) {
    const std::size_t table_index = (byte & 7U) % std::size(kUses);
    table = costmill::kAllTables[table_index];
    use = kUses[table_index];
    if ((byte & 8U) != 0) scan.chunk_rows = 3;
    if ((byte & 16U) != 0) scan.coding = costmill::TextCoding::kPlainText;
    scan.only_wanted_columns = (byte & 32U) == 0;
    if ((byte & 64U) != 0) read.stream_bytes = 64;
  }

  costmill::Table table;
  costmill::TableUse use;
  costmill::ScanOptions scan;
  costmill::ReadOptions read;
};

// Copies what is read, so that a decoder that reads past the end of a column chunk is found out.
class Copies final : public arrow::io::RandomAccessFile {
 public:
  Copies(std::string_view content, arrow::MemoryPool* pool) : file_(std::make_shared<arrow::Buffer>(content)), pool_(pool) {}

  arrow::Result<std::int64_t> GetSize() override { return file_.GetSize(); }
  arrow::Result<std::shared_ptr<arrow::Buffer>> ReadAt(std::int64_t position, std::int64_t bytes) override {
    ARROW_ASSIGN_OR_RAISE(const auto read, file_.ReadAt(position, bytes));
    return read->CopySlice(0, read->size(), pool_);
  }
  arrow::Result<std::int64_t> ReadAt(std::int64_t position, std::int64_t bytes, void* out) override {
    return file_.ReadAt(position, bytes, out);
  }
  arrow::Result<std::int64_t> Read(std::int64_t bytes, void* out) override { return file_.Read(bytes, out); }
  arrow::Result<std::shared_ptr<arrow::Buffer>> Read(std::int64_t bytes) override { return file_.Read(bytes); }
  arrow::Status Seek(std::int64_t position) override { return file_.Seek(position); }
  arrow::Result<std::int64_t> Tell() const override { return file_.Tell(); }
  arrow::Status Close() override { return file_.Close(); }
  bool closed() const override { return file_.closed(); }

 private:
  arrow::io::BufferReader file_;
  arrow::MemoryPool* pool_;
};

void fold_file(std::string_view content, const Settings& settings) {
  const costmill::FoldOptions options{
      .first_day = costmill::make_day(2025, 10, 1), .last_day = costmill::make_day(2025, 10, 31), .derive_roles = true};
  const std::string name = "fuzz.parquet";
  const std::shared_ptr<parquet::ParquetFileReader> reader =
      costmill::open_parquet(std::make_shared<costmill::OpenedFile>(std::make_shared<Copies>(content, settings.read.pool),
                                                                    std::make_shared<std::atomic<std::int64_t>>(0)),
                             {.path = name, .bytes = content.size(), .version = "1"}, settings.read, nullptr);
  costmill::Fold fold(options);
  const costmill::WantedColumns wanted = costmill::wanted_columns(settings.use, options.derive_roles);
  for (int group = 0; group < std::min(reader->metadata()->num_row_groups(), kMostRowGroups); ++group) {
    (void)costmill::row_group_info(*reader->metadata(), group, name);
    costmill::RowGroupScan scan(reader, name, group, settings.table, wanted, settings.scan, fold.texts());
    costmill::Chunk chunk;
    for (int chunks = 0; chunks < kMostChunks && scan.next(chunk); ++chunks) fold.add(chunk, settings.use, 0);
  }
  const costmill::ClusterIdentity cluster{
      .source_uuid = "11111111-1111-4111-8111-111111111111", .cluster_id = "c", .cluster_alias = "C", .report_period_id = std::nullopt};
  const costmill::ReferenceData reference;
  for (costmill::Day day = options.first_day; day <= options.last_day; day = day.next()) {
    try {
      fold.finish(day, cluster, reference);
    } catch (const costmill::Refusal&) {
      // A rule forbids the day.
    }
  }
}

// The parts of an input: the byte of settings, magic, pages, footer, its length and magic again.
constexpr std::size_t kPagesBegin = 5;
constexpr std::size_t kTrailerBytes = 8;

std::size_t footer_bytes(const std::uint8_t* data, std::size_t size) {
  std::uint32_t bytes = 0;
  if (size < kPagesBegin + kTrailerBytes) return 0;
  std::memcpy(&bytes, data + size - kTrailerBytes, sizeof bytes);
  return bytes <= size - kPagesBegin - kTrailerBytes ? bytes : 0;
}

// Within a window of the pages, so that nothing moves and the footer stays true.
void mutate_pages(std::uint8_t* data, std::size_t pages_end, std::mt19937& random) {
  const std::size_t begin = kPagesBegin + random() % (pages_end - kPagesBegin);
  const std::size_t window = std::min<std::size_t>(1 + random() % 64, pages_end - begin);
  LLVMFuzzerMutate(data + begin, window, window);
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size, unsigned seed) {
  std::mt19937 random(seed);
  const std::size_t footer = footer_bytes(data, size);
  const unsigned choice = random() % 16;
  if (footer == 0 || choice == 0) return LLVMFuzzerMutate(data, size, max_size);
  const std::size_t footer_begin = size - kTrailerBytes - footer;
  if (choice == 1) {
    data[0] = static_cast<std::uint8_t>(random());
    return size;
  }
  if (choice < 10 && footer_begin > kPagesBegin) {
    mutate_pages(data, footer_begin, random);
    return size;
  }
  // The footer may grow and shrink: its length follows.
  const std::size_t most = std::min(footer + 64, max_size - std::min(max_size, footer_begin + kTrailerBytes));
  if (most == 0) return size;
  std::vector<std::uint8_t> changed(most);
  std::memcpy(changed.data(), data + footer_begin, std::min(footer, most));
  const auto bytes = static_cast<std::uint32_t>(LLVMFuzzerMutate(changed.data(), std::min(footer, most), most));
  std::memcpy(data + footer_begin, changed.data(), bytes);
  std::memcpy(data + footer_begin + bytes, &bytes, sizeof bytes);
  std::memcpy(data + footer_begin + bytes + sizeof bytes, "PAR1", 4);
  return footer_begin + bytes + kTrailerBytes;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  costmill::MemoryBudget budget(kMemoryLimit);
  costmill::CappedPool pool(*arrow::system_memory_pool(), budget);
  Settings settings(data[0]);
  settings.read.pool = &pool;
  settings.scan.pool = &pool;
  succeeds([&] { fold_file(costmill::fuzz::text_of(data + 1, size - 1), settings); });
  costmill::fuzz::require(budget.used_bytes() == 0, "all memory of the pool goes back");
  return 0;
}
