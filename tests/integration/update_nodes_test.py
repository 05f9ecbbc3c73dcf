#!/usr/bin/env python3
"""`costmill run --update-nodes` in a Koku tenant: what reporting_ocp_clusters and reporting_ocp_nodes hold after a run.

usage: update_nodes_test.py --bin PATH [--only SUBSTRING]

The last line reads 'N passed, N failed'.
"""

import datetime
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "tools"))

import koku_layout  # noqa: E402
from database_checks import SCHEMA, TABLE, main, require, require_in  # noqa: E402

SOURCE = "11111111-1111-4111-8111-111111111111"
DAY = datetime.date(2025, 10, 1)
COLUMNS = "n.node, n.resource_id, n.node_capacity_cpu_cores::text, n.node_role, n.architecture"
AMD64 = '{"kubernetes_io_arch": "AMD64"}'
INFRA = '{"kubernetes_io_arch": "arm64", "node_role_kubernetes_io": "infra"}'


def pod(node, cores=4.0, namespace="apps", day=DAY, **others):
    numbers = {name: 3600.0 for name, kind in koku_layout.TABLES["pod_daily"][2].items() if kind == koku_layout.NUMBER}
    return {"node": node, "namespace": namespace, "pod": "p", "resource_id": f"i-{node}", "pod_labels": "{}", "node_role": None,
            "interval_start": koku_layout.day_start(day), **numbers, "node_capacity_cpu_cores": cores, **others}


def write_input(bench, pods, labels):
    """labels: {node: text}, on the second of October, so that they join over days."""
    root = Path(bench.server.folder) / f"{bench.database} input"
    shutil.rmtree(root, ignore_errors=True)
    moment = koku_layout.day_start(DAY + datetime.timedelta(days=1))
    tables = {"pod_daily": pods, "pod_hourly": pods,
              "node_labels_daily": [{"node": node, "node_labels": text, "interval_start": moment} for node, text in labels.items()]}
    for name, rows in tables.items():
        folder = koku_layout.partition(root, name, SCHEMA, SOURCE, 2025, 10)
        folder.mkdir(parents=True)
        koku_layout.write_as_koku(folder / koku_layout.file_name(name, DAY, "m", 0, 0), koku_layout.arrow_table(name, rows))
    return root


