#include "results.h"

#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/vector.h>

namespace costmill::python {
namespace {

template <typename Elements, typename DictOf>
nb::list mapped(const Elements& elements, DictOf dict_of_element) {
  nb::list list;
  for (const auto& element : elements) list.append(dict_of_element(element));
  return list;
}

nb::dict dict_of_day(const DayReport& day) {
  nb::dict out;
  out["source_uuid"] = day.source_uuid;
  out["day"] = to_string(day.day);
  out["input_rows"] = day.input_rows;
  out["rows"] = day.output_rows;
  out["digest"] = day.digest;
  return out;
}

nb::dict dict_of_failure(const DayFailure& failure) {
  nb::dict out;
  out["source_uuid"] = failure.source_uuid;
  out["day"] = to_string(failure.day);
  out["kind"] = name_of(failure.error.code());
  out["message"] = failure.error.what();
  return out;
}

nb::dict dict_of_difference(const Difference& difference) {
  nb::dict out;
  out["source_uuid"] = difference.source_uuid;
  out["day"] = to_string(difference.day);
  out["kind"] = name_of(difference.kind);
  out["row"] = difference.row;
  out["column"] = difference.column;
  out["left"] = difference.left;
  out["right"] = difference.right;
  return out;
}

nb::dict dict_of_planned_day(const ClusterPlan& plan, const PlannedMonth& month, const DayChange& change) {
  const DayWork work = month.plan.work_of(change.day);
  nb::dict out;
  out["source_uuid"] = plan.cluster.source_uuid;
  out["day"] = to_string(change.day);
  out["state"] = name_of(change.state);
  out["reasons"] = change.reasons;
  out["late"] = change.late;
  out["hours_seen"] = change.hours_seen ? nb::object(nb::int_(*change.hours_seen)) : nb::none();
  out["files"] = work.files;
  out["row_groups"] = work.row_groups;
  out["rows"] = work.rows;
  out["compressed_bytes"] = work.compressed_bytes;
  return out;
}

nb::dict dict_of_stale(const StaleDay& day) {
  nb::dict out;
  out["source_uuid"] = day.source_uuid;
  out["day"] = to_string(day.day);
  out["reasons"] = day.reasons;
  return out;
}

}  // namespace

nb::dict dict_of(const RunReport& report) {
  nb::dict seconds;
  seconds["planning"] = report.seconds.planning;
  seconds["reading"] = report.seconds.reading;
  seconds["aggregation"] = report.seconds.aggregation;
  seconds["writing"] = report.seconds.writing;
  seconds["wall"] = report.seconds.wall;
  nb::dict out;
  out["days"] = mapped(report.days, dict_of_day);
  out["failed_days"] = mapped(report.failed_days, dict_of_failure);
  out["days_unchanged"] = report.days_unchanged;
  out["days_removed"] = report.days_removed;
  out["input_rows"] = report.input_rows;
  out["rows"] = report.output_rows;
  out["files"] = report.files;
  out["files_without_rows"] = report.files_without_rows;
  out["bytes_in_files"] = report.bytes_in_files;
  out["bytes_fetched"] = report.bytes_fetched;
  out["seconds"] = seconds;
  out["peak_memory_bytes"] = report.memory.peak_bytes;
  return out;
}

nb::dict dict_of(const CompareResult& result) {
  nb::dict out;
  out["equal"] = result.equal();
  out["rows_left"] = result.rows_left;
  out["rows_right"] = result.rows_right;
  out["equal_rows"] = result.equal_rows;
  out["differing_rows"] = result.differing_rows;
  out["only_left"] = result.only_left;
  out["only_right"] = result.only_right;
  out["largest_relative_difference"] = result.largest_relative_difference;
  out["differences"] = mapped(result.differences, dict_of_difference);
  return out;
}

nb::dict dict_of(const VerifyReport& report) {
  nb::dict out;
  out["equal"] = report.equal();
  out["days"] = report.days;
  out["other_digests"] =
      mapped(report.other_digests, [](const StoredKey& key) { return nb::make_tuple(key.source_uuid, to_string(key.day)); });
  out["rows"] = dict_of(report.rows);
  out["stale_days"] = mapped(report.stale, dict_of_stale);
  return out;
}

nb::list list_of(const std::vector<ClusterPlan>& plans) {
  nb::list days;
  for (const ClusterPlan& plan : plans) {
    for (const PlannedMonth& month : plan.months) {
      for (const DayChange& change : month.changes) days.append(dict_of_planned_day(plan, month, change));
    }
  }
  return days;
}

}  // namespace costmill::python
