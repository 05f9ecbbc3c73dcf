#!/usr/bin/env python3
"""Metrics by file, push and listening, whatever becomes of the run or of those who should get them; and logs with stable fields.

usage: metrics_test.py --bin PATH [--only SUBSTRING]

The last line reads 'N passed, N failed'.
"""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from incremental_bench import main, over  # first, for it says where the tools are

from costmill_project import clean_environment, require
from postgres_bench import wait_until
from prometheus import ROOT, helps_of, require_metrics, types_of, values_of
from sick_s3 import BUCKET, Fault, SickS3
from small_month import DAYS

ROWS_OF_MONTH = 3 * (24 + 1 + 1 + 1 + 1) + 24 + 1  # three days of every table, and a second pod on one of them
SECONDS_TO_STOP = 5


class Gateway:
    """Takes what is pushed, and answers as it is told; `stall`: not at all."""

    def __init__(self, status=200, stall=False):
        self.pushed, self.ended = [], threading.Event()
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                gateway.pushed.append((self.path, dict(self.headers), body))
                if stall:
                    gateway.ended.wait(20)
                with contextlib.suppress(OSError):
                    self.send_response(status)
                    self.end_headers()
                    self.wfile.write(f"you sent {dict(self.headers)}".encode())

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.host = f"127.0.0.1:{self.server.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.server.shutdown()
        self.server.server_close()


def with_file(bench, *options, **more):
    """(what the run gave, its metrics)"""
    path = bench.folder / "costmill.prom"
    done = bench.month.run(bench.sink, "--set", f"metrics.file={path}", *options, **more)
    return done, require_metrics(path.read_text())


# --- the file ---------------------------------------------------------------------------------------------------------------------

@over("sqlite", "postgresql")
def check_a_run_leaves_its_figures(bench):
    begin = time.time()
    done, found = with_file(bench)
    done.require_days(3, 0)
    version = subprocess.run([bench.binary, "--version"], capture_output=True, text=True, check=True).stdout.split()[1]
    expected = {("costmill_build_info", version): 1, ("costmill_runs_total", "success"): 1, ("costmill_summaries_total", "written"): 3,
                ("costmill_summaries_total", "unchanged"): 0, ("costmill_last_run_summaries", "written"): 3, "costmill_last_run_exit_code": 0,
                "costmill_run_active": 0, "costmill_rows_read_total": ROWS_OF_MONTH, "costmill_files_total": 15, "costmill_day_groups_total": 3,
                ("costmill_last_run_retries", "postgresql"): 0, "costmill_last_run_suspect_summaries": found["costmill_suspect_summaries_total"],
                ("costmill_row_groups_total", "read"): 15, ("costmill_row_groups_total", "pruned"): 0, ("costmill_retries_total", "s3"): 0}
    for key, value in expected.items():
        require(found.get(key) == value, f"{key} is {found.get(key)}, not {value}")
    rows = sum(receipt["rows"] for receipt in bench.month.receipts(bench.sink))
    require(found["costmill_rows_written_total"] == rows, f"{found['costmill_rows_written_total']} rows written, not {rows}")
    for key in ("costmill_read_bytes_total", "costmill_memory_peak_bytes", "costmill_memory_limit_bytes", "costmill_last_run_duration_seconds",
                *(("costmill_phase_seconds_total", phase) for phase in ("plan", "read", "fold", "finish", "write"))):
        require(found[key] > 0, f"{key} is {found[key]}")
    require(begin - 1 < found["costmill_last_run_start_timestamp_seconds"] <= found["costmill_last_success_timestamp_seconds"] < time.time() + 1,
            "the times are not those of the run")


def check_counters_and_the_last_success_go_on_over_failures(bench):
    _, first = with_file(bench)
    bench.month.path("pod_daily", DAYS[1]).write_bytes(b"no Parquet")
    done, failed = with_file(bench)
    done.require(3)
    require(failed["costmill_last_run_exit_code"] == 3 and failed["costmill_runs_total", "corrupt"] == 1, f"{failed}")
    require(failed["costmill_runs_total", "success"] == 1, "the counters do not go on")
    require(failed["costmill_summaries_total", "written"] >= 3 and failed["costmill_last_run_summaries", "refused"] == 1, f"{failed}")
    require(failed["costmill_last_success_timestamp_seconds"] == first["costmill_last_success_timestamp_seconds"], "no success since")
    done, kept_on = with_file(bench, "--keep-going")
    done.require(6)
    require(kept_on["costmill_runs_total", "days_failed"] == 1 and kept_on["costmill_last_run_exit_code"] == 6, f"{kept_on}")
    require(kept_on["costmill_last_run_summaries", "refused"] >= 1, f"{kept_on}")
    bench.month.write_day(DAYS[1])
    done, mended = with_file(bench)
    done.require(0)
    require(mended["costmill_runs_total", "success"] == 2, f"{mended}")
    require(mended["costmill_last_success_timestamp_seconds"] > first["costmill_last_success_timestamp_seconds"], "this was a success")
    require(mended["costmill_last_run_summaries", "unchanged"] == 2 and mended["costmill_row_groups_total", "pruned"] > 0, f"{mended}")


