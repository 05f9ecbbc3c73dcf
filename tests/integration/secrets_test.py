#!/usr/bin/env python3
"""Secrets of every place they can come from, in every subcommand, at every level of logging, and with everything that can go wrong (F35).

usage: secrets_test.py --bin PATH [--only SUBSTRING]

Each place has a secret of its own. None may turn up: not as it is, not percent-encoded, not in base64 or hex, in no output, no message,
no file that is written, no row of the database, no command line, and in no core file.
The last line reads 'N passed, N failed'.
"""

import base64
import contextlib
import os
import resource
import signal
import subprocess
import sys
import urllib.parse
from pathlib import Path

from postgres_bench import ADMIN, main, require, wait_until  # puts tests/tools on the path
from costmill_project import clean_environment
import test_certificates
from sick_s3 import BUCKET, Fault, SickS3

S3_LIMITS = [word for name in ("connect_timeout=1", "request_timeout=1", "deadline=2", "max_attempts=1") for word in ("--set", f"s3.{name}")]


def forms_of(secret):
    """What a secret may look like in an output; of base64 what stands wherever it begins."""
    forms = {secret, urllib.parse.quote(secret, safe=""), urllib.parse.quote(secret), secret.encode().hex()}
    for offset in range(3):
        coded = base64.b64encode(b"\0" * offset + secret.encode()).decode()
        forms.add(coded[4 if offset else 0:-4])
    return {form.encode() for form in forms if len(form) >= 6}


class Vault:
    """The secrets that were planted."""

    def __init__(self):
        self.planted = {}

    def plant(self, place, secret=None):
        self.planted[place] = secret or f"pl4nted+{place}/=&@ s3cret"
        return self.planted[place]

    def require_kept(self, content, what):
        for place, secret in self.planted.items():
            for form in forms_of(secret):
                at = content.find(form)
                require(at < 0, f"{what} holds the secret of {place}: {content[max(0, at - 80):at + 80]!r}")


class Scene:
    """A folder, an environment and a config file with secrets; what runs there keeps them."""

    def __init__(self, bench, name):
        self.bench, self.vault = bench, Vault()
        self.folder = bench.folder / f"scene-{name}"
        self.folder.mkdir(exist_ok=True)
        self.sections, self.variables = {}, {}
        self.runs = 0

    def file(self, name, text):
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        path.chmod(0o600)
        return str(path)

    def run(self, codes, *arguments, words=(), variables=(), sections=()):
        """With both forms of logging in turn, everything on."""
        self.runs += 1
        config = self.bench.write_config(f"{self.folder.name}.json", **{**self.sections, **dict(sections)})
        loud = ["--log-level", "trace", "--set", "logging.show_sql=true", "--set", f"logging.format={('json', 'console')[self.runs % 2]}"]
        if arguments[0] in ("compare", "sample") or "--help" in arguments:
            loud = []
        words_of_config = ["--config", str(config)] if arguments[0] != "sample" and "--help" not in arguments else []
        done = subprocess.run([self.bench.binary, *arguments, *words_of_config, *loud], capture_output=True, timeout=60, cwd=self.folder,
                              env=clean_environment(**{"HOME": str(self.folder), **self.variables, **dict(variables)}))
        output = done.stdout + done.stderr
        self.vault.require_kept(output, f"the output of {' '.join(arguments)}")
        codes = (codes,) if isinstance(codes, int) else codes
        require(done.returncode in codes, f"exit {done.returncode} instead of {codes} of {arguments}: {output[-800:].decode()}")
        for word in words:
            require(word.encode() in output, f"{arguments}: lacks {word!r}: {output[-800:].decode()}")
        return output

    def require_kept_by_files(self, *sources):
        """In all that was written; `sources` are the files with the secrets themselves."""
        for path in self.folder.rglob("*"):
            if path.is_file() and str(path) not in sources:
                self.vault.require_kept(path.read_bytes(), path.name)
        for table in ("costmill.days",):
            rows = self.bench.execute(f"SELECT t::text FROM {table} t")
            self.vault.require_kept("\n".join(row for row, in rows).encode(), table)


