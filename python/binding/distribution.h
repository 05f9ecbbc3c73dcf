// Runs over other processes: what costmill.dask calls, on the client and on workers.
#pragma once

#include <nanobind/nanobind.h>

namespace costmill::python {

void define_distribution(nanobind::module_& module);

}  // namespace costmill::python