def check_a_run_without_an_input_leaves_metrics(bench):
    bench.month.input.rename(bench.folder / "away")
    done, found = with_file(bench)
    done.require(4)
    require(found["costmill_last_run_exit_code"] == 4 and found["costmill_runs_total", "input_unavailable"] == 1, f"{found}")
    require("costmill_last_success_timestamp_seconds" not in found, "there was no success yet")
    require(0 < found["costmill_last_run_duration_seconds"] < 60 and found["costmill_last_run_phase_duration_seconds", "plan"] == 0, f"{found}")


def check_a_config_that_is_refused_leaves_metrics(bench):
    good = bench.month.input_uri
    for number, (option, uri) in enumerate(((("--cluster", "nowhere"), good), (("--month", "2025-13"), good), ((), "ftp://h")), 1):
        bench.month.input_uri = uri
        done, found = with_file(bench, *option)
        done.require(2)
        require(found["costmill_runs_total", "bad_config"] == number, f"{option}: {found}")
        require(found["costmill_last_run_exit_code"] == 2 and found["costmill_run_active"] == 0, f"{option}: {found}")
        require(0 <= found["costmill_last_run_duration_seconds"] < 60, f"{option}: {found}")


def check_a_file_that_cannot_be_written_changes_no_outcome(bench):
    folder = bench.folder / "a folder"
    folder.mkdir()
    for path in (bench.folder / "nowhere" / "costmill.prom", folder, Path("/proc/costmill.prom"), Path("/dev/null/costmill.prom")):
        done = bench.month.run(bench.sink, "--full", "--set", f"metrics.file={path}")
        done.require(0, "metrics.file: cannot", "the run itself is not affected")
    require(sorted(bench.days()) == DAYS, "the days are not there")
    require(not list(folder.iterdir()), "something was left behind")


def check_what_stands_at_the_place_of_the_file_is_not_trusted(bench):
    path = bench.folder / "costmill.prom"
    os.mkfifo(path)  # nobody writes into it
    link = bench.folder / "link.prom"
    link.symlink_to("/dev/null")
    for place in (path, link):
        bench.month.run(bench.sink, "--set", f"metrics.file={place}").require(0, "no regular file", "the run itself is not affected")
    require(path.is_fifo() and link.is_symlink(), "what is no file was replaced")
    path.unlink()
    for content in (b"\xff\xfe\0 costmill_rows_read_total 5\n" * 9, b"costmill_rows_read_total 1e400\n", b"x" * (5 << 20)):
        path.write_bytes(content)
        found = with_file(bench, "--full")[1]
        require(found["costmill_rows_read_total"] == ROWS_OF_MONTH, f"{found['costmill_rows_read_total']} rows read")
    target = bench.folder / "target"
    target.write_text("kept\n")
    path.unlink()
    path.symlink_to(target)
    with_file(bench)[0].require(0)
    require(target.read_text() == "kept\n", "a link was followed")
    require(path.stat().st_mode & 0o777 == 0o644, f"{path.stat().st_mode:o}: others cannot read the file")


# --- push -------------------------------------------------------------------------------------------------------------------------

def push(bench, gateway, *options, path="", user="", **more):
    return bench.month.run(bench.sink, *options, environment={"COSTMILL_METRICS_PUSH_URL": f"http://{user}{gateway.host}{path}"}, **more)


