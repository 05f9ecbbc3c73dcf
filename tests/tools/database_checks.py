"""What the tests of init-db and doctor have in common: a server, a fresh database for each check, and the program."""

import argparse
import subprocess
import traceback
from pathlib import Path

from koku_tenant import SCHEMA, create_koku_tenant
from postgres_server import ADMIN, PostgresServer

TABLE = "reporting_ocpusagelineitem_daily_summary"


class Bench:
    """A fresh database on the server."""

    def __init__(self, binary, server, number):
        self.binary, self.server, self.database = binary, server, f"check_{number}"
        with server.admin("postgres") as connection:
            connection.execute(f"CREATE DATABASE {self.database}")
        self.admin = server.admin(self.database)

    def close(self):
        self.admin.close()

    def create_role(self, name="runner"):
        """Roles outlive a check, so each has its own."""
        name = f"{name} of {self.database}"
        self.server.create_role(name)
        return name

    def koku_tenant(self, **options):
        create_koku_tenant(self.admin, **options)

    def uri(self, user=ADMIN, **parameters):
        return self.server.uri(self.database, user.replace(" ", "%20").replace('"', "%22"), **{"schema": SCHEMA, **parameters})

    def costmill(self, command, *arguments, user=ADMIN, sink=None, before=(), environment=()):
        return subprocess.run([*before, self.binary, command, "--sink", sink or self.uri(user), *arguments], capture_output=True, text=True,
                              timeout=60, cwd=self.server.folder, env={**self.server.environment(user), **dict(environment)})

    def init_db(self, *arguments, exit_code=0, **options):
        """What it printed."""
        done = self.costmill("init-db", *arguments, **options)
        require(done.returncode == exit_code, f"init-db {arguments}: exit {done.returncode}, not {exit_code}: {done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def one(self, query, *parameters):
        return self.admin.execute(query, parameters).fetchone()[0]

    def relations(self):
        return [tuple(row) for row in self.admin.execute(
            "SELECT n.nspname, c.relname, c.relkind, c.relacl::text, pg_get_expr(c.relpartbound, c.oid) FROM pg_class c "
            "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname !~ '^(pg_|information_schema)' ORDER BY 1, 2")]

    def partitions(self, schema=SCHEMA):
        return dict(self.admin.execute(
            "SELECT c.relname, pg_get_expr(c.relpartbound, c.oid) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "
            "WHERE i.inhparent = %s::regclass", (f"{schema}.{TABLE}",)).fetchall())

    def insert_day(self, day, schema=SCHEMA):
        self.admin.execute(f"INSERT INTO {schema}.{TABLE} (uuid, usage_start, usage_end) VALUES (gen_random_uuid(), %s, %s)", (day, day))


def require(holds, otherwise):
    if not holds:
        raise AssertionError(otherwise)


def require_in(text, *parts):
    for part in parts:
        require(part in text, f"{part!r} is not in {text!r}")


def main(document, checks):
    """Runs checks, named check_*; gives the exit code."""
    parser = argparse.ArgumentParser(description=document, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    binary = str(Path(arguments.bin).resolve())
    chosen = [check for check in checks if arguments.only in check.__name__]
    failed = 0
    with PostgresServer() as server:
        for number, check in enumerate(chosen):
            name = check.__name__.removeprefix("check_").replace("_", " ")
            bench = Bench(binary, server, number)
            try:
                check(bench)
                print(f"ok   {name}", flush=True)
            except Exception as problem:  # one that fails must not hide the others
                failed += 1
                print(f"FAIL {name}: {problem}", flush=True)
                if not isinstance(problem, AssertionError):
                    traceback.print_exc()
            finally:
                bench.close()
    print(f"{len(chosen) - failed} passed, {failed} failed")
    return 1 if failed or not chosen else 0
