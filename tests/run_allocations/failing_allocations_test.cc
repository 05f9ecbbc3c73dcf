// F34: a run whose n-th allocation fails, of Arrow's pool or of operator new. It ends with no_memory or does without; the sink holds whole
// days; the run after it writes the same rows. Every n is tried, or one in COSTMILL_ALLOCATION_STRIDE.
#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <map>

#include "../run/usage_tree.h"
#include "failing_new.h"
#include "run/day_choice.h"
#include "run/run.h"
#include "run/run_options.h"

namespace costmill {
namespace {

long stride() {
  const char* const text = std::getenv("COSTMILL_ALLOCATION_STRIDE");
  return text == nullptr ? 1 : std::atol(text);
}

// Passes everything on but its n-th allocation.
class FailingPool final : public arrow::MemoryPool {
 public:
  explicit FailingPool(long allocations) : left_(allocations) {}

  using arrow::MemoryPool::Allocate;
  using arrow::MemoryPool::Free;
  using arrow::MemoryPool::Reallocate;
  arrow::Status Allocate(std::int64_t size, std::int64_t alignment, std::uint8_t** out) override {
    return left_-- == 0 ? arrow::Status::OutOfMemory("injected") : inner_.Allocate(size, alignment, out);
  }
  arrow::Status Reallocate(std::int64_t old_size, std::int64_t new_size, std::int64_t alignment, std::uint8_t** pointer) override {
    return left_-- == 0 ? arrow::Status::OutOfMemory("injected") : inner_.Reallocate(old_size, new_size, alignment, pointer);
  }
  void Free(std::uint8_t* buffer, std::int64_t size, std::int64_t alignment) override { inner_.Free(buffer, size, alignment); }
  std::int64_t bytes_allocated() const override { return inner_.bytes_allocated(); }
  std::int64_t total_bytes_allocated() const override { return inner_.total_bytes_allocated(); }
  std::int64_t num_allocations() const override { return inner_.num_allocations(); }
  std::string backend_name() const override { return inner_.backend_name(); }
  bool has_failed() const { return left_ < 0; }

 private:
  arrow::MemoryPool& inner_ = *arrow::system_memory_pool();
  std::atomic<long> left_;
};

using Days = std::map<Day, std::vector<StoredRow>>;

class FailingAllocations : public testing::TestWithParam<const char*> {
 protected:
  FailingAllocations() {
    for (const int day : {1, 2, 3}) write_day(tree_, day);
    write_storage_day(tree_, 2);
    config_.run.input = tree_.uri();
    config_.performance.max_workers = 2;
    config_.performance.parallel_readers = 2;
    config_.performance.memory_limit_bytes = 1 << 30;
    config_.clusters.emplace_back();
    config_.clusters[0].window = DateRange{make_day(2025, 10, 1), make_day(2025, 10, 3)};
    begin_sink();
    run_with(*arrow::system_memory_pool());
    expected_ = stored_days();
  }

  // An empty sink.
  void begin_sink() {
    sink_ = std::make_unique<TempTree>();
    config_.run.sink = std::string(GetParam()) + ":" + (sink_->path() / "out").string();
  }

  void run_with(arrow::MemoryPool& pool) {
    const auto open = [&](arrow::MemoryPool* of_run) {
      return open_sink(config_.run.sink, sink_options(config_, events_, cancelled_, of_run));
    };
    run_into({.open_sink = open, .choose_days = choose_new_days(config_, events_), .pool = &pool}, config_, events_, cancelled_);
  }

  Days stored_days() {
    Days days;
    if (!sink_exists(config_.run.sink)) return days;
    try {
      const auto reader = open_sink_reader(config_.run.sink);
      for (const StoredKey& key : reader->days()) days[key.day] = reader->read_day(key);
    } catch (const Error& error) {
      if (std::string_view(error.what()).find("holds no summary") == std::string_view::npos) throw;  // nothing but the file is there
    }
    return days;
  }

  // `run` is one with a failure in it.
  void require_no_memory_or_done(const std::function<void()>& run, long n) {
    const auto end = [&]() -> std::string {
      try {
        run();
      } catch (const Error& error) {
        return error.code() == ErrorCode::kNoMemory ? "" : error.what();
      } catch (const std::bad_alloc&) {  // the face gives it the same exit code
      } catch (const std::exception& error) {
        return error.what();
      }
      return "";
    };
    const std::string failure = end();
    allocations_left = kNever;
    ASSERT_EQ(failure, "") << "allocation " << n;
    Days stored;
    ASSERT_NO_THROW(stored = stored_days()) << "allocation " << n;
    for (const auto& [day, rows] : stored) ASSERT_EQ(rows, expected_.at(day)) << "a part of a day, allocation " << n;
    run_with(*arrow::system_memory_pool());
    ASSERT_EQ(stored_days(), expected_) << "after the run that failed at allocation " << n;
  }

  TempTree tree_;
  std::unique_ptr<TempTree> sink_;
  Config config_;
  RunEvents events_;
  std::atomic<bool> cancelled_ = false;
  Days expected_;
};

TEST_P(FailingAllocations, OfThePoolGiveNoMemory) {
  bool has_failed = true;
  long n = 0;
  for (; has_failed; n += std::max(1L, stride() / 5)) {  // there are fewer of them
    begin_sink();
    FailingPool pool(n);
    require_no_memory_or_done([&] { run_with(pool); }, n);
    if (HasFatalFailure()) return;
    has_failed = pool.has_failed();
  }
  EXPECT_GT(n, 50);
}

TEST_P(FailingAllocations, OfOperatorNewGiveNoMemory) {
  bool has_failed = true;
  long n = 0;
  for (; has_failed; n += stride()) {
    begin_sink();
    const auto run = [&] {
      allocations_left = n;
      run_with(*arrow::system_memory_pool());
      has_failed = allocations_left < 0;
    };
    has_failed = true;
    require_no_memory_or_done(run, n);
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(n, 500);
}

INSTANTIATE_TEST_SUITE_P(Sinks, FailingAllocations, testing::Values("csv", "parquet", "sqlite"));

}  // namespace
}  // namespace costmill
