// From the folded tables of a day to its rows: one function a rule, one file a function.
#pragma once

#include "calendar/day.h"
#include "summary/day_joins.h"
#include "summary/node_roles.h"
#include "summary/placements.h"
#include "summary/pods.h"
#include "summary/row_builder.h"
#include "summary/storage.h"
#include "texts/text_hashes.h"

namespace costmill {

// All throw Refusal.
void append_pod_rows(const PodTable& pods, DayJoins& joins, RowBuilder& rows);                                                 // rule 6
void append_storage_rows(const StorageTable& storage, const PlacementsOfPods& placements, DayJoins& joins, RowBuilder& rows);  // rule 7

// Reads the Pod rows that are there already. Rule 9. Returns the nodes whose roles were looked up: hash_of({node, resource_id}).
TextHashes append_unallocated_rows(const NodeRoles& roles, const std::vector<CostCategoryPattern>& cost_categories, RowBuilder& rows);

// Sorts the rows into the canonical order.
void sort_canonically(DayRows& day);

}  // namespace costmill