@contextlib.contextmanager
def s3_server(bench):
    content = {str(file.relative_to(bench.inputs["old"])): file.read_bytes() for file in bench.inputs["old"].rglob("*.parquet")}
    with SickS3(content) as server:
        yield server


# --- the places; each gives what has to be set for the right password, and plants the rest -------------------------------------------

def from_literals(scene, password):
    scene.sections = {"postgresql": {"password": password}, "s3": {name: scene.vault.plant(f"s3.{name}") for name in
                                                                   ("access_key", "secret_key", "session_token")}}


def from_references(scene, password):
    scene.sections = {"postgresql": {"password": "${DATABASE_PASSWORD}"}, "s3": {"access_key": "${KEY}", "secret_key": "${KEY_SECRET}"}}
    scene.variables = {"DATABASE_PASSWORD": password, "KEY": scene.vault.plant("KEY"), "KEY_SECRET": scene.vault.plant("KEY_SECRET")}


def from_own_variables(scene, password):
    scene.variables = {"COSTMILL_POSTGRESQL_PASSWORD": password, "COSTMILL_VALIDATION_TRINO_PASSWORD": scene.vault.plant("trino"),
                       **{f"COSTMILL_S3_{name}": scene.vault.plant(f"own-{name}") for name in ("ACCESS_KEY", "SECRET_KEY", "SESSION_TOKEN")}}


