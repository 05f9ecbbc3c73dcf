#!/usr/bin/env python3
"""Runs a command beside a PostgreSQL server of its own.

usage: with_postgres.py COMMAND [ARGUMENT]...

The database koku holds an empty tenant as Koku makes it, schema org1234567, month 2025-10. The command finds the server in
COSTMILL_TEST_POSTGRES (a URI; a superuser) and its password in PGPASSWORD. The exit code is the command's.
"""

import subprocess
import sys

import koku_tenant
from postgres_server import PostgresServer


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    with PostgresServer() as server:
        with server.admin() as connection:
            koku_tenant.create_koku_tenant(connection)
        done = subprocess.run(sys.argv[1:], env={**server.environment(), "COSTMILL_TEST_POSTGRES": server.uri()})
    return done.returncode if done.returncode >= 0 else 128 - done.returncode


if __name__ == "__main__":
    sys.exit(main())
