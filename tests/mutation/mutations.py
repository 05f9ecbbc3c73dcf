"""The mutations: each breaks one rule of docs/rules.md, and a test has to notice.

`old` occurs exactly once in `file`; `rule` is a number that docs/rules.md has. Rules whose numbers begin with a letter stand in
the sections Sums (S), Same bytes (B), Fan-outs (F), Canonical order (C) and Deliberate differences (D).
"""
from dataclasses import dataclass


@dataclass(frozen=True)
class Mutation:
    rule: str
    file: str
    old: str
    new: str
    breaks: str

    @property
    def room(self):
        return self.file.split("/")[1]


M = Mutation
DAY = "src/calendar/day.h"
LAYOUT = "src/catalog/layout.cc"
TIMESTAMPS = "src/scan/timestamps.cc"
WINDOW = "src/plan/window.cc"
PLAN = "src/plan/plan.cc"
FILE_DATES = "src/plan/file_dates.cc"
ENABLED_KEYS = "src/labels/enabled_keys.cc"
PARSER = "src/labels/label_parser.cc"
STRINGS = "src/labels/json_strings.cc"
JAVA = "src/labels/java_double.cc"
MAPS = "src/labels/label_maps.cc"
LOAD = "src/reference/load_reference.cc"
LIKE = "src/reference/like.cc"
MAXIMUM = "src/summary/maximum.h"
EXACT = "src/summary/exact_sum.h"
FOLD = "src/summary/fold.cc"
SETS = "src/summary/label_sets.cc"
CATEGORY = "src/summary/cost_category.h"
CAPACITY = "src/summary/capacity.cc"
PODS = "src/summary/pods.cc"
POD_ROWS = "src/summary/pod_rows.cc"
PLACEMENTS = "src/summary/placements.cc"
STORAGE = "src/summary/storage.cc"
STORAGE_ROWS = "src/summary/storage_rows.cc"
UNALLOCATED = "src/summary/unallocated.cc"
ROLES = "src/summary/node_roles.cc"
ROW_BUILDER = "src/summary/row_builder.cc"
DAY_ROWS = "src/summary/day_rows.cc"
ORDER = "src/summary/canonical_order.cc"
DECIMAL = "src/decimal/decimal.cc"
MONTH_RUN = "src/run/month_run.cc"
SURVEY = "src/run/node_survey.cc"

