#include "sanity/day_sanity.h"

#include <algorithm>

namespace costmill {
namespace {

constexpr std::array<SanityCheckDef, kSanityChecks> kDefs{{
    {"usage_above_capacity", "sums of usage above the capacity of their node, cluster or volume",
     "look for rows that are counted twice, or compare the hourly with the daily files"},
    {"request_above_capacity", "sums of requests above the capacity of their node or cluster",
     "look for rows that are counted twice, or compare the hourly with the daily files"},
    {"limit_far_above_capacity", "sums of limits beyond a thousand times the capacity of their node", "look at the limits of that node"},
    {"effective_usage_out_of_bounds", "values of effective usage outside of what usage and request allow",
     "upload the file again: one of the three numbers is not what was reported"},
    {"negative_value", "negative values", "upload the file again"},
    {"two_capacities_in_hour", "hours of a node with differing capacities, of which the largest counts", "compare the files of that hour"},
    {"several_intervals_in_hour", "hours of a node with several times, so that capacity counts several times",
     "look at interval_start in the hourly files"},
    {"capacity_disagrees", "nodes whose hourly capacity does not fit the cores or bytes of the daily rows",
     "compare the hourly with the daily files"},
    {"nodes_disagree", "nodes that only one of the hourly and the daily pods have", "see whether a file of either is missing or damaged"},
    {"missing_hours", "hours without rows, of the cluster or of a node between others",
     "see whether a report is missing; the next run does the day again when it arrives"},
    {"duplicate_rows", "row groups that say the same as another one, and count twice", "remove one of the two files, then run again"},
    {"overlapping_payloads", "hours that two payloads report, and that count twice", "remove one of the two payloads, then run again"},
    {"rows_outside_month", "rows in row groups that reach outside of the month of their folder, where they are left out",
     "see which month the file belongs to"},
    {"odd_name", "names that no object of Kubernetes can have", "upload the file again: the text is not what was reported"},
    {"missing_column", "columns that a file lacks and others of its table and month have, which read NULL",
     "upload the file again, unless the operator was upgraded within the month"},
    {"totals_jump", "totals a hundred times as large or small as on each of the days before", "see whether the cluster changed that much"},
}};

}  // namespace

const SanityCheckDef& def_of(SanityCheck check) { return kDefs[static_cast<std::size_t>(check)]; }

void DaySanity::add(SanityCheck check, SanityExample example, std::uint64_t count) {
  if (count == 0) return;
  SanityFinding& finding = findings_[static_cast<std::size_t>(check)];
  if (finding.count == 0 || example < finding.example) finding.example = std::move(example);
  finding.count += count;
}

void DaySanity::merge(const DaySanity& other) {
  for (std::size_t i = 0; i < kSanityChecks; ++i) add(static_cast<SanityCheck>(i), other.findings_[i].example, other.findings_[i].count);
}

bool DaySanity::any() const {
  return std::any_of(findings_.begin(), findings_.end(), [](const SanityFinding& finding) { return finding.count > 0; });
}

}  // namespace costmill
