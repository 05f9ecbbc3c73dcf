#!/usr/bin/env python3
"""The same bytes whatever surrounds the program: user, home, file systems that cannot be written, time zone, locale, clock (F37, F38).

usage: surroundings_test.py --bin PATH [--only SUBSTRING]

The last line reads 'N passed, N failed'.
"""

import functools
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "tools"))

import golden_copy  # noqa: E402
import koku_tenant  # noqa: E402
from costmill_project import require  # noqa: E402
from golden_copy import GoldenCopy  # noqa: E402
from postgres_server import ADMIN, PostgresServer  # noqa: E402

CASE = "31-nise-ocp-on-aws-example"
KINDS = ("csv", "sqlite", "parquet")
USER = 1000620000  # such as OpenShift gives, with group 0
LOCALES = ("de_DE", "tr_TR")


def outputs(copy):
    """{file: bytes} of all sinks, the records among them."""
    found = {}
    for kind in KINDS:
        place = Path(copy.sink(kind).partition(":")[2])
        for path in [place] if place.is_file() else sorted(place.rglob("*")):
            if path.is_file():
                found[str(path.relative_to(copy.folder))] = path.read_bytes()
    return found


def run_all(copy, **more):
    for kind in KINDS:
        copy.run(kind, "--progress", "never", **more).require(0)
    return outputs(copy)


def undisturbed(binary, folder):
    copy = GoldenCopy(binary, folder / "undisturbed", CASE)
    return copy, run_all(copy)


def require_equal(found, expected):
    require(sorted(found) == sorted(expected), f"other files: {sorted(set(found) ^ set(expected))}")
    for name, content in expected.items():
        require(found[name] == content, f"{name} has other bytes")


def again(copy, expected, **more):
    """The same input into empty sinks."""
    for kind in KINDS:
        place = Path(copy.sink(kind).partition(":")[2])
        shutil.rmtree(place) if place.is_dir() else place.unlink()
    require_equal(run_all(copy, **more), expected)


def everything_else_read_only(writable):
    """Words that start a program as the user of a container whose root file system is read-only, if this system can."""
    if os.geteuid() != 0:
        return None
    script = (f"mount --make-rprivate / && mount --bind {writable} {writable} && mount -o remount,ro,bind / && "
              f"for m in /tmp /dev/shm /var/tmp; do mountpoint -q $m && mount -o remount,ro,bind $m; done; mount -o remount,rw,bind {writable} && "
              f'exec setpriv --reuid={USER} --regid=0 --clear-groups --no-new-privs --bounding-set=-all "$@"')
    words = ("unshare", "-m", "sh", "-c", script, "sh")
    can = subprocess.run([*words, "sh", "-c", f"touch {writable}/x && rm {writable}/x && ! touch /x"], capture_output=True, timeout=30, check=False)
    return words if can.returncode == 0 else None


def bare_environment(folder):
    """No home, no user, nowhere to write but here."""
    return {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "TMPDIR": str(folder)}


def check_F37_user_of_a_container(binary, folder):
    """Read-only root, UID without a name, no home, a current folder that cannot be written, one that can."""
    copy, expected = undisturbed(binary, folder)
    if os.geteuid() != 0:
        again(copy, expected, environment=bare_environment(copy.folder), cwd="/")
        return "not root: with no home and another current folder only"
    folder.chmod(0o755)
    copy.write_config()
    copy.folder.chmod(0o2775)
    for path in copy.folder.rglob("*"):
        os.chown(path, 0, 0)
    before = snapshot("/")
    plain = ("setpriv", f"--reuid={USER}", "--regid=0", "--clear-groups")
    for words in filter(None, (plain, everything_else_read_only(copy.folder))):
        again(copy, expected, before=words, environment=bare_environment(copy.folder), cwd="/")
        for kind in KINDS:
            for command in (("show", "--format", "json"), ("show", "receipts"), ("report", "--output", "-"), ("prune", "--older-than", "0", "--dry-run")):
                copy.command(*command, "--sink", copy.sink(kind), before=words, environment=bare_environment(copy.folder), cwd="/").require(0)
        copy.run("csv", subcommand="plan", before=words, environment={}, cwd="/").require(0)
        copy.command("sample", f"{copy.folder}/sample", before=words, environment=bare_environment(copy.folder), cwd="/").require(0)
        shutil.rmtree(copy.folder / "sample")
    require(snapshot("/") == before, "something was written beside the output")
    return None if everything_else_read_only(copy.folder) else "this system mounts nothing: the root file system was writable"