MUTATIONS = [
    # Rule 0: inputs
    M("0.1", LAYOUT, 'koku("daily/", "storage_usage")', 'koku("", "storage_usage")', "hourly storage is read"),
    M("0.1", LAYOUT, 'case Table::kPodDaily: return is_koku ? koku("daily/", "pod_usage")',
      'case Table::kPodDaily: return is_koku ? koku("", "pod_usage")', "pod rows come from the hourly table"),
    M("0.2", LAYOUT, 'fmt::format("{:02}", month.month)', 'fmt::format("{}", month.month)', "months have one digit in paths"),
    M("0.3", FOLD, "options_.first_day <= day &&", "options_.first_day < day &&", "the first day of the window is lost"),
    M("0.3", FOLD, "&& day <= options_.last_day", "&& day < options_.last_day", "the last day of the window is lost"),
    M("0.4", DAY, "days = ms / kMillisecondsPerDay -", "days = (ms + kMillisecondsPerDay / 2) / kMillisecondsPerDay -", "afternoons count for the next day"),
    M("0.4", DAY, " - (ms % kMillisecondsPerDay < 0 ? 1 : 0);", ";", "days before 1970 are cut towards zero"),
    M("0.4", FOLD, "add_rows_of_day(chunk, {begin, end}, use, file, days_[day]);", "add_rows_of_day(chunk, {begin, end}, use, file, days_[day_of_ms(chunk.interval_start_ms[0])]);",
      "rows of a chunk all go to its first day"),
    M("0.5", TIMESTAMPS, "*minutes - *offset_minutes", "*minutes + *offset_minutes", "offsets from UTC have the wrong sign"),
    M("0.5", TIMESTAMPS, "return floor_div(value, 1000);", "return floor_div(value, 1'000'000);", "microseconds are read as nanoseconds"),
    M("0.6", MAXIMUM, "value > value_ :", "value < value_ :", "MAX takes the smallest"),
    M("0.6", MAXIMUM, "? value > value_ : !std::isnan(value)) {", "? value > value_ : true) {", "a NaN that comes first stays the maximum"),
    M("0.7", ROW_BUILDER, "const std::size_t code_points = code_point_count(text);", "const std::size_t code_points = text.size();",
      "lengths count bytes"),
    # Rule 1: enabled keys
    M("1.1", LOAD, "if (enabled && key != nullptr", "if (key != nullptr", "keys that are not enabled are kept"),
    M("1.1", LOAD, '*provider_type == "OCP"', "!provider_type->empty()", "keys of other provider types are kept"),
    M("1.2", ENABLED_KEYS, '  enabled.keys_.insert("vm_kubevirt_io_name");\n', "", "vm_kubevirt_io_name is dropped"),
    M("1.3", ENABLED_KEYS, "if (keys.empty()) return enabled;", "if (keys.empty()) return all();", "without enabled keys all labels are kept"),
    M("1.3", ENABLED_KEYS, "  if (keys.empty()) return enabled;\n", "", "without enabled keys vm_kubevirt_io_name is kept"),
    # Rule 2: label text
    M("2.1", PARSER, "  if (is_null) return std::nullopt;\n", "", "JSON null is the empty map"),
    M("2.2", PARSER, 'return number == "-0" ? std::string_view("0") : number;', "return number;", "-0 stays -0"),
    M("2.2", PARSER, 'value = "true";', 'value = "1";', "true becomes 1"),
    M("2.2", PARSER, "if (kept) kept_.push_back({key, value});", "if (kept && value) kept_.push_back({key, value});", "NULL values are dropped"),
    M("2.3", PARSER, '  if (at_ != end_) fail("text after the end of the value");\n', "", "trailing text is allowed"),
    M("2.3", PARSER, '  if (!valid_utf8(label_text)) throw LabelError("bytes that are not UTF-8");\n', "", "broken UTF-8 is allowed"),
    M("2.3", PARSER, "if (peek() == '0') {", "if (false) {", "leading zeros are allowed"),
    M("2.4", PARSER, "  refuse_keys_twice();\n", "", "a key may stand twice"),
    M("2.4", PARSER, "  keys_.push_back(key);\n", "  if (enabled_keys_.keeps(key)) keys_.push_back(key);\n", "a dropped key may stand twice"),
    M("2.5", PARSER, "if (value && raw.has_escapes && has_nul(*value)) {", "if (false) {", "NUL is allowed in a kept value"),
    M("2.6", JAVA, "  if (mantissa.find('.') == std::string_view::npos) text += \".0\";\n", "", "1e3 becomes 1E3"),
    M("2.6", PARSER, 'number.find_first_of(".eE")', 'number.find_first_of(".")', "numbers with an exponent stay as written"),
    M("2.7", STRINGS, "lone ? U'?' : unit", "lone ? U'\\uFFFD' : unit", "a lone surrogate becomes U+FFFD"),
    M("2.7", STRINGS, "((unit - 0xD800) << 10)", "((unit - 0xD800) << 9)", "surrogate pairs give another character"),
    M("2.8", PARSER, "return a.key < b.key; });", "return false && a.key < b.key; });", "the order of keys matters"),
    # Rule 3: node and namespace labels
    M("3.1", SETS, "if (std::find(maps.begin(), maps.end(), map) == maps.end()) maps.push_back(map);", "maps.push_back(map);",
      "texts that differ only in dropped keys repeat rows"),
    M("3.2", POD_ROWS, "joins.node_labels.of(key[1])) {", "joins.node_labels.of(key[1]).first(1)) {", "pods join one map of their node"),
    M("3.2", POD_ROWS, "joins.namespace_labels.of(key[0])) {", "joins.namespace_labels.of(key[0]).first(1)) {",
      "pods join one map of their namespace"),
    M("3.2", STORAGE_ROWS, "joins.node_labels.of(placement.node)) {", "joins.node_labels.of(placement.node).first(1)) {",
      "volumes join one map of their node"),
    M("3.2", STORAGE_ROWS, "joins.namespace_labels.of(key[kNamespace])) {", "joins.namespace_labels.of(key[kNamespace]).first(1)) {",
      "volumes join one map of their namespace"),
    M("3.3", "src/labels/label_maps.h", "return map == kNullLabelMap ? kEmptyLabelMap : map;", "return map == kNullLabelMap ? 1 : map;",
      "a NULL map of a node is not the empty map"),
    M("3.3", SETS, "    if (key[0] == kNullText) continue;\n", "", "a NULL node joins label rows whose node is NULL"),
    # Rule 4: cost category
    M("4.1", LIKE, "at = pattern[rule] == '_' ? next_code_point(text, at) : at + 1;", "at = at + 1;", "_ is one byte"),
    M("4.1", LIKE, "(pattern[rule] == '_' || pattern[rule] == text[at])", "pattern[rule] == text[at]", "_ is no wildcard"),
    M("4.2", CATEGORY, "return std::max<std::int64_t>(1, static_cast<std::int64_t>(category_ids.size()));", "return 1;",
      "sums are not multiplied by the matching patterns"),
    M("4.2", CATEGORY, "*std::max_element(", "*std::min_element(", "the category is the smallest id"),
    M("4.2", STORAGE_ROWS, "joins.categories_of(key[kNamespace]).repeats() * match.repeats", "match.repeats",
      "storage sums are not multiplied by the matching patterns"),
    M("4.3", UNALLOCATED, "for (const auto& category_id : categories.category_ids) {",
      "if (!categories.category_ids.empty())\n    for (const auto& category_id : {categories.largest()}) {",
      "unallocated capacity has one row however many patterns match"),
    # Rule 5: capacity
    M("5.1", CAPACITY, "slot_of(nodes[row], ms_of_day);", "slot_of(nodes[row], 0 * ms_of_day);", "the maximum is taken over the day"),
    M("5.1", CAPACITY, "last[position].ms_of_day == ms_of_day)", "last[position].ms_of_day != kNoTime)", "a node has one interval"),
    M("5.1", CAPACITY, "slot_of(nodes[row], ms_of_day);", "slot_of(nodes[row], static_cast<std::uint32_t>(intervals_.size() + 0 * ms_of_day));",
      "rows of one interval are summed"),
    M("5.1", "src/summary/maximum_column.h", "if (value > largest) largest = value;", "if (value < largest || largest == kNone) largest = value;", "the smallest capacity counts"),
    M("5.1", "src/summary/maximum_column.h", "if (is_given(i) && std::bit_cast", "if (std::bit_cast", "an unknown capacity counts as 0"),
    M("5.2", CAPACITY, "    cluster.cpu.add(", "    if (intervals_[slot][0] != kNullText) cluster.cpu.add(", "rows without a node are no part of the cluster"),
    M("5.3", CAPACITY, "if (!has_value) return std::nullopt;", "if (!has_value) return 0.0;", "unknown capacity is 0"),
    M("5.3", CAPACITY, 'return is_number && sum.fits() ? sum.value() : std::nan("");', "return sum.value();", "a capacity of NaN is 0"),
    M("5.3", POD_ROWS, "nodes_[node] = hours_of(of_node);", "nodes_[node] = (void(of_node), cluster_);",
      "a node has the capacity of the cluster"),
    M("5.4", PODS, "if (in.capacities[k][i] > totals", "if (i == 0 && in.capacities[k][i] > totals", "cores come from the first row only"),
    M("5.4", PODS, "given[i] = valid[i] != 0 ? value : none;", "given[i] = value;", "unknown cores count as 0"),
    # Rule 6: pod rows
    M("6.1", PODS, "nodes[i] != kNullText && !texts[nodes[i]].empty();", "nodes[i] != kNullText;", "pods on node '' are kept"),
    M("6.2", POD_ROWS, "joins.maps.merge(or_empty(of_node), or_empty(of_namespace))", "joins.maps.merge(or_empty(of_namespace), or_empty(of_node))",
      "labels of the node win over those of the namespace"),
    M("6.2", POD_ROWS, "merged = joins.maps.merge(joins.maps.merge(or_empty(of_node), or_empty(of_namespace)), own);",
      "merged = joins.maps.merge(own, joins.maps.merge(or_empty(of_node), or_empty(of_namespace)));", "labels of the pod lose"),
    M("6.2", MAPS, "    if (from_low != low.end() && from_low->key == entry.key) ++from_low;\n", "", "a key stands twice after a merge"),
    M("6.3", POD_ROWS, "if (own != kNullLabelMap) {", "if (own != kNullLabelMap || (merged = kEmptyLabelMap, false)) {",
      "pod labels of NULL become the empty map"),
    M("6.4", PODS, "Key{namespaces[i], nodes[i], labels[i]};", "Key{namespaces[i], nodes[i], labels[0]};",
      "pods with other labels fall into one group"),
    M("6.5", PODS, "return texts[a] < texts[b] ? b : a;", "return texts[a] < texts[b] ? a : b;", "resource_id is the smallest"),
    M("6.6", POD_ROWS, "sum.value() / 3600 * unit", "sum.value() / 60 * unit", "hours are minutes"),
    M("6.6", PODS, "totals.has_sums |= has_sums[i];", "totals.has_sums |= has_sums[i] == 0 ? 0 : 0xFF;",
      "a sum of NULLs is 0 as soon as another column has a value"),
    M("6.7", PODS, "const bool is_stored = stored_valid[row] != 0;", "const bool is_stored = stored_valid[row] != 0 && stored_values[row] >= usages[row];",
      "a stored effective usage below the usage is not taken"),
    M("6.7", PODS, "usage.is_valid(row) && request.is_valid(row)", "usage.is_valid(row) || request.is_valid(row)",
      "effective usage is known from one side"),
    M("6.7", PODS, "return a < b ? b : a;\n}\n\n}", "return a < b ? a : b;\n}\n\n}", "effective usage is the smaller"),
    M("6.8", "src/summary/day_rows.h", 'R"({"cpu":0.0,"memory":0.0,"storage":0.0})"', 'R"({})"', "infrastructure_usage_cost is {}"),
    # Rule 7: storage rows
    M("7.1", PLACEMENTS, "pod == kNullText || namespaces[row] == kNullText)", "pod == kNullText || namespaces[row] == kNullText || nodes[row] == kNullText)",
      "pods without a node are no part of the relation"),
    M("7.1", PLACEMENTS, "if (last_of_pod_[pod] == rest) continue;", "if (last_of_pod_[pod][1] == rest[1]) continue;",
      "pods of one name in two namespaces of a node are one"),
    M("7.2", STORAGE_ROWS, "if (placement.node != kNullText && nodes_of_volumes", "if (nodes_of_volumes", "NULL counts as a node"),
    M("7.2", STORAGE_ROWS, "if (placement.node != kNullText && nodes_of_volumes", "if (placement.node != kNullText && nodes == 0 && nodes_of_volumes",
      "a volume counts one node"),
    M("7.2", MONTH_RUN, "return partial.storage_row_groups == state.storage.size() ?", "return true ?", "a worker that saw no storage drops pods"),
    M("7.2", MONTH_RUN, "while (!stopping_ && scan.next(chunk)) continue;", "", "pods are learnt of no storage"),
    M("7.3", STORAGE_ROWS, "return {*pod, volumes->second};", "return {*pod, 1 + 0 * volumes->second};",
      "a claim on two volumes counts once"),
    M("7.3", STORAGE_ROWS, "for (const Placement& placement : match.placements) {", "for (const Placement& placement : match.placements.first(1)) {",
      "a pod on two nodes shows on one"),
    M("7.3", STORAGE_ROWS, "if (pod == nullptr || key[kPersistentvolumeclaim] == kNullText) return {kNone, 1};", "if (pod == nullptr) return {kNone, 1};",
      "a NULL claim joins"),
    M("7.4", STORAGE_ROWS, "joins.maps.merge(joins.maps.merge(merged, of_volume), of_claim)", "joins.maps.merge(joins.maps.merge(merged, of_claim), of_volume)",
      "labels of the volume win over those of the claim"),
    M("7.4", STORAGE_ROWS, "if (has_labels) {", "if (has_labels || (merged = kEmptyLabelMap, false)) {", "volume labels of NULL become the empty map"),
    M("7.5", STORAGE_ROWS, "key[kStorageclass], key[kCsiVolumeHandle], merged},", "key[kStorageclass], kNullText, merged},",
      "volumes of several CSI handles fall into one group"),
    M("7.5", STORAGE_ROWS, "placement.node, placement.resource_id,", "placement.node, kNullText,", "resource_id is no key of storage"),
    M("7.6", STORAGE_ROWS, "*value / static_cast<double>(*nodes) / seconds_of_month", "*value / seconds_of_month", "use is not divided among nodes"),
    M("7.6", STORAGE_ROWS, "*capacity / seconds_of_month * kGigabytesPerByte", "*capacity / seconds_of_month * 1e-9", "gigabytes are powers of ten"),
    M("7.7", STORAGE_ROWS, "return found == node_counts_.end() ? std::nullopt : std::optional(found->second);",
      "return found == node_counts_.end() ? std::optional<std::int64_t>(1) : std::optional(found->second);", "a volume without a pod has use"),
    M("7.7", STORAGE_ROWS, "if (!value || !nodes) return;", "if (!value || !nodes || *nodes == 0) return;", "a node count of 0 gives NULL"),
    M("7.8", STORAGE_ROWS, "86400.0 * days_in_month(month_of(rows.day().day))", "86400.0 * 30", "every month has 30 days"),
    M("7.9", STORAGE_ROWS, "row.volume_labels = rows.json(group.key[kFinalLabels]);", "row.pod_labels = row.volume_labels = rows.json(group.key[kFinalLabels]);",
      "storage rows have pod labels"),
    # Rule 9: unallocated
    M("9.1", UNALLOCATED, 'kWorkerUnallocated, "Network unattributed", "Storage unattributed"};', 'kWorkerUnallocated, "Network unattributed"};',
      "Storage unattributed is counted as use"),
    M("9.1", UNALLOCATED, "pod.namespace_name == kNullText || pod.node == kNullText) continue;",
      "pod.node == kNullText) continue;\n    if (pod.namespace_name == kNullText) {\n      add_row(pod, roles, rows, nodes[pod.node]);\n      continue;\n    }", "rows without a namespace are counted"),
    M("9.2", UNALLOCATED, "capacity - used.value()", "std::max(0.0, capacity - used.value())", "unallocated is never negative"),
    M("9.3", UNALLOCATED, "if (is_null(capacity) || !use.has_value[i]) continue;", "if (is_null(capacity)) continue;", "unknown use counts as 0"),
    M("9.4", UNALLOCATED, "!(largest >= capacity)) largest = capacity;", "is_null(largest)) largest = capacity;", "capacity is that of the first row"),
    M("9.4", UNALLOCATED, "  use.row.resource_id = larger_text(use.row.resource_id, pod.resource_id, texts);\n", "", "unallocated rows have no resource_id"),
    M("9.5", UNALLOCATED, "use.role = std::max(use.role, role->second);", "use.role = std::min(use.role, role->second);", "the smallest role counts"),
    M("9.5", LOAD, "*largest < *role)", "*role < *largest)", "the smallest role of the table counts"),
    M("9.6", UNALLOCATED, 'if (role == "master" || role == "infra")', 'if (role == "master")', "infra nodes are no platform"),
    M("9.6", UNALLOCATED, "  return std::nullopt;\n}\n\nbool is_counted", "  return kWorkerUnallocated;\n}\n\nbool is_counted", "unknown roles are workers"),
    M("9.7", UNALLOCATED, "    row.has_infrastructure_usage_cost = false;\n", "", "unallocated rows have an infrastructure cost"),
    M("9.7", UNALLOCATED, "    row.all_labels = rows.empty_json();\n", "", "unallocated rows have NULL in all_labels"),
    # Rule 10: final rows
    M("10.1", POD_ROWS, "row.pod_labels == kNullText ? rows.empty_json() : row.pod_labels;", "row.pod_labels;", "all_labels of pods may be NULL"),
    M("10.1", STORAGE_ROWS, "row.volume_labels == kNullText ? rows.empty_json() : row.volume_labels;", "row.volume_labels;",
      "all_labels of volumes may be NULL"),
    M("10.2", DAY_ROWS, "case Column::kUsageEnd: return integer_cell(day.day.number);",
      "return integer_cell(day.day.number);\n    case Column::kUsageEnd: return integer_cell(day.day.number + 1);", "usage_end is the next day"),
    M("10.3", ROW_BUILDER, "    if (excess > 0) {", "    if (excess > 0 && text.empty()) {", "too long a text is written"),
    M("10.3", ROW_BUILDER, "while (excess > 0 && text.ends_with(' ')) {", "while (false) {", "trailing blanks make a text too long"),
    M("10.3", "src/run/clusters.cc", "if (code_point_count(text) <= def_of(column).max_code_points) return;", "if (!text.empty()) return;",
      "too long a cluster id is written"),
    M("10.4", DECIMAL, "(shortest.digits + divisor / 2) / divisor", "shortest.digits / divisor", "numbers are cut, not rounded"),
    M("10.4", DECIMAL, "(shortest.digits + divisor / 2) / divisor", "(shortest.digits + (divisor - 1) / 2) / divisor", "half is rounded down"),
    M("10.5", "src/summary/row_builder.h", "constexpr double kNumericLimit = 1e18;", "constexpr double kNumericLimit = 1e300;", "a day with a number beyond numeric(33,15) is not refused"),
    M("10.5", DECIMAL, "> kIntegerDigits + kPlaces)", "> kIntegerDigits + kPlaces + 1)", "10^18 passes"),
    # Rule 11: node roles without reference data
    M("11.1", ROLES, "  if (node_role) return *node_role;\n", "", "node_role of the data is not looked at"),
    M("11.2", ROLES, "if (runs_api_server) return", "if (false) return", "no node is a master"),
    M("11.3", ROLES, 'R"("node_role_kubernetes_io": "infra")"', 'R"("node_role_kubernetes_io":"infra")"', "infra nodes are known by a text without a blank"),
    M("11.4", ROLES, '"infra" : "worker";', '"infra" : "";', "nodes that show nothing have no role"),
    M("11.5", SURVEY, "if (labels == labels_.end()) continue;", "if (labels == labels_.end()) {\n"
      "      nodes.push_back({.node = std::string(texts_[key[0]])});\n      continue;\n    }", "nodes without label rows are known"),
    M("11.5", SURVEY, "return days_.from <= day && day <= days_.to;", "return days_.from <= day;", "rows after the window count"),
    M("11.5", SURVEY, "const TextId node = chunk.texts[kNode][row];\n    if (node == kNullText ||",
      "const TextId node = chunk.texts[kNode][row];\n    if (node == kNullText || texts_[node].empty() ||", "the node '' is dropped"),
    M("11.6", SURVEY, "pods_[{node, chunk.texts[kResourceId][row]}]", "pods_[{node, kNullText}]", "resource ids are no key"),
    M("11.7", SURVEY, "value && std::abs(*value) < kTooMany", "value", "NaN and capacities that no column holds are written"),
    M("11.8", SURVEY, "labels.is_infra |= ", "labels.is_infra = ", "only the last label text makes a node infra"),
    M("11.8", SURVEY, "labels.largest = larger_text(labels.largest, text, texts_);", "labels.largest = text;",
      "the architecture is that of the last label text"),
    M("11.8", SURVEY, "static_cast<char>(c - 'A' + 'a')", "c", "the architecture keeps its capitals"),
    # Sums
    M("S.1", EXACT, "static_cast<__int128>(std::lrint(fraction))", "static_cast<__int128>(static_cast<std::int64_t>(fraction))",
      "inputs are cut to the resolution"),
    M("S.2", EXACT, "carries_ += addend < 0 ? -1 : 1;", "carries_ += 1;", "a sum that left 128 bits and came back is refused"),
    M("S.2", EXACT, "    carries_ += other.carries_;\n", "", "carries are lost when partial sums meet"),
    M("S.3", EXACT, "static_cast<__int128>(count), &product)", "static_cast<__int128>(0 * count + 1), &product)", "fan-outs are not multiplied in"),
    M("S.3", "src/summary/split_sum.h", "high_ += low_ >> kGapBits;", "", "carries of the low part are lost"),
    M("S.3", "src/summary/split_sum.h", "double low = value - (high", "double low = 0 * (high", "values are rounded to the high part"),
    M("S.3", "src/summary/split_sum.h", "Doubles low = value - (high", "Doubles low = 0 * (high", "values are rounded to the high part, four at a time"),
    M("S.4", EXACT, "if (!std::isfinite(value)) return SumStatus::kNotFinite;", "if (!std::isfinite(value)) return SumStatus::kOk;",
      "NaN and infinity are left out of sums"),
    # Same bytes
    M("B.1", PODS, "      mine.memory[i].add(theirs.memory[i]);\n", "", "pod sums of other workers are lost"),
    M("B.1", PODS, "  merge_wide(wide_cpu_, other.wide_cpu_);\n", "", "large values of other workers are lost"),
    M("B.1", STORAGE, "    mine.sums.add(theirs.sums);\n", "", "storage sums of other workers are lost"),
    M("B.1", CAPACITY, "    memory_byte_seconds_.merge(mine, other.memory_byte_seconds_, theirs);\n", "", "memory capacity seen by other workers is lost"),
    M("B.1", FOLD, "    mine.placements.merge(theirs.placements, mapping);\n", "", "placements seen by other workers are lost"),
    M("B.1", FOLD, "    mine.node_labels.merge(theirs.node_labels, mapping);\n", "", "node labels seen by other workers are lost"),
    M("B.1", FOLD, "    mine.namespace_labels.merge(theirs.namespace_labels, mapping);\n", "", "namespace labels seen by other workers are lost"),
    M("B.1", ROLES, "    mine.runs_api_server |= theirs.runs_api_server;\n", "", "roles seen by other workers are lost"),
    # Fan-outs
    M("F.1", "src/summary/day_joins.h", "if (found.category_ids.size() > 1) ++fan_outs", "if (false) ++fan_outs", "overlapping patterns are not counted"),
    M("F.1", STORAGE_ROWS, "fan_outs.claims_with_several_volumes += volumes > 1 ? 1 : 0;", "fan_outs.claims_with_several_volumes += volumes < 1 ? 1 : 0;",
      "claims with several volumes are not counted"),
    M("F.1", SETS, "return maps.size() > 1; }", "return maps.size() > 2; }", "two label maps are not counted"),
    # Canonical order
    M("C.1", ORDER, "== kNullText ? 0 : rank_of[of_row[rank]];", "== kNullText ? static_cast<Rank>(order.size()) : rank_of[of_row[rank]] - 1;",
      "NULL comes last"),
    M("C.1", ORDER, "  sort_by_text(order, texts);\n", "  sort_by_text(order, texts);\n  std::reverse(order.begin(), order.end());\n",
      "texts are in descending order"),
    M("C.1", ORDER, "return a == kNullText ? -1 : 1;", "return a == kNullText ? 1 : -1;", "NULL comes last among label texts"),
    M("C.1", ORDER, "return texts[a].compare(texts[b]);", "return texts[b].compare(texts[a]);", "label texts are in descending order"),
    M("C.2", ORDER, "b.numbers[i]); order != 0) return order < 0;", "b.numbers[i]); order != 0) return order > 0;", "numbers are in descending order"),
    M("C.3", ORDER, "compare_texts(a.csi_volume_handle, b.csi_volume_handle, texts) < 0;", "compare_texts(a.csi_volume_handle, b.csi_volume_handle, texts) > 0;",
      "csi_volume_handle is in descending order"),
    # Deliberate differences
    M("D.1", WINDOW, "std::min(last_day(month), window.to)", "window.to", "a window is not cut at month ends"),
    M("D.2", PLAN, "if (table.found.files.empty() && table.table != Table::kStorageDaily) {",
      'if (table.found.files.empty() && table.table != Table::kStorageDaily) {\n      throw Error(ErrorCode::kBadInput, "no files");',
      "a label table without files is an error"),
    M("D.3", PLAN, "if (readable == 0 || lacking[column] < readable) continue;", "if (readable == 0 || lacking[column] == 0) continue;",
      "a column that one file lacks is an error"),
    M("D.4", MONTH_RUN, "ErrorCode::kBadInput,\n      fmt::format(\"{}: {}: {}; nothing", "ErrorCode::kBug,\n      fmt::format(\"{}: {}: {}; nothing",
      "a refused day is taken for a bug"),
    M("D.4", "src/summary/refusal.h", "order(refusal) < order(*first_)", "order(*first_) < order(refusal)",
      "the last of several refusals is named, not the first"),
    M("D.4", PODS, "if (offence.place < offence_.place) offence_ = offence;", "offence_ = offence;", "the last bad quantity is named, not the first"),
    M("D.5", EXACT, "bool fits() const { return carries_ == 0; }", "bool fits() const { return carries_ < 1000; }", "sums that left 128 bits are written"),
    M("D.6", FILE_DATES, "if (date && confirmed_ && !refuted_) {", "if (date) {", "dates in paths are always believed"),
    M("D.6", FILE_DATES, "(agrees ? confirmed_ : refuted_) = true;", "confirmed_ = true || agrees;", "files of several days do not shake the belief in dates"),
    M("D.7", TIMESTAMPS, "case TimestampUnit::kNanoseconds: return floor_div(value, 1'000'000);",
      "case TimestampUnit::kNanoseconds: return floor_div(value + 500'000, 1'000'000);", "nanoseconds are rounded to the next day"),
]
