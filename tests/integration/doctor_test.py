#!/usr/bin/env python3
"""`costmill doctor` on a database, a folder or a machine where one thing is wrong: it names that thing, and nothing else.

usage: doctor_test.py --bin PATH [--only SUBSTRING]

The last line reads 'N passed, N failed'.
"""

import contextlib
import datetime
import json
import re
import shutil
import socket
import struct
import subprocess
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tools"))

from database_checks import SCHEMA, TABLE, Bench, main, require, require_in  # noqa: E402
from costmill_project import clean_environment, temporary_folder  # noqa: E402
from koku_tenant import set_partition_active  # noqa: E402
from postgres_server import PostgresServer  # noqa: E402
from small_month import SmallMonth  # noqa: E402

THIS_MONTH = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m")
FINDING = re.compile(r"^(ok|warning|problem) +([a-z ]+): (.*)\n(?: {11}(.*)\n)?", re.MULTILINE)


def examined(bench, *arguments, **options):
    """(exit code, {(verdict, check): text with advice} without those that are ok, all output)"""
    done = bench.costmill("doctor", *arguments, **options)
    found = {}
    for verdict, check, what, advice in FINDING.findall(done.stdout):
        require(bool(advice) == (verdict != "ok"), f"advice {advice!r} for {verdict} {check}")
        if verdict != "ok":
            found[verdict, check] = found.get((verdict, check), "") + f"{what} {advice}\n"
    return done.returncode, found, done.stdout + done.stderr


def require_only(bench, verdict, check, *parts, also=(), arguments=(), **options):
    """One kind of finding (and those of `also`), with the parts in its text; problems give exit code 5."""
    code, found, output = examined(bench, *arguments, **options)
    require(set(found) == {(verdict, check), *also}, f"found {found}: {output}")
    require_in(found[verdict, check], *parts)
    has_problem = any(kind == "problem" for kind, _ in found)
    require(code == (5 if has_problem else 0), f"exit {code}: {output}")


def ready(bench):
    bench.init_db()
    return bench


def ready_role(bench):
    role = bench.create_role()
    bench.init_db("--role", role)
    return role


def check_a_good_database_has_no_findings(bench):
    role = ready_role(bench)
    before = bench.relations()
    for user in ("costmill_admin", role):
        code, found, output = examined(bench, user=user)
        require(code == 0 and not found, output)
        require(output.count("\nok ") >= 10, output)
    require(bench.relations() == before, "doctor changed something")


def check_a_good_koku_tenant_has_no_findings(bench):
    bench.koku_tenant(months=(THIS_MONTH,))
    bench.init_db()
    code, found, output = examined(bench)
    require(code == 0 and not found, output)


def check_wrong_password(bench):
    require_only(ready(bench), "problem", "connection", "password authentication failed", "PGPASSWORD", environment={"PGPASSWORD": "wrong-one"})
    require("wrong-one" not in examined(bench, environment={"PGPASSWORD": "wrong-one"})[2], "the password is shown")


def check_unknown_database(bench):
    require_only(bench, "problem", "connection", "does not exist", "database's name", sink=bench.server.uri("nowhere", schema=SCHEMA))


def check_no_server(bench):
    with socket.socket() as taken:  # bound, and nobody listens
        taken.bind(("127.0.0.1", 0))
        sink = f"postgresql://u@127.0.0.1:{taken.getsockname()[1]}/koku?schema={SCHEMA}"
        require_only(bench, "problem", "connection", "refused", "check that the server is up", sink=sink)


def check_missing_schema(bench):
    require_only(ready(bench), "problem", "schema", "no schema org9", "postgresql.schema", sink=bench.uri(schema="org9"))
    require_only(bench, "problem", "schema", "no tenant schema", sink=bench.server.uri(bench.database))


def check_schema_that_may_not_be_used(bench):
    role = ready_role(bench)
    bench.admin.execute(f'REVOKE USAGE ON SCHEMA {SCHEMA} FROM "{role}"')
    require_only(bench, "problem", "schema", "may not use", "--role", user=role)


