// A worker's side: one task, from its files to committed or staged days.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "config/config.h"
#include "distribution/day_task.h"
#include "reference/reference_data.h"
#include "run/run.h"

namespace costmill {

// What a worker may take of its machine for one task; its other tasks run beside it.
struct WorkerShare {
  int threads = 1;
  std::int64_t memory_bytes = 0;  // 0: a share of the machine's, as performance.memory_limit: auto
};

// Reference data as a worker keeps it between the tasks of a run, with what their labels have taught. Thread-safe.
class WorkerReference {
 public:
  explicit WorkerReference(std::shared_ptr<const ReferenceData> data) : data_(std::move(data)) {}

  const std::shared_ptr<const ReferenceData>& data() const { return data_; }
  // For one task at a time each.
  std::shared_ptr<LabelMaps> take_labels();
  void give_back(std::shared_ptr<LabelMaps> labels);

 private:
  std::shared_ptr<const ReferenceData> data_;
  std::mutex mutex_;
  std::vector<std::shared_ptr<LabelMaps>> labels_;
};

class DayJob {
 public:
  DayJob(const std::string& task_json, const WorkerShare& share);
  ~DayJob();

  const DayTask& task() const { return task_; }
  const Config& config() const { return config_; }

  // What an earlier attempt left in the staging folder, whole; nullopt: the task is to be done.
  std::optional<TaskReceipt> staged_receipt() const;

  std::shared_ptr<WorkerReference> load_reference(const std::atomic<bool>& cancelled) const;

  // Tables of a part of a group, for do_days() of another task.
  std::string fold_part(const std::atomic<bool>& cancelled);

  // Before it, the days of one group are folded and held, so that the sink is asked for nothing meanwhile. Of several days only the rows
  // of one or two at a time are held, so they are folded by write_days(). `parts`: what fold_part() gave for the group.
  void fold_days(std::shared_ptr<WorkerReference> reference, const std::vector<std::string>& parts, const std::atomic<bool>& cancelled);
  // Every day in one transaction; or into a sink of files that nobody sees before publish(). The same again where days are there already.
  // Throws what refuses a day; days of the group before it stay.
  void write_days(const std::atomic<bool>& cancelled);
  // Once, after write_days(), on any thread: it waits for the disk and computes nothing.
  TaskReceipt publish();

 private:
  struct Work;
  class StagedFolder;

  TaskReceipt write_into(const std::string& sink_uri, const std::atomic<bool>& cancelled);

  DayTask task_;
  std::string key_;
  Config config_;
  std::shared_ptr<Work> work_;
  std::optional<TaskReceipt> receipt_;    // of what is written
  std::unique_ptr<StagedFolder> staged_;  // null: of PostgreSQL
};

}  // namespace costmill
