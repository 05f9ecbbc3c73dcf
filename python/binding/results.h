// Results of runs as plain Python values: dicts with the names of the dataclasses in costmill._results.
#pragma once

#include <nanobind/nanobind.h>

#include <vector>

#include "run/run.h"
#include "run/verify.h"

namespace costmill::python {

namespace nb = nanobind;

nb::dict dict_of(const RunReport& report);
nb::dict dict_of(const CompareResult& result);
nb::dict dict_of(const VerifyReport& report);
nb::list list_of(const std::vector<ClusterPlan>& plans);

}  // namespace costmill::python