def from_others_variables(scene, password):
    scene.variables = {"PGPASSWORD": password, **{name: scene.vault.plant(name) for name in
                                                  ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")}}


def from_files(scene, password):
    lines = [f"aws_{name} = {scene.vault.plant('profile-' + name)}\n" for name in ("access_key_id", "secret_access_key", "session_token")]
    scene.file(".aws/credentials", "[default]\n" + "".join(lines))
    scene.file(".pgpass", f"*:*:*:*:{password}\n")


def from_named_files(scene, password):
    scene.variables = {"PGSERVICE": "costs", "PGSERVICEFILE": scene.file("services", f"[costs]\npassword={password}\n"),
                       "AWS_PROFILE": "costs", "AWS_CONFIG_FILE": scene.file("aws", f"[profile costs]\naws_access_key_id = {scene.vault.plant('named')}\n"
                                                                            f"aws_secret_access_key = {scene.vault.plant('named-secret')}\n")}


def from_kokus_variables(scene, password):
    scene.variables = {"PGPASSFILE": scene.file("passwords", f"*:*:*:*:{password}\n"), "S3_ACCESS_KEY": scene.vault.plant("S3_ACCESS_KEY"),
                       "S3_SECRET": scene.vault.plant("S3_SECRET"), "https_proxy": f"http://u:{scene.vault.plant('proxy', 'pr0xy-s3cret')}@127.0.0.1:1"}


def from_uris(scene, password):
    with_password = scene.bench.server.uri().replace("@", f":{urllib.parse.quote(password, safe='')}@", 1)
    scene.sections = {"run": {"sink": with_password}}
    scene.variables = {"COSTMILL_RUN_REFERENCE": with_password + "?sslpassword=" + urllib.parse.quote(scene.vault.plant("sslpassword"), safe="")}


PLACES = [from_literals, from_references, from_own_variables, from_others_variables, from_files, from_named_files, from_kokus_variables, from_uris]


def in_every_subcommand(plant):
    """What reads secrets runs with all places; what only could, with the first."""
    def check(bench):
        scene = Scene(bench, plant.__name__)
        plant(scene, scene.vault.plant("the password", bench.server.passwords[ADMIN]))
        gateway = urllib.parse.quote(scene.vault.plant("the gateway"), safe="")
        scene.variables = {**scene.variables, "COSTMILL_METRICS_FILE": f"{scene.folder}/costmill.prom",
                           "COSTMILL_METRICS_PUSH_URL": f"http://pusher:{gateway}@127.0.0.1:1"}
        is_whole = plant is from_literals
        sink, given = ("--sink", bench.server.uri()), ("--input", f"file:{bench.inputs['new']}")
        if plant is from_uris:
            sink = ()
        scene.run(0, "run", *given, *sink, "--full", words=("did not get the metrics",))
        scene.run((0, 5), "doctor", *sink)
        scene.run((0, 5), "doctor", *sink, *given, "--format", "json")
        scene.run(0, "run", *given, *sink, "--print-config")
        scene.run(0, "show", "receipts", "--format", "json", *sink)
        scene.run(0, "report", "--output", "-", *sink)
        if is_whole:
            run_the_others(scene, given, sink)
        run_with_buckets(scene, sink, is_whole, has_keys=plant is not from_uris)
        scene.run(5, "run", *given, "--full", "--sink", bench.server.uri(sslmode="verify-full"), words=("certificate",))
        scene.run(5, "run", *given, "--full", "--sink", "postgresql://127.0.0.1:1/koku")
        scene.require_kept_by_files(*[str(scene.folder / name) for name in (".aws/credentials", ".pgpass", "services", "aws", "passwords")])
    check.__name__ = f"check_F35_{plant.__name__}"
    return check


def run_the_others(scene, given, sink):
    scene.run(0, "run", *given, "--full", "--sink", f"sqlite:{scene.folder}/out.db")
    for form in ("csv", "parquet"):
        scene.run(0, "run", *given, "--full", "--sink", f"{form}:{scene.folder}/{form}")
    scene.run(0, "plan", *given, *sink, "--progress", "never")
    scene.run(0, "verify", *given, *sink, "--sample", "1")
    scene.run(0, "show", *sink)
    scene.run((0, 1), "compare", scene.bench.server.uri(), f"sqlite:{scene.folder}/out.db")
    scene.run(0, "prune", "--older-than", "0", "--dry-run", *sink)
    scene.run(0, "init-db", "--dry-run", *sink)
    scene.run(0, "sample", f"{scene.folder}/sample")
    scene.run(0, "run", "--help")
    scene.run(2, "run", "--no-such-option", *given)
    scene.run(5, "run", *given, "--full", "--sink", "postgresql://no-such-host.invalid/koku")
    scene.run(5, "run", *given, "--full", "--sink", scene.bench.server.uri(database="nowhere"))


def run_with_buckets(scene, sink, is_whole, has_keys):
    with s3_server(scene.bench) as server:
        url = {"AWS_ENDPOINT_URL": server.url}
        bucket = ("--input", f"s3://{BUCKET}", *S3_LIMITS)
        scene.run(0, "run", *bucket, *sink, "--full", variables=url)
        require(not has_keys or all("AWS4-HMAC-SHA256" in request.headers.get("Authorization", "") for request in server.requests), "not signed")
        scene.run((0, 5), "doctor", *bucket, *sink, variables=url)
        faults = [Fault("echo", status=403), Fault("status", status=403, code="SignatureDoesNotMatch")]
        if is_whole:
            faults += [Fault("status", status=403, code="AccessDenied"), Fault("html"), Fault("reset")]
        for fault in faults:
            server.faults = [fault]
            scene.run(4, "run", *bucket, *sink, "--full", variables=url)
            server.forget()
        with SickS3(server.objects, certificate=test_certificates.make(scene.folder, "localhost")) as untrusted:
            scene.run(4, "run", *bucket, *sink, "--full", variables={"AWS_ENDPOINT_URL": untrusted.url})


def check_F35_wrong_passwords(bench):
    """The server says no, to each place in turn."""
    for plant in PLACES:
        scene = Scene(bench, f"wrong_{plant.__name__}")
        plant(scene, scene.vault.plant("wrong", "wr0ng+pl4nted"))
        sink = ("--sink", bench.server.uri()) if plant is not from_uris else ()
        for command in (("run", "--input", f"file:{bench.inputs['new']}"), ("doctor",)):
            scene.run(5, *command, *sink, words=("password",))


def check_F35_uris_that_are_misspelt(bench):
    """A password with characters that should be escaped falls apart into host, port and database."""
    scene = Scene(bench, "misspelt")
    part = scene.vault.plant("a part of it", "s3cret-pl4nted")
    for uri in (f"postgresql://u:{part}@x@127.0.0.1/koku", f"postgresql://u:x@{part}@127.0.0.1/koku", f"postgresql://u:x/{part}@127.0.0.1/koku",
                f"postgresql://u:{part}/x@127.0.0.1/koku", f"postgresql://u:x:{part}@127.0.0.1:port/koku", f"postgresql://u:{part}@[::1/koku",
                f"postgresql:u:{part}@127.0.0.1/koku", f"u:{part}@127.0.0.1/koku", f"postgresql://u:{part}%zz@127.0.0.1/koku",
                f"postgresql://127.0.0.1/koku?pass%77ord={part}&nonsense=1", f"host=127.0.0.1 password = '{part} x'", f"postgres:/u:{part}@h"):
        for command in ("run", "doctor"):
            more = ("--input", f"file:{bench.inputs['new']}") if command == "run" else ()
            scene.run((2, 5), command, *more, sections={"run": {"sink": uri}})
        scene.run((0, 2), "run", "--print-config", sections={"run": {"sink": uri}})
        scene.run((2, 5), "run", sections={"run": {"input": uri}})
        scene.run((2, 4, 5), "run", "--input", f"file:{bench.inputs['new']}", "--sink", f"csv:{scene.folder}/x", sections={"run": {"reference": uri}})
        scene.run(2, "run", "--input", "s3://bucket", sections={"s3": {"endpoint": uri}})


def check_F35_addresses_of_gateways_that_are_misspelt(bench):
    scene = Scene(bench, "gateways")
    part = scene.vault.plant("a part of it", "s3cret-pl4nted")
    for url in (f"http://u:{part}@x@127.0.0.1:1", f"http://u:x@{part}@127.0.0.1:1", f"http://u:x/{part}@127.0.0.1:1", f"http://u:{part}/x@127.0.0.1:1",
                f"http://u:x:{part}@127.0.0.1:port", f"http://u:{part}@[::1", f"u:{part}@127.0.0.1:1", f"http:u:{part}@127.0.0.1:1",
                f"https://u:{part}%zz@127.0.0.1:1", f"http://127.0.0.1:1/?token={part}", f"http://{part}:x@no-such-host.invalid"):
        given = ("--input", f"file:{bench.inputs['new']}", "--sink", f"csv:{scene.folder}/x")
        scene.run((0, 2), "run", *given, "--full", sections={"metrics": {"push_url": url}})
        if f"//{part}" not in url:  # names of users are no secrets in URLs
            scene.run(0, "run", "--print-config", sections={"metrics": {"push_url": url}})


def check_F35_command_lines(bench):
    """Refused with advice, and not repeated, wherever on the line it stands."""
    scene = Scene(bench, "line")
    secret = scene.vault.plant("the command line", "s3cret-pl4nted")
    with_password = f"postgresql://u:{secret}@db.example.com/koku"
    for arguments, word in (
            (("run", f"--sink={with_password}"), "COSTMILL_POSTGRESQL_PASSWORD"), (("run", "--sink", f"postgresql://h/d?password={secret}"), "COSTMILL_"),
            (("run", "--sink", f"postgresql://h/d?pass%77ord={secret}"), "COSTMILL_"), (("run", "--sink", f"postgresql:u:{secret}@h"), "COSTMILL_"),
            (("run", "--sink", f"host=h password={secret}"), "COSTMILL_"), (("run", "--reference", with_password), "COSTMILL_"),
            (("run", "--set", f"postgresql.password={secret}"), "COSTMILL_POSTGRESQL_PASSWORD"), (("run", f"--set=password={secret}"), "COSTMILL_"),
            (("run", "--set", f"s3.secret_key={secret}"), "COSTMILL_S3_SECRET_KEY"), (("run", "--set", f"s3.access_key={secret}"), "COSTMILL_S3_"),
            (("run", "--set", f"metrics.push_url=http://u:{secret}@gateway:9091"), "COSTMILL_METRICS_PUSH_URL"),
            (("run", "--set", f"s3.endpoint=https://k:{secret}@minio"), "COSTMILL_"), (("run", "--input", f"s3://k:{secret}@bucket"), "COSTMILL_"),
            (("show", "--sink", with_password), "COSTMILL_"), (("report", "--sink", with_password), "COSTMILL_"), (("doctor", "--sink", with_password), "COSTMILL_"),
            (("init-db", "--sink", with_password), "COSTMILL_"), (("prune", "--sink", with_password, "--older-than", "1"), "COSTMILL_"),
            (("compare", with_password, "csv:x"), "PGPASSWORD"), (("compare", "csv:x", with_password), "PGPASSWORD"),
            (("run", f"--password={secret}"), "--password"), (("run", f"-p{secret}"), "-p"), (("run", f"-W={secret}"), "-W"),
            (("run", with_password), "unexpected"), ((with_password,), "subcommand"), (("show", with_password), "show"),
            (("show", "--format", with_password), "--format")):
        scene.run(2, *arguments, words=(word,))


def check_F35_processes(bench):
    """While a run writes: its command line, and what the server shows of it; and when it dies: no core."""
    with bench.slow_rows():
        for number in (signal.SIGSEGV, signal.SIGABRT):
            scene = Scene(bench, f"process-{number}")
            password = scene.vault.plant("PGPASSWORD", bench.server.passwords[ADMIN])
            def without_limit():
                resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            process = subprocess.Popen(bench.command("new", "--full"), cwd=scene.folder, env={**bench.environment(), "PGPASSWORD": password},
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=without_limit)
            wait_until(lambda: bench.copied_rows() > 0, "the first rows")
            scene.vault.require_kept(Path(f"/proc/{process.pid}/cmdline").read_bytes(), "the command line")
            seen = bench.execute("SELECT query || application_name FROM pg_stat_activity")
            scene.vault.require_kept("\n".join(row or "" for row, in seen).encode(), "pg_stat_activity")
            process.send_signal(number)
            _, status = os.waitpid(process.pid, 0)
            process.returncode = -number
            require(os.WIFSIGNALED(status) and os.WTERMSIG(status) == number, f"status {status}")
            require(not os.WCOREDUMP(status), "the system wrote a core file")
            scene.require_kept_by_files()
            require(not list(scene.folder.iterdir()), "something was left behind")
            bench.require_no_sessions()


def check_F35_what_the_server_says(bench):
    """Messages of the database steer no terminal and make no lines."""
    scene = Scene(bench, "says")
    scene.variables = {"PGPASSWORD": bench.server.passwords[ADMIN]}
    with bench.trigger("RAISE EXCEPTION E'\\x1b[2J\\nforged\\u202e\\u009b31m';"):
        output = scene.run(5, "run", "--input", f"file:{bench.inputs['new']}", "--sink", bench.server.uri(), "--full")
        output += scene.run(5, "run", "--input", f"file:{bench.inputs['new']}", "--sink", bench.server.uri(), "--full")
    text = output.decode()
    require(not set(text) & set("\x1b\u202e\x9b") and "\nforged" not in text, text)


if __name__ == "__main__":
    sys.exit(main(__doc__, [in_every_subcommand(plant) for plant in PLACES] +
                  [check for name, check in list(globals().items()) if name.startswith("check_")], tls=True))