def check_missing_table(bench):
    ready(bench).admin.execute(f"DROP TABLE {SCHEMA}.{TABLE}")
    require_only(bench, "problem", "summary table", "there is no table", "init-db")


def check_missing_column(bench):
    ready(bench).admin.execute(f"ALTER TABLE {SCHEMA}.{TABLE} DROP COLUMN node, DROP COLUMN all_labels")
    require_only(bench, "problem", "summary table", "column node (character varying(253)) is missing", "all_labels (jsonb) is missing")


def check_column_of_another_type(bench):
    ready(bench).admin.execute(f"ALTER TABLE {SCHEMA}.{TABLE} ALTER COLUMN node TYPE varchar(63), ALTER COLUMN infrastructure_usage_cost TYPE json, "
                               "ALTER COLUMN namespace TYPE text, ALTER COLUMN resource_id TYPE varchar(300)")
    require_only(bench, "problem", "summary table", "node is character varying(63)", "infrastructure_usage_cost is json")
    require("namespace" not in examined(bench)[1]["problem", "summary table"], "text holds all that varchar(253) holds")
    require("resource_id" not in examined(bench)[1]["problem", "summary table"], "varchar(300) holds all that varchar(253) holds")


def check_column_that_nobody_fills(bench):
    ready(bench).admin.execute(f"ALTER TABLE {SCHEMA}.{TABLE} ADD COLUMN tier text NOT NULL, ADD COLUMN made timestamptz NOT NULL DEFAULT now()")
    require_only(bench, "problem", "summary table", "column tier must have a value")
    require("made" not in examined(bench)[1]["problem", "summary table"], "a column with a default is no problem")


def check_missing_privileges(bench):
    role = ready_role(bench)
    for privilege in ("SELECT", "INSERT", "DELETE"):
        bench.admin.execute(f'REVOKE {privilege} ON {SCHEMA}.{TABLE} FROM "{role}"')
        require_only(bench, "problem", "rights", f"lacks {privilege} on {SCHEMA}.{TABLE}", "--role", user=role)
        bench.admin.execute(f'GRANT {privilege} ON {SCHEMA}.{TABLE} TO "{role}"')
    bench.admin.execute(f'REVOKE UPDATE ON costmill.days FROM "{role}"; REVOKE SELECT ON {SCHEMA}.reporting_ocp_nodes FROM "{role}"')
    require_only(bench, "problem", "rights", "lacks UPDATE on costmill.days", "lacks SELECT on org1234567.reporting_ocp_nodes", user=role)


def check_rights_to_update_nodes(bench):
    role = ready_role(bench)
    code, found, output = examined(bench, user=role)
    require(code == 0 and not found, output)
    require_only(bench, "problem", "rights", f"lacks INSERT, UPDATE on {SCHEMA}.reporting_ocp_nodes", "--role ROLE --update-nodes",
                 arguments=("--update-nodes",), user=role)
    bench.init_db("--role", role, "--update-nodes")
    code, found, output = examined(bench, "--update-nodes", user=role)
    require(code == 0 and not found, output)


def check_schema_costmill_that_may_not_be_used(bench):
    role = ready_role(bench)
    bench.admin.execute(f'REVOKE USAGE ON SCHEMA costmill FROM "{role}"')
    require_only(bench, "problem", "schema costmill", "may not read", "init-db --role", user=role)


def check_missing_schema_costmill(bench):
    role = ready_role(bench)
    bench.admin.execute("DROP SCHEMA costmill CASCADE")
    require_only(bench, "warning", "schema costmill", "the first run makes it")
    require_only(bench, "problem", "schema costmill", "the role may not make it", "init-db", user=role)


def check_schema_of_a_later_costmill(bench):
    ready(bench).admin.execute("UPDATE costmill.schema_version SET version = 99")
    require_only(bench, "problem", "schema costmill", "later Costmill", "upgrade the program")