def check_metrics_are_pushed_after_each_run(bench):
    with Gateway() as gateway:
        push(bench, gateway).require_days(3, 0)
        bench.month.path("pod_daily", DAYS[1]).write_bytes(b"no Parquet")
        push(bench, gateway, path="/metrics/job/costmill/instance/east").require(3)
    (path, headers, text), (other, _, failed) = gateway.pushed
    require((path, other) == ("/metrics/job/costmill", "/metrics/job/costmill/instance/east"), f"{path} and {other}")
    require(headers["Content-Type"].startswith("text/plain"), headers["Content-Type"])
    require(require_metrics(text)["costmill_summaries_total", "written"] == 3, text)
    found = require_metrics(failed)
    require(found["costmill_last_run_exit_code"] == 3 and "costmill_last_success_timestamp_seconds" not in found, failed)


def check_a_gateway_that_is_away_or_ill_changes_no_outcome(bench):
    with socket.socket() as taken:  # bound, and nobody listens
        taken.bind(("127.0.0.1", 0))
        done = bench.month.run(bench.sink, "--set", f"metrics.push_url=http://127.0.0.1:{taken.getsockname()[1]}")
        done.require_days(3, 0)
        done.require(0, "did not get the metrics: nobody answers", "the run itself is not affected")
    for status in (302, 400, 500):
        with Gateway(status) as gateway:
            push(bench, gateway).require(0, f"did not get the metrics: it answers with status {status}")
    begin = time.monotonic()
    with Gateway(stall=True) as gateway:
        push(bench, gateway).require(0, "it does not answer in time")
    require(time.monotonic() - begin < 9, "a gateway that stalls holds the run up")


def check_the_password_of_a_gateway_is_sent_and_not_shown(bench):
    for status in (200, 401):
        with Gateway(status) as gateway:
            done = push(bench, gateway, "--log-level", "trace", user="u:s3cret%2Fpl4nted@").require(0)
        require(gateway.pushed[0][1]["Authorization"] == "Basic dTpzM2NyZXQvcGw0bnRlZA==", "the password was not sent")
        require("s3cret" not in done.output and "dTpz" not in done.output and "you sent" not in done.output, done.output)


def check_urls_that_are_none_are_refused(bench):
    for url in ("pushgateway:9091", "ftp://h:1", "http://", "http://h:1?x=1", "http://h:1/metrics/job/a b", "https:///metrics"):
        bench.month.run(bench.sink, "--set", f"metrics.push_url={url}").require(2, "metrics.push_url")
    for address in ("9464", "localhost", "localhost:", "localhost:http", "localhost:70000", "::1:9464"):
        bench.month.run(bench.sink, "--set", f"metrics.listen={address}").require(2, "metrics.listen")


# --- retries ----------------------------------------------------------------------------------------------------------------------

def check_retries_of_a_bucket_are_counted(bench):
    month = bench.month
    content = {str(path.relative_to(month.input)): path.read_bytes() for path in month.input.rglob("*.parquet")}
    with SickS3(content) as server:
        server.faults = [Fault("status", on="object", status=503, code="SlowDown", times=2)]
        month.input_uri = f"s3://{BUCKET}"
        done, found = with_file(bench, environment={"AWS_ENDPOINT_URL": server.url})
    done.require(0)
    for name in ("costmill_retries_total", "costmill_last_run_retries"):
        require(found[name, "s3"] == 2, f"{name}: {found[name, 's3']}")


@over("postgresql")
def check_retries_of_a_database_are_counted(bench):
    with bench.server.admin() as admin:
        admin.execute("CREATE SEQUENCE public.tries; GRANT ALL ON SEQUENCE public.tries TO PUBLIC")
        admin.execute("CREATE FUNCTION public.fail_once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF nextval('public.tries') = 1 THEN "
                      "RAISE EXCEPTION 'try again' USING ERRCODE = '40001'; END IF; RETURN NEW; END $$")
        admin.execute(f"CREATE TRIGGER zz BEFORE INSERT ON {bench.sink.schema}.reporting_ocpusagelineitem_daily_summary "
                      "FOR EACH ROW EXECUTE FUNCTION public.fail_once()")
    done, found = with_file(bench)
    done.require_days(3, 0)
    for name in ("costmill_retries_total", "costmill_last_run_retries"):
        require(found[name, "postgresql"] == 1, f"{name}: {found[name, 'postgresql']}")


# --- listening --------------------------------------------------------------------------------------------------------------------

