#!/usr/bin/env python3
"""The whole job in DuckDB, as fast as we could make it: line items are summed by raw label text first; label texts are parsed once each,
and merged once for each combination that occurs. The rules are those of docs/rules.md.

usage: peer_duckdb.py DATA OUTPUT.parquet [--layout koku|poc] [--threads 1]
"""
import duckdb
from peer_inputs import DAYS_OF_MONTH, MONTH_BEGIN, MONTH_END, OUTPUT, SOURCE, SUMS, SYNTHETIC, ZERO_COST, Inputs

MACROS = """
CREATE TEMP MACRO kept(label_text) AS
  map_from_entries(list_filter(map_entries(label_text::JSON::MAP(VARCHAR, VARCHAR)), lambda entry: list_contains($keys, entry.key)));
CREATE TEMP MACRO written(label_map) AS to_json(map_from_entries(list_sort(map_entries(label_map))))::VARCHAR;
CREATE TEMP MACRO piece(entry) AS to_json(entry.key)::VARCHAR || ':' || to_json(entry.value)::VARCHAR;
CREATE TEMP MACRO gigabytes(bytes) AS bytes * power(2, -30);
"""
CAPACITY = """
CREATE TEMP TABLE node_capacity AS
  SELECT day, node, sum(cpu) / 3600.0 AS node_cpu, gigabytes(sum(memory) / 3600.0) AS node_memory
  FROM (SELECT interval_start::DATE AS day, interval_start, node, max(node_capacity_cpu_core_seconds) AS cpu,
               max(node_capacity_memory_byte_seconds) AS memory
        FROM {hourly} WHERE {in_month} GROUP BY interval_start, node)
  GROUP BY day, node;
CREATE TEMP TABLE cluster_capacity AS
  SELECT day, sum(node_cpu) AS cluster_cpu, sum(node_memory) AS cluster_memory FROM node_capacity GROUP BY day;
"""
POD_SUMS = """
CREATE TEMP TABLE pod_sums AS
  SELECT interval_start::DATE AS day, namespace, node, pod_labels, max(resource_id) AS resource_id, {sums},
         max(node_capacity_cpu_cores) AS cores, max(node_capacity_memory_bytes) AS bytes
  FROM {pods} WHERE {in_month} AND node <> '' GROUP BY ALL;
"""
LABELS = """
CREATE TEMP TABLE {subject}_texts AS
  SELECT {subject}_labels AS text, coalesce(written(kept({subject}_labels)), '{{}}') AS map
  FROM (SELECT DISTINCT {subject}_labels FROM {subject_labels});
CREATE TEMP TABLE {subject}_maps AS
  SELECT DISTINCT interval_start::DATE AS day, {subject}, map AS {subject}_map
  FROM {subject_labels} JOIN {subject}_texts ON text IS NOT DISTINCT FROM {subject}_labels WHERE {in_month};
CREATE TEMP TABLE {subject}_values AS
  SELECT map AS {subject}_map, map::JSON::MAP(VARCHAR, VARCHAR) AS {subject}_value FROM (SELECT DISTINCT map FROM {subject}_texts);
CREATE TEMP TABLE {subject}_entries AS
  SELECT {subject}_map, entry.key AS key, piece(entry) AS piece
  FROM (SELECT {subject}_map, unnest(map_entries({subject}_value)) AS entry FROM {subject}_values);
"""
# A map of a node or namespace travels as its JSON text; there are few of them. Entries are merged as rows, which takes a third of the time
# of map_concat and to_json. Sorted pieces are sorted keys, as long as no key holds a character below the quotation mark.
MERGED_PODS = """
CREATE TEMP TABLE pod_texts AS
  SELECT row_number() OVER () AS pod_text, pod_labels, kept(pod_labels) AS map FROM (SELECT DISTINCT pod_labels FROM pod_sums);
CREATE TEMP TABLE pods_with_maps AS
  SELECT p.* EXCLUDE (pod_labels), pod_text, node_map, namespace_map FROM pod_sums p
  JOIN pod_texts t ON t.pod_labels IS NOT DISTINCT FROM p.pod_labels
  LEFT JOIN node_maps USING (day, node) LEFT JOIN namespace_maps USING (day, namespace);
CREATE TEMP TABLE pod_entries AS
  SELECT pod_text, entry.key AS key, piece(entry) AS piece FROM (SELECT pod_text, unnest(map_entries(map)) AS entry FROM pod_texts);
CREATE TEMP TABLE distinct_combinations AS
  SELECT row_number() OVER () AS id, * FROM (SELECT DISTINCT pod_text, node_map, namespace_map FROM pods_with_maps);
CREATE TEMP TABLE merged AS
  SELECT id, '{{' || array_to_string(list_sort(list(piece)), ',') || '}}' AS labels
  FROM (SELECT id, key, arg_max(piece, rank) AS piece
        FROM (SELECT id, key, piece, 2 AS rank FROM distinct_combinations JOIN pod_entries USING (pod_text) UNION ALL
              SELECT id, key, piece, 1 FROM distinct_combinations JOIN namespace_entries USING (namespace_map) UNION ALL
              SELECT id, key, piece, 0 FROM distinct_combinations JOIN node_entries USING (node_map))
        GROUP BY id, key)
  GROUP BY id;
CREATE TEMP TABLE combinations AS
  SELECT c.* EXCLUDE (id), CASE WHEN map IS NOT NULL THEN coalesce(labels, '{{}}') END AS pod_labels
  FROM distinct_combinations c JOIN pod_texts USING (pod_text) LEFT JOIN merged USING (id);
CREATE TEMP TABLE categories_of AS
  SELECT namespace, count(*) AS matches, max(id) AS category
  FROM (SELECT namespace FROM pod_sums UNION SELECT namespace FROM {storage}) JOIN categories ON namespace LIKE pattern GROUP BY namespace;
CREATE TEMP TABLE pods AS
  SELECT g.* EXCLUDE (bytes, matches) REPLACE ({hours}), gigabytes(bytes) AS gigabytes, node_cpu, node_memory, cluster_cpu, cluster_memory
  FROM (SELECT day, namespace, node, c.pod_labels, max(resource_id) AS resource_id, {totals}, max(cores) AS cores, max(bytes) AS bytes,
               coalesce(max(matches), 1) AS matches, max(category) AS category
        FROM pods_with_maps p JOIN combinations c ON c.pod_text = p.pod_text AND c.node_map IS NOT DISTINCT FROM p.node_map
             AND c.namespace_map IS NOT DISTINCT FROM p.namespace_map LEFT JOIN categories_of USING (namespace)
        GROUP BY day, namespace, node, c.pod_labels) g
  LEFT JOIN node_capacity USING (day, node) LEFT JOIN cluster_capacity USING (day);
"""
STORAGE = """
CREATE TEMP TABLE storage_rows AS
  SELECT interval_start::DATE AS day, namespace, pod, persistentvolumeclaim AS claim, persistentvolume AS volume, storageclass AS class,
         csi_volume_handle AS handle, persistentvolume_labels AS volume_text, persistentvolumeclaim_labels AS claim_text,
         persistentvolumeclaim_capacity_bytes AS capacity, persistentvolumeclaim_capacity_byte_seconds AS capacity_seconds,
         volume_request_storage_byte_seconds AS request_seconds, persistentvolumeclaim_usage_byte_seconds AS usage_seconds
  FROM {storage} WHERE {in_month};
CREATE TEMP TABLE relation AS
  SELECT DISTINCT day, namespace, pod, claim, volume, node, resource_id
  FROM storage_rows JOIN (SELECT DISTINCT interval_start::DATE AS day, namespace, pod, node, resource_id FROM {pods}
                          SEMI JOIN (SELECT DISTINCT namespace, pod FROM storage_rows) USING (namespace, pod) WHERE {in_month})
  USING (day, namespace, pod);
CREATE TEMP TABLE nodes_of_volume AS SELECT day, volume, count(DISTINCT node) AS nodes FROM relation GROUP BY day, volume;
CREATE TEMP TABLE storage_with_maps AS
  SELECT s.*, r.node, r.resource_id, nodes, node_map, namespace_map FROM storage_rows s
  LEFT JOIN relation r USING (day, namespace, pod, claim) LEFT JOIN nodes_of_volume v ON v.day = s.day AND v.volume = s.volume
  LEFT JOIN node_maps n ON n.day = s.day AND n.node = r.node LEFT JOIN namespace_maps m ON m.day = s.day AND m.namespace = s.namespace;
CREATE TEMP TABLE storage_combinations AS
  SELECT *, CASE WHEN volume_text IS NOT NULL AND claim_text IS NOT NULL THEN written(map_concat(
           node_value, namespace_value, kept(volume_text), kept(claim_text))) END AS volume_labels
  FROM (SELECT DISTINCT node_map, namespace_map, volume_text, claim_text FROM storage_with_maps)
  LEFT JOIN node_values USING (node_map) LEFT JOIN namespace_values USING (namespace_map);
CREATE TEMP TABLE storage_groups AS
  SELECT day, namespace, node, resource_id, claim, volume, class, handle, c.volume_labels, gigabytes(max(capacity)) AS capacity,
         gigabytes(sum(capacity_seconds) * coalesce(max(matches), 1) / {month_seconds}) AS capacity_months,
         gigabytes(sum(request_seconds) * coalesce(max(matches), 1) / max(nodes) / {month_seconds}) AS request_months,
         gigabytes(sum(usage_seconds) * coalesce(max(matches), 1) / max(nodes) / {month_seconds}) AS usage_months, max(category) AS category
  FROM storage_with_maps s JOIN storage_combinations c ON c.volume_text IS NOT DISTINCT FROM s.volume_text
       AND c.claim_text IS NOT DISTINCT FROM s.claim_text AND c.node_map IS NOT DISTINCT FROM s.node_map
       AND c.namespace_map IS NOT DISTINCT FROM s.namespace_map LEFT JOIN categories_of USING (namespace)
  GROUP BY ALL;
"""
UNALLOCATED = """
CREATE TEMP TABLE unallocated AS
  SELECT u.*, id AS category FROM (
    SELECT day, node, CASE max(role) WHEN 'master' THEN 'Platform unallocated' WHEN 'infra' THEN 'Platform unallocated'
                                     WHEN 'worker' THEN 'Worker unallocated' END AS namespace,
           max(resource_id) AS resource_id, {left_over}, max(cores) AS cores, max(node_cpu) AS node_cpu, max(gigabytes) AS gigabytes,
           max(node_memory) AS node_memory, max(cluster_cpu) AS cluster_cpu, max(cluster_memory) AS cluster_memory
    FROM pods LEFT JOIN (SELECT node, resource_id, max(role) AS role FROM roles GROUP BY ALL) USING (node, resource_id)
    WHERE namespace IS NOT NULL AND namespace NOT IN {synthetic} GROUP BY day, node) u
  LEFT JOIN categories ON namespace LIKE pattern;
"""
WRITE = """
COPY (SELECT data_source, {columns}, coalesce(pod_labels, volume_labels, '{{}}') AS all_labels, day AS usage_end, '{source}' AS source_uuid,
             '{source}' AS cluster_id, '{source}' AS cluster_alias, NULL::INTEGER AS report_period_id, cost AS infrastructure_usage_cost
      FROM (SELECT 'Pod' AS data_source, '{zero}' AS cost, * FROM pods UNION ALL BY NAME
            SELECT 'Storage' AS data_source, '{zero}' AS cost, * FROM storage_groups UNION ALL BY NAME
            SELECT 'Pod' AS data_source, NULL AS cost, * FROM unallocated)) TO '{output}' (FORMAT parquet);
"""