def check_missing_partition(bench):
    role = ready_role(bench)
    bench.admin.execute(f"DROP TABLE {SCHEMA}.{TABLE}_{THIS_MONTH.replace('-', '_')}")
    require_only(bench, "warning", "partition", "the first run over that month makes it")
    require_only(bench, "problem", "partition", "the role may not make it", f"init-db --month {THIS_MONTH}", user=role)


def check_detached_partition(bench):
    bench.koku_tenant(months=(THIS_MONTH,))
    bench.init_db()
    set_partition_active(bench.admin, SCHEMA, THIS_MONTH, False)
    require_only(bench, "problem", "partition", "detached", "init-db --month")


def check_rows_in_the_default_partition(bench):
    role = ready_role(bench)
    bench.insert_day("2001-01-01")
    require_only(bench, "warning", "default partition", "holds rows", "docs/postgresql.md")
    require_only(bench, "warning", "default partition", "may hold rows", user=role)
    bench.admin.execute(f"DELETE FROM {SCHEMA}.{TABLE}")
    require(not examined(bench)[1], "rows that are gone are reported")


def check_missing_reference_tables(bench):
    ready(bench).admin.execute(f"DROP TABLE {SCHEMA}.reporting_ocp_nodes, {SCHEMA}.reporting_enabledtagkeys")
    require_only(bench, "warning", "reference tables", "reporting_ocp_nodes", "reporting_enabledtagkeys: all labels are dropped")


def check_transactions_that_are_read_only(bench):
    role = ready_role(bench)
    bench.admin.execute(f'ALTER ROLE "{role}" SET default_transaction_read_only = on')
    require_only(bench, "problem", "writes", "read-only", "turn it off", user=role)


def check_reference_data_is_only_read(bench):
    role = ready_role(bench)
    bench.admin.execute(f'REVOKE INSERT ON {SCHEMA}.{TABLE} FROM "{role}"; DROP SCHEMA costmill CASCADE')
    code, found, output = examined(bench, "--reference", bench.uri(role), user=role, sink="sqlite:x.db")
    require(code == 0 and not found, output)
    require_in(output, "reference ")
    bench.admin.execute(f'REVOKE SELECT ON {SCHEMA}.reporting_ocp_nodes FROM "{role}"')
    code, found, output = examined(bench, "--reference", bench.uri(role), user=role, sink="sqlite:x.db")
    require(code == 5 and set(found) == {("problem", "rights")}, output)


def check_the_least_there_is_to_examine(bench):
    code, found, output = examined(bench, sink="sqlite:x.db")
    require(code == 0 and not found, output)
    require([line.split()[0] for line in output.splitlines() if not re.match("ok ", line)] == ["config", "sink", "machine"], output)


# --- what is on this machine: config, folders, files, the system --------------------------------------------------------------------

@contextlib.contextmanager
def small_month(bench):
    with temporary_folder() as folder:
        month = SmallMonth(bench.binary, Path(folder) / "month")
        month.places = {"input": f"file:{month.input}", "reference": f"csv:{month.reference}", "sink": f"sqlite:{folder}/x.db"}
        yield month


def doctor_of(month, *arguments, before=(), environment=(), **places):
    """(exit code, {section: [(verdict, check, text with advice)]})"""
    words = [word for name, uri in {**month.places, **places}.items() if uri for word in (f"--{name}", uri)]
    done = subprocess.run([*before, month.binary, "doctor", *words, "--format", "json", *arguments], capture_output=True, text=True,
                          cwd=month.folder, env=clean_environment(HOME=str(month.folder), **dict(environment)))
    require(done.returncode in (0, 4, 5), f"exit {done.returncode}: {done.stderr}")
    report = json.loads(done.stdout)
    findings = {section["section"]: [(found["verdict"], found["check"], f"{found['what']} {found['advice']}") for found in section["findings"]]
                for section in report["sections"]}
    every = [found for section in report["sections"] for found in section["findings"]]
    require(report["exit_code"] == done.returncode, f"exit {done.returncode}, but the report says {report['exit_code']}")
    require(report["problems"] == sum(found["verdict"] == "problem" for found in every), f"{report}")
    require(all(bool(found["advice"]) == (found["verdict"] != "ok") for found in every), f"advice: {every}")
    return done.returncode, findings


