// What is looked at in each row, a column at a time.
#pragma once

#include "scan/chunk.h"
#include "summary/row_sign.h"

namespace costmill {

// Counts values below zero. Free where the bounds of the column exclude them.
void look_for_negatives(const NumberColumn& column, RowRange rows, RowPlace first_row, const char* name, RowSign& sign);

// Counts stored effective usage below the larger of usage and request, or above their sum: the daily roll-up (rule 12.1) cannot give
// such a value.
void look_at_effective_usage(const NumberColumn& usage, const NumberColumn& request, const NumberColumn& effective, RowRange rows,
                             RowPlace first_row, const char* name, RowSign& sign);

}  // namespace costmill