class Watching:
    """A run that watches and answers; ends by SIGTERM."""

    def __init__(self, bench, *options, seconds="0.2", listen=":0"):
        self.log_path = bench.folder / "watch.log"
        self.log = open(self.log_path, "w", encoding="utf-8")
        self.process = bench.month.start(bench.sink, "--watch", seconds, "--set", f"metrics.listen={listen}", *options, stdout=self.log)

    def __enter__(self):
        wait_until(lambda: self.process.poll() is not None or "run ended" in self.output(), "the first look")
        require(self.process.poll() is None, self.output()[-800:])
        found = re.search(r"metrics at http://(127\.0\.0\.1):(\d+)/metrics", self.output())
        self.address = (found[1], int(found[2])) if found else None
        return self

    def output(self):
        return self.log_path.read_text(encoding="utf-8")

    def get(self, path="/metrics", method="GET", timeout=3):
        request = urllib.request.Request(f"http://{self.address[0]}:{self.address[1]}{path}", method=method)
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, ""

    def connect(self):
        return socket.create_connection(self.address, timeout=8)

    def send(self, content):
        """The answer's first line; empty where the connection just ends."""
        with self.connect() as client, contextlib.suppress(ConnectionError):
            client.sendall(content)
            return client.recv(100).split(b"\r\n")[0].decode()
        return ""

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def __exit__(self, kind, *_):
        begin = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(20)
        finally:
            self.process.kill()
            self.process.wait()
            self.log.close()
        if kind is None:
            require(code == 143, f"exit {code}: {self.output()[-800:]}")
            require(time.monotonic() - begin < SECONDS_TO_STOP, f"{time.monotonic() - begin:.1f} s until it ended")


def check_a_watching_run_answers(bench):
    with Watching(bench) as watching:
        status, text = watching.get()
        found = require_metrics(text)
        require(status == 200 and found["costmill_summaries_total", "written"] == 3, text)
        wait_until(lambda: values_of(watching.get()[1])["costmill_runs_total", "success"] >= 3, "three looks")
        bench.month.input.rename(bench.folder / "away")
        wait_until(lambda: values_of(watching.get()[1])["costmill_last_run_exit_code"] == 4, "a look that fails")
        require(values_of(watching.get()[1])["costmill_runs_total", "input_unavailable"] >= 1, "the failure is not counted")
        require(watching.get("/metrics?x=1")[0] == 200 and watching.get("/")[0] == 404 and watching.get("/metrics/x")[0] == 404, "paths")
        require(watching.get(method="POST")[0] == 405 and watching.get(method="DELETE")[0] == 405, "methods")