def require_finding(found, section, verdict, check, *parts):
    texts = [text for kind, name, text in found[1][section] if (kind, name) == (verdict, check)]
    require(texts, f"no {verdict} {check} in {section}: {found[1][section]}")
    require_in(" ".join(texts), *parts)


def check_a_good_machine_has_no_findings(bench):
    with small_month(bench) as month:
        before = sorted(Path(month.folder).rglob("*"))
        found = doctor_of(month)
        require(sorted(Path(month.folder).rglob("*")) == before, "doctor changed something")
        require(found[0] == 0 and list(found[1]) == ["config", "input", "reference", "sink", "machine"], f"{found}")
        require(all(verdict == "ok" for findings in found[1].values() for verdict, _, _ in findings), f"{found}")
        require_finding(found, "input", "ok", "clusters", month.source, "2025-10")
        require_finding(found, "reference", "ok", "tables", "1 node roles, 1 cost category patterns")
        require_finding(found, "sink", "ok", "disk", "MiB are free")
        require_finding(found, "machine", "ok", "versions", "Arrow", "libpq", "SQLite")
        subprocess.run([bench.binary, "run", "--config", "costmill.json", "--input", month.places["input"], "--sink", month.places["sink"]],
                       cwd=month.folder, check=True, capture_output=True)
        require_finding(doctor_of(month), "sink", "ok", "records", "3 days of 1 clusters, the last 2025-10-03")


def check_an_input_that_is_none(bench):
    with small_month(bench) as month:
        found = doctor_of(month, input=f"file:{month.folder}/nowhere")
        require(found[0] == 4, f"exit {found[0]}")
        require_finding(found, "input", "problem", "folder", "nowhere")
        found = doctor_of(month, input=f"file:{month.reference}")
        require(found[0] == 4, f"exit {found[0]}")
        require_finding(found, "input", "problem", "clusters", "none; expected", "--layout")
        found = doctor_of(month, "--set", "ocp.provider_uuid=00000000-0000-4000-8000-0000000000ff")
        require(found[0] == 4, f"exit {found[0]}")
        require_finding(found, "input", "problem", "clusters", month.source, "ocp.provider_uuid")


def check_reference_data_and_a_sink_that_are_none(bench):
    with small_month(bench) as month:
        found = doctor_of(month, reference=f"csv:{month.folder}/nowhere")
        require(found[0] == 5, f"exit {found[0]}")
        require_finding(found, "reference", "problem", "tables", "nowhere")
        for uri in ("sqlite:/dev/null/x.db", "csv:/dev/null/x/y", "parquet:/dev/null"):
            found = doctor_of(month, sink=uri)
            require(found[0] == 5, f"exit {found[0]}")
            require_finding(found, "sink", "problem", "place", "/dev/null is no folder")
        (Path(month.folder) / "text.db").write_text("no database, but long enough to be looked at as one" * 9)
        found = doctor_of(month, sink="sqlite:text.db")
        require(found[0] == 5, f"exit {found[0]}")
        require_finding(found, "sink", "problem", "place", "text.db")


