#include "tenant/summary_table.h"

#include <fmt/format.h>

#include <charconv>

#include "costmill/error.h"
#include "tenant/quoting.h"

namespace costmill {
namespace {

constexpr std::string_view kVarchar = "character varying";

struct OtherColumn {
  std::string_view name;
  std::string_view type;
};

// Of other jobs (cloud attribution, cost models): Costmill leaves them NULL.
constexpr OtherColumn kOtherColumns[] = {
    {"infrastructure_raw_cost", "numeric(33,15)"},
    {"infrastructure_project_raw_cost", "numeric(33,15)"},
    {"infrastructure_data_in_gigabytes", "numeric(33,15)"},
    {"infrastructure_data_out_gigabytes", "numeric(33,15)"},
    {"infrastructure_markup_cost", "numeric(33,15)"},
    {"infrastructure_project_markup_cost", "numeric(33,15)"},
    {"infrastructure_monthly_cost", "numeric(33,15)"},
    {"infrastructure_monthly_cost_json", "jsonb"},
    {"infrastructure_project_monthly_cost", "jsonb"},
    {"supplementary_usage_cost", "jsonb"},
    {"supplementary_monthly_cost", "numeric(33,15)"},
    {"supplementary_monthly_cost_json", "jsonb"},
    {"supplementary_project_monthly_cost", "jsonb"},
    {"cost_model_cpu_cost", "numeric(33,15)"},
    {"cost_model_memory_cost", "numeric(33,15)"},
    {"cost_model_volume_cost", "numeric(33,15)"},
    {"cost_model_gpu_cost", "numeric(33,15)"},
    {"distributed_cost", "numeric(33,15)"},
    {"cost_model_rate_type", "text"},
    {"monthly_cost_type", "text"},
    {"raw_currency", "text"},
};

struct IndexDef {
  std::string_view column;
  std::string_view method;
  std::string_view operators;  // of the index; empty: the type's own
};

// Those that Koku's reports use. varchar_pattern_ops serves LIKE 'x%' whatever the collation.
constexpr IndexDef kIndexes[] = {
    {"usage_start", "btree", ""},
    {"namespace", "btree", "varchar_pattern_ops"},
    {"node", "btree", "varchar_pattern_ops"},
    {"data_source", "btree", ""},
    {"monthly_cost_type", "btree", ""},
    {"cost_model_rate_type", "btree", ""},
    {"all_labels", "gin", ""},
    {"pod_labels", "gin", ""},
    {"volume_labels", "gin", ""},
};

// No foreign keys: report periods and cost categories may come from the config and from CSV files, and then the tables here hold no
// such rows. Koku's own table has them.
std::string table_statement(const std::string& table) {
  std::string columns = "  uuid uuid NOT NULL,\n";
  for (const ColumnDef& def : kColumns) {
    columns += fmt::format("  {} {}{},\n", def.name, sql_type(def), def.kind == ColumnKind::kDate ? " NOT NULL" : "");
  }
  for (const OtherColumn& column : kOtherColumns) columns += fmt::format("  {} {},\n", column.name, column.type);
  return fmt::format("CREATE TABLE {} (\n{}  PRIMARY KEY (usage_start, uuid)\n) PARTITION BY RANGE (usage_start)", table, columns);
}

std::string index_statement(const std::string& table, const IndexDef& def) {
  return fmt::format("CREATE INDEX {} ON {} USING {} ({}{}{})", quoted_name(fmt::format("ocp_summary_{}_idx", def.column)), table,
                     def.method, quoted_name(def.column), def.operators.empty() ? "" : " ", def.operators);
}

}  // namespace

std::string sql_type(const ColumnDef& def) {
  switch (def.kind) {
    case ColumnKind::kText: return def.max_code_points == 0 ? "text" : fmt::format("{}({})", kVarchar, def.max_code_points);
    case ColumnKind::kJson: return "jsonb";
    case ColumnKind::kNumber: return "numeric(33,15)";
    case ColumnKind::kInteger: return "integer";
    case ColumnKind::kDate: return "date";
    case ColumnKind::kUuid: return "uuid";
  }
  throw Error(ErrorCode::kBug, "a kind of column without a type");
}

bool can_hold(std::string_view found_type, const ColumnDef& def) {
  if (found_type == sql_type(def)) return true;
  if (def.kind == ColumnKind::kNumber) return found_type == "numeric";
  if (def.kind != ColumnKind::kText) return false;
  if (found_type == "text" || found_type == kVarchar) return true;
  if (def.max_code_points == 0 || !found_type.starts_with(kVarchar)) return false;
  const std::string_view limit = found_type.substr(kVarchar.size() + 1);
  int most = 0;
  std::from_chars(limit.data(), limit.data() + limit.size(), most);
  return most >= def.max_code_points;
}

std::vector<std::string> summary_table_statements(std::string_view schema) {
  const std::string table = fmt::format("{}.{}", quoted_name(schema), quoted_name(kSummaryTable));
  std::vector<std::string> statements = {table_statement(table)};
  // Before there are partitions, so that each gets its own of every index.
  for (const IndexDef& def : kIndexes) statements.push_back(index_statement(table, def));
  statements.push_back(fmt::format("CREATE TABLE {}.{} PARTITION OF {} DEFAULT", quoted_name(schema),
                                   quoted_name(fmt::format("{}_default", kSummaryTable)), table));
  return statements;
}

}  // namespace costmill
