// Rows as sinks give them back: their canonical order and the canonical form of their cells.
#pragma once

#include <compare>
#include <string>

#include "decimal/decimal.h"
#include "sink/number_indexes.h"
#include "sink/sink.h"

namespace costmill {

// The canonical order of the dump: usage_start, data_source, the other text and JSON columns in table order (NULL first, UTF-8
// bytes), then the numbers in table order (NULL first, by value).
std::strong_ordering compare_canonical(const StoredRow& left, const StoredRow& right);

inline bool is_numeric(ColumnKind kind) { return kind == ColumnKind::kNumber || kind == ColumnKind::kInteger; }

// Rewrites a number as canonical decimal text; also takes exponents, which foreign files may hold. False if it is no
// numeric(33,15).
bool canonicalize_number(std::string& text);

inline const std::optional<std::string>& cell(const StoredRow& row, Column column) { return row.at(static_cast<std::size_t>(column)); }
// Rule 9: rows of unallocated capacity have no infrastructure cost, all others have it.
inline bool is_unallocated(const StoredRow& row) { return !cell(row, Column::kInfrastructureUsageCost); }

// The row as a reader of any sink gives it back once it is written.
StoredRow stored_row(const DayRows& day, const SummaryRow& row);

// The decimal of a row's number. Error(kBadInput) naming column and day if it does not fit numeric(33,15).
Decimal checked_decimal(double number, Column column, Day day);

}  // namespace costmill
