#!/usr/bin/env python3
"""F23, F35. Passwords and TLS: no password on the command line or in any output, no server believed without its certificate.

usage: postgres_secrets_test.py --bin PATH [--only SUBSTRING]

The last line reads 'N passed, N failed'.
"""

import sys

from postgres_bench import ADMIN, main, require, require_run
import test_certificates

PLANTED = "s3cret-pl4nted"
LOUD = ("--log-level", "trace", "--set", "logging.show_sql=true")


def require_unspoken(done, *secrets):
    for secret in secrets:
        require(secret not in done[1], f"the output holds a password: {done[1][-600:]}")


def quiet_environment(bench, **more):
    """Without PGPASSWORD."""
    environment = bench.environment()
    environment.pop("PGPASSWORD")
    return {**environment, **more}


def password_of(bench, user=ADMIN):
    return bench.server.passwords[user]


def uri_with(bench, password, **parameters):
    return bench.server.uri(**parameters).replace(f"{ADMIN}@", f"{ADMIN}:{password}@")


def check_password_on_the_command_line(bench):
    """Other users of the machine can read it there."""
    uri = bench.server.uri
    for options in (("--set", f"postgresql.password={PLANTED}"), ("--set", f"password={PLANTED}"), ("--set", f"run.sink={uri_with(bench, PLANTED)}"),
                    ("--reference", uri_with(bench, PLANTED)), ("--reference", uri(password=PLANTED))):
        done = bench.run("new", *options)
        require_run(done, 2, "password")
        require_unspoken(done, PLANTED)
        require_unspoken(bench.run("new", *options, "--print-config"), PLANTED)
    for sink in (uri_with(bench, PLANTED), uri(password=PLANTED), uri(sslpassword=PLANTED)):
        done = bench.run("new", *LOUD, uri=sink)
        require_run(done, 2, "password")
        require_unspoken(done, PLANTED)


def check_password_in_the_config_file(bench):
    """Works, and is never printed: not at trace level, not with the config, not when it is wrong."""
    right = bench.write_config("right.json", postgresql={"password": password_of(bench)})
    for options in ((), LOUD, (*LOUD, "--set", "logging.format=json"), ("--print-config",)):
        done = bench.run("new", *options, config=right, environment=quiet_environment(bench))
        require_run(done, 0)
        require_unspoken(done, password_of(bench))
    wrong = bench.write_config("wrong.json", postgresql={"password": PLANTED})
    done = bench.run("new", *LOUD, config=wrong, environment=quiet_environment(bench))
    require_run(done, 5, "password")
    require_unspoken(done, PLANTED)


def check_password_in_a_uri_of_the_config_file(bench):
    config = bench.write_config("uri.json", run={"sink": uri_with(bench, password_of(bench))})
    for options in (LOUD, ("--print-config",)):
        done = bench.run("new", *options, uri="", config=config, environment=quiet_environment(bench))
        require_run(done, 0)
        require_unspoken(done, password_of(bench))
    for broken in (uri_with(bench, PLANTED) + "?nonsense=1", uri_with(bench, PLANTED, database="kokku"), uri_with(bench, PLANTED + "%zz"),
                   f"postgresql://{ADMIN}:{PLANTED}@[::1/koku", f"postgresql://{ADMIN}:{PLANTED}@127.0.0.1:port/koku"):
        config = bench.write_config("broken.json", run={"sink": broken})
        done = bench.run("new", *LOUD, uri="", config=config, environment=quiet_environment(bench))
        require_run(done, (2, 5))
        require_unspoken(done, PLANTED)


def check_password_in_variables(bench):
    for variable in ("COSTMILL_POSTGRESQL_PASSWORD", "PGPASSWORD"):
        done = bench.run("new", *LOUD, environment=quiet_environment(bench, **{variable: password_of(bench)}))
        require_run(done, 0)
        require_unspoken(done, password_of(bench))
    config = bench.write_config("variable.json", postgresql={"password": "${DATABASE_PASSWORD}"})
    done = bench.run("new", *LOUD, config=config, environment=quiet_environment(bench, DATABASE_PASSWORD=password_of(bench)))
    require_run(done, 0)
    require_unspoken(done, password_of(bench))