def run(bench, root, *options, exit_code=0, reference=True, **more):
    given = ["--reference", bench.uri(more.get("user", "costmill_admin"))] if reference else []
    done = bench.costmill("run", "--input", f"file:{root}", "--month", "2025-10", "--update-nodes", *given, *options, **more)
    require(done.returncode == exit_code, f"exit {done.returncode}, not {exit_code}: {done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def nodes(bench):
    return bench.admin.execute(
        f"SELECT {COLUMNS} FROM {SCHEMA}.reporting_ocp_nodes n JOIN {SCHEMA}.reporting_ocp_clusters c ON c.uuid = n.cluster_id "
        f"WHERE c.provider_id = %s ORDER BY 1, 2, n.node_capacity_cpu_cores", (SOURCE,)).fetchall()


def snapshot(bench):
    """Every row as it stands, its place in the table too: an UPDATE that changes nothing would show."""
    return [bench.admin.execute(f"SELECT t.ctid::text, t.* FROM {SCHEMA}.{table} t ORDER BY uuid").fetchall()
            for table in ("reporting_ocp_clusters", "reporting_ocp_nodes")]


def unallocated(bench):
    return dict(bench.admin.execute(
        f"SELECT node, namespace FROM {SCHEMA}.{TABLE} WHERE data_source = 'Pod' AND pod_limit_cpu_core_hours IS NULL").fetchall())


def check_the_first_run_fills_and_the_second_changes_nothing(bench):
    bench.koku_tenant()
    root = write_input(bench, [pod("n1"), pod("n2"), pod("n3"), pod("m1"), pod("m1", namespace="openshift-kube-apiserver")],
                       {"n1": AMD64, "n2": INFRA, "m1": "{}"})
    require_in(run(bench, root, "--set", "ocp.cluster_id=c-1", "--set", "ocp.cluster_alias=prod"), "3 known, 3 rows added, 0 filled")
    cluster = bench.admin.execute(f"SELECT cluster_id, cluster_alias, provider_id::text FROM {SCHEMA}.reporting_ocp_clusters").fetchall()
    require(cluster == [("c-1", "prod", SOURCE)], cluster)
    expected = [("m1", "i-m1", "4.00", "master", None), ("n1", "i-n1", "4.00", "worker", "amd64"), ("n2", "i-n2", "4.00", "infra", "arm64")]
    require(nodes(bench) == expected, f"n3 has no labels, so it is absent; the others: {nodes(bench)}")
    before = snapshot(bench)
    require_in(run(bench, root, "--set", "ocp.cluster_id=c-1", "--set", "ocp.cluster_alias=prod"), "3 known, 0 rows added, 0 filled")
    require(snapshot(bench) == before, "the second run changed something")


def check_the_same_run_uses_the_roles(bench):
    bench.koku_tenant()
    root = write_input(bench, [pod("n1"), pod("n2"), pod("n3")], {"n1": AMD64, "n2": INFRA})
    roles = {"n1": "Worker unallocated", "n2": "Platform unallocated", "n3": None}
    run(bench, root)
    require(unallocated(bench) == roles, unallocated(bench))
    bench.admin.execute(f"TRUNCATE {SCHEMA}.reporting_ocp_nodes; TRUNCATE {SCHEMA}.{TABLE}")
    run(bench, root, "--set", "performance.cache_enabled_tags=false")
    require(unallocated(bench) == roles, unallocated(bench))


def check_another_capacity_is_another_row(bench):
    bench.koku_tenant()
    run(bench, write_input(bench, [pod("n1", 4.0)], {"n1": AMD64}))
    run(bench, write_input(bench, [pod("n1", 2.0), pod("n1", 8.0)], {"n1": AMD64}))
    require([row[2] for row in nodes(bench)] == ["4.00", "8.00"], nodes(bench))


def check_cores_are_rounded_half_up_from_their_shortest_text(bench):
    bench.koku_tenant()
    cores = {"a": 2.675, "b": 0.125, "c": 1e15, "d": 0.004999, "e": None}
    root = write_input(bench, [pod(node, value) for node, value in cores.items()], dict.fromkeys(cores, "{}"))
    run(bench, root)
    require([row[2] for row in nodes(bench)] == ["2.68", "0.13", "1000000000000000.00", "0.00", None], nodes(bench))
    require_in(run(bench, root), "0 rows added, 0 filled")


def check_an_empty_role_or_architecture_takes_both_and_others_stay(bench):
    bench.koku_tenant()
    names = ("null role", "no role", "no arch", "kept")
    root = write_input(bench, [pod(name) for name in names], dict.fromkeys(names, AMD64))
    run(bench, root)
    table = f"{SCHEMA}.reporting_ocp_nodes"
    bench.admin.execute(f"UPDATE {table} SET node_role = NULL, architecture = 'mine' WHERE node = 'null role'; "
                        f"UPDATE {table} SET node_role = '' WHERE node = 'no role'; "
                        f"UPDATE {table} SET node_role = 'mine', architecture = NULL WHERE node = 'no arch'; "
                        f"UPDATE {table} SET node_role = 'mine', architecture = 'mine' WHERE node = 'kept'")
    require_in(run(bench, root), "0 rows added, 3 filled")
    roles = {row[0]: row[3:] for row in nodes(bench)}
    require(roles == {**dict.fromkeys(names[:3], ("worker", "amd64")), "kept": ("mine", "mine")}, roles)


def check_rows_of_other_clusters_are_not_this_ones(bench):
    bench.koku_tenant()
    bench.admin.execute(f"WITH c AS (INSERT INTO {SCHEMA}.reporting_ocp_clusters (uuid, cluster_id, provider_id) "
                        f"VALUES (gen_random_uuid(), 'other', gen_random_uuid()) RETURNING uuid) "
                        f"INSERT INTO {SCHEMA}.reporting_ocp_nodes (uuid, node, resource_id, node_capacity_cpu_cores, cluster_id) "
                        f"SELECT gen_random_uuid(), 'n1', 'i-n1', 4, uuid FROM c")
    run(bench, write_input(bench, [pod("n1")], {"n1": AMD64}))
    require(nodes(bench) == [("n1", "i-n1", "4.00", "worker", "amd64")], nodes(bench))
    require(bench.one(f"SELECT count(*) FROM {SCHEMA}.reporting_ocp_nodes WHERE node_role IS NULL") == 1, "another cluster's row changed")


def check_another_alias_is_taken_over(bench):
    bench.koku_tenant()
    root = write_input(bench, [pod("n1")], {"n1": AMD64})
    for alias in ("old", "new"):
        run(bench, root, "--set", f"ocp.cluster_alias={alias}")
    rows = bench.admin.execute(f"SELECT cluster_alias FROM {SCHEMA}.reporting_ocp_clusters").fetchall()
    require(rows == [("new",)], rows)


def check_without_a_reference_it_is_the_sinks_database(bench):
    bench.koku_tenant()
    run(bench, write_input(bench, [pod("n1")], {"n1": AMD64}), reference=False)
    require(len(nodes(bench)) == 1, nodes(bench))


def check_with_another_sink_it_is_the_references_database(bench):
    bench.koku_tenant()
    root = write_input(bench, [pod("n1")], {"n1": AMD64})
    run(bench, root, sink=f"csv:{bench.server.folder}/{bench.database} out")
    require(len(nodes(bench)) == 1, nodes(bench))
    require_in(run(bench, root, sink="csv:out", reference=False, exit_code=2), "give --reference or --sink postgresql://")


def check_a_role_needs_rights_that_init_db_grants(bench):
    bench.koku_tenant()
    role = bench.create_role()
    bench.init_db("--month", "2025-10", "--role", role)
    root = write_input(bench, [pod("n1")], {"n1": AMD64})
    require_in(run(bench, root, user=role, exit_code=5), "init-db --role ROLE --update-nodes")
    require(snapshot(bench) == [[], []], "something was written")
    require(bench.one(f"SELECT count(*) FROM {SCHEMA}.{TABLE}") == 0, "the summary was written")
    bench.init_db("--month", "2025-10", "--role", role, "--update-nodes")
    run(bench, root, user=role)
    require(len(nodes(bench)) == 1, nodes(bench))
    require(not bench.one("SELECT has_table_privilege(%s, %s, 'DELETE')", role, f"{SCHEMA}.reporting_ocp_nodes"), "more rights than needed")
    require_in(bench.init_db("--month", "2025-10", "--role", role, "--update-nodes"), "nothing was missing")


def check_without_the_option_nothing_is_updated(bench):
    bench.koku_tenant()
    root = write_input(bench, [pod("n1")], {"n1": AMD64})
    done = bench.costmill("run", "--input", f"file:{root}", "--month", "2025-10", "--reference", bench.uri())
    require(done.returncode == 0, done.stderr)
    require(snapshot(bench) == [[], []], "updated without being asked to")


if __name__ == "__main__":
    sys.exit(main(__doc__, [check for name, check in list(globals().items()) if name.startswith("check_")]))