def check_what_is_only_a_warning(bench):
    with small_month(bench) as month:
        found = doctor_of(month, "--set", "performance.memory_limit=1000000GiB", before=("prlimit", "--nofile=70"),
                          environment={"COSTMILL_RUN_INPTU": "x", "COSTMILL_METRICS_FILE": "/nowhere/costmill.prom"})
        require(found[0] == 0, f"exit {found[0]}")
        require_finding(found, "machine", "warning", "memory", "leave it to auto")
        require_finding(found, "machine", "warning", "open files", "70 may be open", "ulimit -n")
        require_finding(found, "config", "warning", "variables", "COSTMILL_RUN_INPTU")
        require_finding(found, "config", "warning", "metrics", "/nowhere/costmill.prom")
        for place in ("/dev/null", str(month.folder)):
            found = doctor_of(month, environment={"COSTMILL_METRICS_FILE": place})
            require_finding(found, "config", "warning", "metrics", f"{place} is there, and is no regular file")


def check_formats_of_the_report(bench):
    with small_month(bench) as month:
        done = subprocess.run([bench.binary, "doctor", "--format", "csv"], capture_output=True, text=True, cwd=month.folder)
        require(done.returncode == 2 and "table and json" in done.stderr, done.stderr)


def check_clocks_that_differ(bench):
    faketime = shutil.which("faketime")
    require(faketime is not None, "no faketime program: install the Debian package faketime (tools/bootstrap does)")
    ready(bench)
    require_only(bench, "warning", "clock", "300 s ahead of", "NTP", before=(faketime, "-f", "+5m"))
    require_only(bench, "problem", "clock", "2.0 hours behind", before=(faketime, "-f", "-2h"))
    code, found, output = examined(bench, before=(faketime, "-f", "+20s"))
    require(code == 0 and not found, output)


def check_a_server_without_tls(bench):
    require_only(ready(bench), "problem", "connection", "does not support SSL", "sslmode", sink=bench.uri(sslmode="require"))


def check_certificates(other):
    with PostgresServer(tls=True) as server:
        with contextlib.closing(Bench(other.binary, server, 0)) as bench:
            ready(bench)
            trusted = {"sslmode": "verify-full", "sslrootcert": str(server.ca_file)}
            code, found, output = examined(bench, sink=bench.uri(host="localhost", **trusted))
            require(code == 0 and not found and "encryption: TLS" in output, output)
            require_only(bench, "problem", "connection", "certificate", "check host, sslrootcert", sink=bench.uri(host="127.0.0.1", **trusted))
            nowhere = {"sslmode": "verify-full", "sslrootcert": str(server.folder / "none.crt")}
            require_only(bench, "problem", "connection", "root certificate file", "PGSSLROOTCERT", sink=bench.uri(host="localhost", **nowhere))


def message(kind, body):
    return kind + struct.pack("!i", len(body) + 4) + body


@contextlib.contextmanager
def old_server(version):
    """Says that it is of that version, lets everybody in, and answers no query."""
    def read(client, size):
        taken = b""
        while len(taken) < size:
            part = client.recv(size - len(taken))
            if not part:
                raise ConnectionError
            taken += part
        return taken

    def answer(client):
        with contextlib.suppress(OSError), client:
            while True:
                size, code = struct.unpack("!ii", read(client, 8))
                if code not in (80877103, 80877104):  # requests for TLS and GSS encryption
                    break
                client.sendall(b"N")
            read(client, size - 8)
            greeting = message(b"R", struct.pack("!i", 0))
            for name, value in (("server_version", version), ("client_encoding", "UTF8")):
                greeting += message(b"S", f"{name}\0{value}\0".encode())
            client.sendall(greeting + message(b"Z", b"I"))
            client.recv(1)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        def serve():
            with contextlib.suppress(OSError):
                while True:
                    answer(listener.accept()[0])

        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1]


def check_old_servers(bench):
    for version, shown in (("9.6.24", "9.6.24"), ("12.20", "12.20")):
        with old_server(version) as port:
            require_only(bench, "problem", "server version", f"PostgreSQL {shown} is too old", "13 or later",
                         sink=f"postgresql://u@127.0.0.1:{port}/koku?schema={SCHEMA}")


if __name__ == "__main__":
    sys.exit(main(__doc__, [check for name, check in list(globals().items()) if name.startswith("check_")]))