def check_the_section_of_the_config(bench):
    """Host, port, database and user in the section postgresql, and no --sink."""
    section = {"host": "127.0.0.1", "port": bench.server.port, "database": "koku", "user": ADMIN, "password": password_of(bench)}
    config = bench.write_config("section.json", postgresql=section)
    require_run(bench.run("old"), 0)
    done = bench.run("new", uri="", config=config, environment=quiet_environment(bench))
    require_run(done, 0)
    require_unspoken(done, password_of(bench))
    bench.require_state("new")


def check_password_file(bench):
    """libpq's own, which it reads only where nobody else may."""
    file = bench.folder / "pgpass"
    file.write_text(f"127.0.0.1:{bench.server.port}:koku:{ADMIN}:{password_of(bench)}\n")
    file.chmod(0o600)
    require_run(bench.run("old"), 0)
    done = bench.run("new", *LOUD, environment=quiet_environment(bench, PGPASSFILE=str(file)))
    require_run(done, 0)
    require_unspoken(done, password_of(bench))
    bench.require_state("new")
    file.chmod(0o644)
    require_run(bench.run("old", environment=quiet_environment(bench, PGPASSFILE=str(file))), 5, "group or world access")


def check_service_file(bench):
    """Host, port, database and user by the name of a service; what the URI says wins."""
    file = bench.folder / "pg_service.conf"
    file.write_text(f"[costs]\nhost=127.0.0.1\nport={bench.server.port}\ndbname=koku\nuser={ADMIN}\npassword={password_of(bench)}\n")
    environment = quiet_environment(bench, PGSERVICEFILE=str(file))
    for uri, variables in (("postgresql://?service=costs", environment), ("postgresql://", {**environment, "PGSERVICE": "costs"})):
        require_run(bench.run("old"), 0)
        done = bench.run("new", *LOUD, uri=uri, environment=variables)
        require_run(done, 0)
        require_unspoken(done, password_of(bench))
        bench.require_state("new")
    require_run(bench.run("old", uri="postgresql:///nowhere?service=costs", environment=environment), 5, "nowhere")
    require_run(bench.run("old", uri="postgresql://?service=other", environment=environment), (2, 5), "other")


def check_no_password_at_all(bench):
    require_run(bench.run("new", environment=quiet_environment(bench)), 5, "no password supplied", "PGPASSWORD")


def check_certificate_of_the_right_authority(bench):
    trusted = {"sslmode": "verify-full", "sslrootcert": bench.server.ca_file}
    bench.fresh()
    require_run(bench.run("new", uri=bench.server.uri(host="localhost", **trusted)), 0)
    bench.require_state("new")
    # In variables, and with the mode in the config.
    environment = {**bench.environment(), "PGSSLROOTCERT": str(bench.server.ca_file)}
    require_run(bench.run("old", "--set", "postgresql.sslmode=verify-full", uri=bench.server.uri(host="localhost"), environment=environment), 0)
    bench.require_state("old")


def check_certificate_of_a_wrong_authority(bench):
    wrong = test_certificates.make_authority(bench.folder, "wrong")
    require_run(bench.run("new", uri=bench.server.uri(host="localhost", sslmode="verify-full", sslrootcert=wrong)), 5, "certificate", "sslrootcert")


def check_certificate_of_another_host(bench):
    trusted = {"sslmode": "verify-full", "sslrootcert": bench.server.ca_file}
    require_run(bench.run("new", uri=bench.server.uri(host="127.0.0.1", **trusted)), 5, "certificate", "host")


def check_another_machine_is_verified_unless_told_otherwise(bench):
    far = {"host": "db.example.com", "hostaddr": "127.0.0.1"}
    require_run(bench.run("new", uri=bench.server.uri(**far)), 5, "sslrootcert", "postgresql.sslmode")
    require_run(bench.run("new", uri=bench.server.uri(**far, sslrootcert=bench.server.ca_file)), 5, "certificate", "db.example.com")
    require_run(bench.run("new", "--set", "postgresql.sslmode=require", uri=bench.server.uri(**far)), 0)
    bench.require_state("new")


def check_server_without_tls(bench):
    bench.execute("ALTER SYSTEM SET ssl = off")
    bench.server.stop()
    bench.server.start()
    try:
        done = bench.run("new", uri=bench.server.uri(host="localhost", sslmode="require"))
    finally:
        bench.execute("ALTER SYSTEM SET ssl = on")
        bench.server.stop()
        bench.server.start()
    require_run(done, 5, "does not support SSL", "postgresql.sslmode=disable")


if __name__ == "__main__":
    sys.exit(main(__doc__, [check for name, check in list(globals().items()) if name.startswith("check_")], tls=True))