def seconds(resource, name):
    unit = "core" if resource == "cpu" else "byte"
    column = f"pod_{name}_{resource}_{unit}_seconds"
    if name != "effective_usage":
        return column
    usage, request = (f"pod_{other}_{resource}_{unit}_seconds" for other in ("usage", "request"))
    return f"coalesce({column}, CASE WHEN {usage} IS NOT NULL AND {request} IS NOT NULL THEN greatest({usage}, {request}) END)"


def main():
    inputs = Inputs(__doc__)
    connection = duckdb.connect()
    connection.execute(f"SET threads = {inputs.threads}; SET preserve_insertion_order = false")
    connection.execute("CREATE TEMP TABLE categories (pattern VARCHAR, id INTEGER)")
    connection.executemany("INSERT INTO categories VALUES (?, ?)", inputs.categories())
    connection.execute("CREATE TEMP TABLE roles (node VARCHAR, resource_id VARCHAR, role VARCHAR)")
    connection.executemany("INSERT INTO roles VALUES (?, ?, ?)", inputs.roles())

    names = {table: f"read_parquet({inputs.files(table)!r}, hive_partitioning = false)"
             for table in ("hourly", "pods", "storage", "node_labels", "namespace_labels")}
    both = [(resource, name) for resource in ("cpu", "memory") for name in SUMS]
    names |= {
        "in_month": f"interval_start >= TIMESTAMP '{MONTH_BEGIN}' AND interval_start < TIMESTAMP '{MONTH_END}'",
        "sums": ", ".join(f"sum({seconds(*one)}) AS {'_'.join(one)}" for one in both),
        "totals": ", ".join(f"sum({resource}_{name}) AS {resource}_{name}" for resource, name in both),
        "hours": ", ".join(f"{hours(resource, name)} AS {resource}_{name}" for resource, name in both),
        "left_over": ", ".join(f"max(node_{resource}) - sum({resource}_{name}) AS {resource}_{name}" for resource, name in both if name != "limit"),
        "columns": ", ".join(f"{name} AS {column}" for column, name in OUTPUT.items()),
        "month_seconds": 86400 * DAYS_OF_MONTH, "synthetic": SYNTHETIC, "source": SOURCE, "zero": ZERO_COST, "output": inputs.output}
    connection.execute(MACROS.replace("$keys", repr(inputs.enabled_keys())))
    for script in (CAPACITY, POD_SUMS):
        connection.execute(script.format(**names))
    for subject in ("node", "namespace"):
        connection.execute(LABELS.format(**names, subject=subject, subject_labels=names[f"{subject}_labels"]))
    for script in (MERGED_PODS, STORAGE, UNALLOCATED, WRITE):
        connection.execute(script.format(**names))


def hours(resource, name):
    value = f"{resource}_{name} * matches / 3600.0"
    return value if resource == "cpu" else f"gigabytes({value})"


if __name__ == "__main__":
    main()