def snapshot(root):
    """What of the user's stands where programs like to leave things."""
    places = (root, "/tmp", "/var/tmp", "/root", "/home")
    return {str(path) for place in places for path in Path(place).iterdir() if f"{USER}" in str(path) or path.lstat().st_uid == USER}


def check_F37_database_without_a_name_for_the_user(binary, folder):
    """libpq asks for the user's name and home where nobody says them."""
    as_user = ("setpriv", f"--reuid={USER}", "--regid=0", "--clear-groups") if os.geteuid() == 0 else ()
    with koku_server() as server:
        copy = GoldenCopy(binary, folder / "case", CASE, report_period_id=None)
        del copy.config["ocp"]["report_period_id"]
        digests = []
        for words, environment in (((), copy.environment()), (as_user, bare_environment(copy.folder))):
            environment = {**environment, "PGPASSWORD": server.passwords[ADMIN]}
            arguments = [*copy.arguments("csv")[:-1], server.uri(), "--set", f"postgresql.schema={copy.parameters['account']}", "--full"]
            copy.command(*arguments, before=words, environment=environment, cwd="/").require(0)
            digests.append(table_digest(server, copy))
        require(digests[0] == digests[1] and digests[0], f"other rows: {digests}")
        uri = server.uri().replace(f"{ADMIN}@", "")
        copy.command("doctor", "--sink", f"{uri}?schema={copy.parameters['account']}", before=as_user, environment=bare_environment(copy.folder),
                     cwd="/").require(5)


def koku_server():
    class Server(PostgresServer):
        def __enter__(self):
            server = super().__enter__()
            with server.admin() as connection:
                koku_tenant.create_koku_tenant(connection, "org1234567", ("2025-10",))
                connection.execute("INSERT INTO org1234567.reporting_ocp_cost_category (id, name) SELECT n, 'category ' || n "
                                   "FROM generate_series(1, 9) n")
            return server
    return Server()


def table_digest(server, copy):
    columns = "usage_start, namespace, node, pod_usage_cpu_core_hours, pod_labels::text, all_labels::text, cost_category_id"
    with server.admin() as connection:
        return connection.execute(f"SELECT md5(string_agg(t::text, E'\\n' ORDER BY t::text)) FROM (SELECT {columns} FROM "
                                  f"{copy.parameters['account']}.reporting_ocpusagelineitem_daily_summary) t").fetchone()[0]


@functools.lru_cache(None)
def locale_folder(folder):
    """German and Turkish, where numbers have commas and the capital of i has a dot."""
    place = Path(folder) / "locales"
    place.mkdir()
    making = [subprocess.Popen(["localedef", "--no-archive", "-i", name, "-f", "UTF-8", str(place / f"{name}.UTF-8")], stderr=subprocess.DEVNULL)
              for name in LOCALES]
    for process in making:
        process.wait(60)  # it warns by its exit code
    for name in LOCALES:
        require((place / f"{name}.UTF-8" / "LC_NUMERIC").exists(), f"no locale {name}; install the package locales")
    return str(place)


def check_F38_time_zone_and_locale(binary, folder):
    copy, expected = undisturbed(binary, folder)
    for zone, name in (("Asia/Kathmandu", "tr_TR"), ("America/St_Johns", "de_DE")):
        environment = copy.environment(TZ=zone, LC_ALL=f"{name}.UTF-8", LANG=f"{name}.UTF-8", LOCPATH=locale_folder(folder))
        again(copy, expected, environment=environment)
        for form in ("json", "csv", "table"):
            def shown(**more):
                return copy.command("show", "--sink", copy.sink("csv"), "--format", form, **more).require(0).out
            require(shown(environment=environment) == shown(), f"{name} shows other {form}")
        report = [copy.command("report", "--sink", copy.sink("csv"), "--output", "-", **more).require(0).out for more in ({"environment": environment}, {})]
        require(report[0] == report[1], f"{name} reports otherwise")


def check_F38_clock(binary, folder):
    """A day ahead, and behind; also before the data's days."""
    copy, expected = undisturbed(binary, folder)
    for shift in ("+1d", "-1d", "@2025-10-01 00:00:01", "@2037-12-31 23:59:58"):
        # Files keep their times, which are a part of the records.
        again(copy, expected, before=("faketime", "-f", shift), environment=copy.environment(NO_FAKE_STAT="1"))
        days = {record["day"] for record in json.loads(copy.command("show", "receipts", "--sink", copy.sink("csv"), "--format", "json").out)["receipts"]}
        require(days == {"2025-10-01", "2025-10-02", "2025-10-03"}, f"days {days}")


if __name__ == "__main__":
    sys.exit(golden_copy.main(__doc__, [check for name, check in list(globals().items()) if name.startswith("check_")]))