def check_hostile_clients_harm_nobody(bench):
    with Watching(bench) as watching, contextlib.ExitStack() as open_clients:
        before = watching.descriptors()
        for garbage, answer in ((b"\0" * 100 + b"\r\n\r\n", "400"), (b"GET\r\n\r\n", "400"), (b"\r\n\r\n", "400"), (b"GET /metrics FTP/9\n\n", "400"),
                                (b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03\n\n", "400"), (b"GET /" + b"a" * 20000, "431"),
                                (b"GET /metrics HTTP/1.1\r\nX: " + b"y" * 100_000, "431"), (b"GET /metrics HTTP/1.1\n\n", "200")):
            line = watching.send(garbage)
            require(not line or answer in line, f"{garbage[:30]} is answered {line!r}")
            require(watching.get()[0] == 200, f"no answer after {garbage[:30]}")
        idle = [open_clients.enter_context(watching.connect()) for _ in range(60)]  # silent ones, more than there are places
        for client in idle[:30]:
            with contextlib.suppress(OSError):
                client.sendall(b"GET /metrics HTTP/1.1\r\nX: ")  # and half of them half a request
        require(watching.get()[0] == 200, "silent clients keep everybody out")
        require(watching.descriptors() < before + 20, f"{watching.descriptors() - before} descriptors are open")
        for client in idle:  # those who ask and leave before the answer
            with contextlib.suppress(OSError):
                client.sendall(b"\r\n\r\n")
                client.close()
        for _ in range(50):
            watching.connect().close()
        looks = values_of(watching.get()[1])["costmill_runs_total", "success"]
        wait_until(lambda: values_of(watching.get()[1])["costmill_runs_total", "success"] > looks, "the next look")
        wait_until(lambda: watching.descriptors() < before + 4, "connections to end")  # a look opens files, too
        open_clients.enter_context(watching.connect()).sendall(b"GET")  # and SIGTERM does not wait for this one


def check_a_client_that_drips_is_cut_off(bench):
    with Watching(bench, seconds="60") as watching, watching.connect() as client:
        begin = time.monotonic()
        with contextlib.suppress(ConnectionError):
            while time.monotonic() - begin < 15:
                client.sendall(b"x")
                time.sleep(0.2)
        require(time.monotonic() - begin < 8, "a client may drip for ever")


def check_a_port_that_is_taken_changes_no_outcome(bench):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with Watching(bench, listen=f"127.0.0.1:{taken.getsockname()[1]}") as watching:
            require("metrics.listen: nobody can be answered" in watching.output() and watching.address is None, watching.output())
            require(sorted(bench.days()) == DAYS, "the days are not there")


def check_a_single_run_does_not_listen(bench):
    done = bench.month.run(bench.sink, "--set", "metrics.listen=:0").require(0)
    require("metrics at" not in done.output and done.output.count("metrics.listen has no effect without --watch") == 1, done.output)


# --- the page, and the logs ---------------------------------------------------------------------------------------------------------

def check_the_page_lists_what_the_program_writes(bench):
    with_file(bench)
    text = (bench.folder / "costmill.prom").read_text()
    rows = re.findall(r"^\| `(costmill_\w+)` \| (\w+) \| (.*?) \| (.*) \|$", (ROOT / "docs" / "metrics.md").read_text(), re.MULTILINE)
    page = {name: (kind, labels, what) for name, kind, labels, what in rows}
    series, types, helps = values_of(text), types_of(text), helps_of(text)
    require(list(page) == list(types), f"docs/metrics.md and the program differ in {set(page) ^ set(types)}, or in their order")
    for name, (kind, labels, what) in page.items():
        require(kind == types[name] and what == helps[name], f"{name}: {kind}, {what!r} instead of {types[name]}, {helps[name]!r}")
        of = [key[1] for key in series if isinstance(key, tuple) and key[0] == name]
        if name != "costmill_build_info":
            require(re.findall(r"`([^`]+)`", labels)[1:] == of, f"{name}: the page says {labels}, the program {of}")


def log_of(bench, *options, codes=0):
    """Lines of stderr."""
    command = [*bench.month.command(bench.sink, *options), "--log-level", "debug"]
    done = subprocess.run([word for word in command if word not in ("--progress", "never")], capture_output=True, text=True,
                          cwd=bench.folder, env=clean_environment(HOME=str(bench.folder)))
    require(done.returncode == codes, f"exit {done.returncode}: {done.stderr[-800:]}")
    return done.stderr.splitlines()


PHASES = ["start", "plan", "read", "fold", "finish", "write"]


def check_json_logs_have_stable_fields(bench):
    documented = set(re.findall(r"^\| `(\w+)` \|", (ROOT / "docs" / "operations.md").read_text(), re.MULTILINE))
    lines = [json.loads(line) for line in log_of(bench, "--set", "logging.format=json")]
    require([line["phase"] for line in lines if line.get("event") == "phase"] == PHASES, f"{lines}")
    require([line["day"] for line in lines if line.get("event") == "day"] == DAYS, f"{lines}")
    run = lines[-1]
    require(run["event"] == "run" and run["outcome"] == "success" and run["days_written"] == 3 and run["rows_read"] == ROWS_OF_MONTH, f"{run}")
    bench.month.path("pod_daily", DAYS[1]).write_bytes(b"no Parquet")
    failed = [json.loads(line) for line in log_of(bench, "--set", "logging.format=json", codes=3)]
    require([line.get("event") for line in failed[-2:]] == ["run", "error"], f"{failed[-2:]}")
    error = failed[-1]
    require(error["kind"] == "corrupt" and error["exit_code"] == 3 and error["file"].endswith(".parquet") and error["level"] == "error", f"{error}")
    for line in lines + failed:
        require(list(line)[:3] == ["time", "level", "message"], f"{line}")
        require(set(line) <= documented, f"docs/operations.md lacks {set(line) - documented}")
        if line.get("event") in ("phase", "run"):
            require(isinstance(line["duration"], float) and 0 <= line["duration"] < 60, f"{line}")


def check_grep_duration_finds_every_phase_in_text_logs(bench):
    lines = [line for line in log_of(bench) if "duration" in line]
    for words in ("after planning", "after reading", "after aggregation", "after finishing", "after write", "run ended: success"):
        require(any(words in line and re.search(r"duration=\d+\.\d{3}s$", line) for line in lines), f"{words}: {lines}")


if __name__ == "__main__":
    sys.exit(main(__doc__, [check for name, check in list(globals().items()) if name.startswith("check_")]))
