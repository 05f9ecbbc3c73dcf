// Which nodes the line items of a cluster and month know, as reporting_ocp_nodes wants them. Rule 11.
#pragma once

#include <atomic>
#include <functional>
#include <vector>

#include "config/config.h"
#include "memory/memory.h"
#include "plan/plan.h"
#include "run/read_ahead.h"
#include "scan/row_group_scan.h"
#include "summary/group_key.h"
#include "summary/maximum.h"
#include "tenant/node_table.h"

namespace costmill {

// Memory follows nodes and their label texts, not rows. Not thread-safe. Chunks may come in any order.
class NodeSurvey {
 public:
  explicit NodeSurvey(const DateRange& days) : days_(days) {}

  // The texts that chunks are coded in.
  Texts& texts() { return texts_; }
  // Rows whose interval_start is NULL or outside the days are dropped. `use` tells pods (nodes) from node_labels.
  void add(const Chunk& chunk, TableUse use);
  // By node and resource id.
  std::vector<SurveyedNode> nodes() const;
  std::size_t memory_bytes() const;

 private:
  struct Pods {
    TextId node_role = kNullText;  // MAX
    bool runs_api_server = false;
    Maximum cpu_cores;
  };
  struct Labels {
    TextId largest = kNullText;
    bool is_infra = false;
  };

  bool is_in_window(std::int64_t ms) const;
  void add_pods(const Chunk& chunk);
  void add_labels(const Chunk& chunk);

  DateRange days_;
  Texts texts_;
  GroupMap<2, Pods> pods_;  // (node, resource_id); the node is not NULL
  boost::unordered_flat_map<TextId, Labels> labels_;
  GroupSet<2> label_texts_;  // (node, label text): each is searched once
};

struct NodeSurveyOptions {
  ScanOptions scan;
  ReadAheadOptions read_ahead;
  std::function<void(const Error&)> on_left_out;  // a row group whose rest cannot be read, so it is no part of the survey
};

// `plan` is one with PlanOptions::purpose kNodeSurvey. Errors: kNoMemory, kCancelled, and of the store what is no matter of one file.
std::vector<SurveyedNode> survey_nodes(const MonthPlan& plan, Store& store, const NodeSurveyOptions& options, MemoryBudget& budget,
                                       const std::atomic<bool>& cancelled);

}  // namespace costmill
