#!/usr/bin/env python3
"""Runs costmill against an S3 server that is late, half, wrong or away: exit codes, messages, and how long all of it may take.

usage: s3_faults_test.py --bin PATH [--only SUBSTRING]

Promised is: what may pass is tried again, a refusal is not; a wait ends within the limits of the config; nothing is written of a day
that could not be read; no key is in any output. The last line reads 'N passed, N failed'.
"""

import io
import os
import subprocess
import sys
import time

import pyarrow as pa
import pyarrow.parquet as pq

from s3_bench import BUCKET, Fault, SickS3, checks_in, main, require  # puts tests/tools on the path
import test_certificates
from sick_s3 import DeafPort, SilentPort


# --- what passes ---------------------------------------------------------------------------------------------------------------------

def passing(kind, on, **fields):
    def check(bench):
        for times in (1, 2):
            with bench.fault(kind, on=on, times=times, **fields):
                bench.require_good(bench.run())
    return check


PASSING = {
    "F18_slow_down_of_an_object": passing("status", "object", status=503, code="SlowDown"),
    "F18_slow_down_of_a_listing": passing("status", "list", status=503, code="SlowDown"),
    "F18_internal_error": passing("status", "object", status=500, code="InternalError"),
    "F18_too_many_requests": passing("status", "object", status=429, code="TooManyRequests"),
    "F18_request_timeout": passing("status", "object", status=400, code="RequestTimeout"),
    "F18_reset": passing("reset", "object"),
    "F18_reset_of_a_listing": passing("reset", "list"),
    "F21_short_body": passing("short_body", "object"),
    "F21_wrong_length": passing("wrong_length", "object"),
    "F21_other_range": passing("other_range", "object"),
    "F22_truncated_page": passing("truncated_xml", "list"),
    "F22_missing_entry": passing("missing_entry", "list", skip=0),
    "F22_html": passing("html", "list"),
    "F18_long_text_of_an_error": passing("long_status", "object", status=503, code="SlowDown"),
}


def check_many_months_of_small_files(bench):
    """Their contents are kept from planning on, as far as there is room for those of all months."""
    objects = {}
    for key, content in bench.server.objects.items():
        noise = io.BytesIO()
        table = pq.read_table(pa.BufferReader(content))
        pq.write_table(table.append_column("noise", pa.array([os.urandom(200_000 // table.num_rows) for _ in range(table.num_rows)])), noise)
        folder, _, name = key.rpartition("/")
        for month in range(1, 13):
            other = folder.replace("month=10", f"month={month:02}")
            objects.update({f"{other}/{number}-{name}": noise.getvalue() for number in range(10)})
    with SickS3(objects) as server:
        done = bench.command("run", "--input", f"s3://{BUCKET}", "--from", "2025-01-01", "--to", "2025-12-31", "--sink",
                             f"csv:{bench.folder}/months", "--set", "performance.memory_limit=64MiB", url=server.url, limits={"deadline": 60})
        require(done[0] == 0, f"exit {done[0]}: {done[1][-600:]}")


def check_servers_of_other_habits(bench):
    for kind in ("weak_etag", "chunked", "http_1_0"):
        with bench.fault(kind):
            bench.require_good(bench.run())


def check_F19_stall_that_passes(bench):
    for kind in ("stall_header", "stall_body", "trickle"):
        with bench.fault(kind, on="object", times=1):
            bench.require_good(bench.run(limits={"deadline": 20}))


def check_F21_an_object_that_changes_once_is_read_again(bench):
    with bench.fault("changed", on="object", times=1):
        done = bench.run()
        bench.require_good(done)
        require("read again, once" in done[1] and "changed since it was listed" in done[1], done[1][-800:])


# --- what does not -------------------------------------------------------------------------------------------------------------------

def lasting(kind, on, words, attempts=None, **fields):
    def check(bench):
        with bench.fault(kind, on=on, **fields) as server:
            done = bench.run("--set", "performance.parallel_readers=1", "--set", "performance.max_workers=1")
            bench.require_refused(done, 4, *words)
            if attempts is not None:
                require(server.faults[0].seen == attempts, f"{server.faults[0].seen} requests instead of {attempts}")
    return check


LASTING = {
    "F18_slow_down": lasting("status", "object", ("HTTP 503 SlowDown", "3 attempts", "s3.max_attempts"), status=503, code="SlowDown", attempts=3),
    "F18_slow_down_of_a_listing": lasting("status", "list", ("cannot be listed", "HTTP 503", "3 attempts"), status=503, code="SlowDown", attempts=3),
    "F18_reset": lasting("reset", "object", ("3 attempts",)),
    "F19_stall_in_the_header": lasting("stall_header", "object", ("bytes a second", "s3.request_timeout 1 s", "s3.deadline 4 s")),
    "F19_stall_in_the_body": lasting("stall_body", "object", ("s3.request_timeout 1 s", "s3.deadline 4 s")),
    "F19_one_byte_a_second": lasting("trickle", "object", ("bytes a second",)),
    "F19_stall_of_a_listing": lasting("stall_body", "list", ("cannot be listed",)),
    "F19_listing_at_one_byte_a_second": lasting("trickle", "list", ("cannot be listed",)),
    "F20_denied_object": lasting("status", "object", ("s3:GetObject", "AWS_ACCESS_KEY_ID"), status=403, code="AccessDenied", attempts=1),
    "F20_denied_listing": lasting("status", "list", ("s3:ListBucket", "AWS_ACCESS_KEY_ID"), status=403, code="AccessDenied", attempts=1),
    "F20_unauthorized": lasting("status", "object", ("keys from AWS_ACCESS_KEY_ID",), status=401, code="Unauthorized", attempts=1),
    "F20_unknown_access_key": lasting("status", "list", ("s3.access_key or AWS_ACCESS_KEY_ID",), status=403, code="InvalidAccessKeyId", attempts=1),
    "F20_wrong_secret": lasting("status", "list", ("s3.secret_key or AWS_SECRET_ACCESS_KEY",), status=403, code="SignatureDoesNotMatch", attempts=1),
    "F20_expired_token": lasting("status", "object", ("has expired", "AWS_SESSION_TOKEN"), status=400, code="ExpiredToken", attempts=1),
    "F20_denied_object_cut_off": lasting("cut_status", "object", ("s3:GetObject",), status=403, code="AccessDenied", attempts=1),
    "F20_denied_listing_at_length": lasting("long_status", "list", ("s3:ListBucket", "HTTP 403 AccessDenied"), status=403, code="AccessDenied",
                                            attempts=1),
    "F35_a_token_comes_back": lasting("echo", "list", ("HTTP 403", "s3:ListBucket"), status=403),
    "F35_an_escape_comes_back": lasting("status", "list", ("HTTP 403;",), status=403, code="&#27;[31m"),
    "F20_clocks": lasting("status", "list", ("clock",), status=403, code="RequestTimeTooSkewed", attempts=1),
    "F20_other_region": lasting("region", "list", ("eu-central-1", "s3.region or AWS_REGION"), attempts=1),
    "F20_malformed_for_region": lasting("region", "list", ("eu-central-1",), status=400, code="AuthorizationHeaderMalformed", attempts=1),
    "F21_short_body": lasting("short_body", "object", ("3 attempts",), attempts=3),
    "F21_wrong_length": lasting("wrong_length", "object", ("bytes came instead of",), attempts=3),
    "F21_too_long": lasting("too_long", "object", ("cannot be read",)),
    "F21_no_place": lasting("no_place", "object", ("no place came instead of 'bytes",), attempts=3),
    "F21_always_changes": lasting("changed", "object", ("changed since it was listed", "read again, once")),
    "F21_other_etag": lasting("other_etag", "object", ("changed since it was listed",)),
    "F21_vanishes": lasting("status", "object", ("vanished since it was listed", ".parquet"), status=404, code="NoSuchKey"),
    "F22_truncated_page": lasting("truncated_xml", "list", ("no whole page",), attempts=3),
    "F22_missing_entry": lasting("missing_entry", "list", ("no whole page",)),
    "F22_pages_in_a_circle": lasting("again", "list", ("the same pages again and again",), code="circle"),
    "F22_empty_pages": lasting("again", "list", ("one empty page after another",), code="empty"),
    "F22_the_same_entries": lasting("again", "list", ("lists a folder twice",), code="same"),
    "F22_an_object_twice": lasting("twice", "list", ("lists an object twice",)),
    "F22_endless_size": lasting("endless_size", "list", ("no whole page",)),
    "F22_html": lasting("html", "list", ("no whole page",), attempts=3),
}


def check_F22_a_lost_page(bench):
    """However a later page is lost, the first ones are not taken for the whole."""
    bench.server.page_size = 1
    keys = dict(bench.server.objects)
    some = next(key for key in keys if "pod" in key)
    bench.server.objects.update({f"{some.rpartition('/')[0]}/empty-{number}.txt": b"x" for number in range(3)})
    try:
        for kind, fields in (("status", {"status": 500, "code": "InternalError"}), ("reset", {}), ("truncated_xml", {}), ("missing_token", {}),
                             ("stall_body", {})):
            bench.server.forget()
            bench.server.faults = [Fault(kind, on="list", skip=1, **fields)]
            bench.require_refused(bench.run(), 4, "cannot be listed")
        bench.server.forget()
        bench.require_good(bench.run())
    finally:
        bench.server.page_size = 1000
        bench.server.objects = keys
        bench.server.forget()


def check_F22_50000_objects(bench):
    """The month's files stand first, last and in the middle of a listing of 51 pages."""
    key = next(key for key in bench.server.objects if "pod" in key and "daily" in key)
    folder, _, name = key.rpartition("/")
    objects = {**bench.server.objects, **{f"{folder}/{number:06}.txt": b"" for number in range(50_000)}}
    objects.update({f"{folder}/{place}-{name}": objects[key] for place in ("000000", "025000", "zzz")})
    with SickS3(objects) as server:
        done = bench.run(url=server.url, limits={"deadline": 60})
        require(done[0] == 0 and "files     7 of" in done[1], f"exit {done[0]}: {done[1][-600:]}")


def with_a_large_pod_file(objects):
    """The same rows, and a column of noise that nobody wants."""
    key = next(key for key in objects if "pod" in key and "daily" in key)
    table = pq.read_table(pa.BufferReader(objects[key]))
    noise = pa.array([os.urandom(1 << 20) for _ in range(table.num_rows)])
    out = pa.BufferOutputStream()
    pq.write_table(table.append_column("noise", noise), out)
    return {**objects, key: out.getvalue().to_pybytes()}, key


def check_F21_large_objects(bench):
    """Only what is wanted of them is fetched, and a server that cannot give ranges is refused."""
    large, key = with_a_large_pod_file(bench.server.objects)
    with SickS3(large) as server:
        bench.require_good(bench.run(url=server.url))
        require(server.bytes_sent < len(large[key]) / 2, f"{server.bytes_sent} bytes travelled of {len(large[key])}")
        server.faults = [Fault("no_ranges", on="object", key=key)]
        bench.require_refused(bench.run(url=server.url), 4, "byte ranges")
        server.faults = [Fault("changed", on="object", key=key, skip=1, times=1)]
        bench.require_good(bench.run(url=server.url))
        for skip in (0, 1):  # at its footer, then at its rows; at its rows, then at its footer
            first = Fault("changed", on="object", key=key, skip=skip, times=1)
            server.faults = [first, Fault("changed", on="object", key=key, skip=1, times=1)]
            bench.require_refused(bench.run(url=server.url), 4, "changed since it was listed", "read again, once")


def check_F20_a_redirection_is_not_followed(bench):
    with SickS3(bench.server.objects) as other:
        for on, status in (("list", 302), ("object", 307)):
            with bench.fault("elsewhere", on=on, status=status, location=other.url + "/x?signature=y"):
                bench.require_refused(bench.run(), 4, f"HTTP {status}", other.url, "s3.endpoint or AWS_ENDPOINT_URL")
                require(not other.requests, "signed requests go where a server points")


def check_F22_a_tag_is_no_header(bench):
    with bench.fault("line_end_in_etag", on="list") as server:
        bench.require_refused(bench.run(), 4, "no whole page")
        require(not any("X-Injected" in request.headers for request in server.requests), "a listing adds headers to requests")


def check_F19_a_token_expires_in_the_middle(bench):
    with bench.fault("status", on="object", status=400, code="ExpiredToken", skip=2):
        done = bench.run("--set", "performance.max_workers=1", "--set", "performance.parallel_readers=1")
        require(done[0] == 4 and "AWS_SESSION_TOKEN" in done[1], f"exit {done[0]}: {done[1][-600:]}")


def check_F19_no_connection(bench):
    with DeafPort() as deaf:
        bench.require_refused(bench.run(url=f"http://127.0.0.1:{deaf.port}"), 4, "cannot be listed", "s3.connect_timeout")
        bench.require_refused(bench.run(url=f"https://127.0.0.1:{deaf.port}"), 4, "cannot be listed")
    with SilentPort() as silent:
        bench.require_refused(bench.run(url=f"https://127.0.0.1:{silent.port}"), 4, "cannot be listed")
        bench.require_refused(bench.run(url=f"http://127.0.0.1:{silent.port}"), 4, "cannot be listed")
    bench.require_refused(bench.run(url=f"http://127.0.0.1:{silent.port}"), 4, "AWS_ENDPOINT_URL")
    bench.require_refused(bench.run(url="http://no-such-host.invalid"), 4, "no-such-host.invalid")


def check_F19_a_name_is_looked_up_for_ever(bench):
    source, library = bench.folder / "look_up.c", bench.folder / "look_up.so"
    source.write_text("int getaddrinfo(const char* n, const char* s, const void* h, void** f) { extern unsigned sleep(unsigned); "
                      "sleep(60); return -3; }\n")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source], check=True)
    late = {"LD_PRELOAD": str(library), "ASAN_OPTIONS": "verify_asan_link_order=0"}
    bench.require_refused(bench.run(url="http://late-name.example", environment=late), 4, "cannot be listed", "late-name.example")


def check_F19_the_deadline_ends_all_attempts(bench):
    """Also where attempts and time-outs would allow for more."""
    with bench.fault("stall_body", on="object"):
        done = bench.run(limits={"max_attempts": 100, "request_timeout": 60, "deadline": 2})
        bench.require_refused(done, 4)
    with bench.fault("status", on="object", status=503, code="SlowDown"):
        done = bench.run(limits={"max_attempts": 100, "deadline": 2})
        bench.require_refused(done, 4, "HTTP 503")


def check_F19_one_wait_for_a_whole_day(bench):
    """However many row groups a day has, and however many of them wait."""
    large, key = with_a_large_pod_file(bench.server.objects)
    folder, _, name = key.rpartition("/")
    large.update({f"{folder}/{number:02}-{name}": large[key] for number in range(12)})
    for options in (("--set", "performance.parallel_readers=1", "--set", "performance.max_workers=1"), ()):
        with SickS3(large) as server:
            server.faults = [Fault("stall_body", on="object", key=name, skip=13)]  # their footers come
            bench.require_refused(bench.run(*options, url=server.url), 4, "cannot be read", "s3.deadline 4 s")


def check_F30_a_signal_ends_a_wait(bench):
    import signal
    with bench.fault("stall_body", on="object"):
        process = subprocess.Popen([bench.binary, "run", "--input", f"s3://{BUCKET}", "--month", "2025-10", "--sink", f"csv:{bench.folder}/stopped"],
                                   env=bench.environment(bench.server.url), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=bench.folder)
        deadline = time.monotonic() + 20
        while not bench.server.count("object"):
            require(time.monotonic() < deadline, "no object was asked for")
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        begin = time.monotonic()
        code = process.wait(30)
        require(code == 143 and time.monotonic() - begin < 5, f"exit {code} after {time.monotonic() - begin:.1f} s")


def check_F23_certificates(bench):
    folder = bench.folder / "tls"
    folder.mkdir()
    right = test_certificates.make(folder, "localhost")
    other = test_certificates.make_authority(folder, "other")
    with SickS3(bench.server.objects, certificate=right) as server:
        by_name = f"https://localhost:{server.port}"
        trusted = {"AWS_CA_BUNDLE": str(folder / "ca.crt")}
        bench.require_good(bench.run(url=by_name, environment=trusted))
        bench.require_good(bench.run("--set", f"s3.ca_file={folder / 'ca.crt'}", url=by_name))
        for environment in ({}, {"AWS_CA_BUNDLE": str(other)}):
            bench.require_refused(bench.run(url=by_name, environment=environment), 4, "certificate", "s3.ca_file or AWS_CA_BUNDLE")
        bench.require_refused(bench.run(url=server.url, environment=trusted), 4, "127.0.0.1")  # another name than the certificate's
        bench.require_refused(bench.run(url=by_name, environment={"AWS_CA_BUNDLE": "/no/such/file"}), 4, "s3.ca_file")
        done = bench.run("--set", "s3.verify_ssl=false", url=by_name)
        bench.require_good(done)
        require(done[1].count("s3.verify_ssl is off") == 1, f"one warning a run: {done[1]}")
        done = bench.command("plan", "--input", f"s3://{BUCKET}", "--month", "2025-10", "--set", "s3.verify_ssl=false", url=by_name)
        require(done[0] == 0 and done[1].count("s3.verify_ssl is off") == 1, f"one warning a plan: {done[1]}")
    expired = test_certificates.make(folder, "localhost", days=-1)
    with SickS3(bench.server.objects, certificate=expired) as server:
        trusted = {"AWS_CA_BUNDLE": str(folder / "ca.crt")}
        done = bench.run(url=f"https://localhost:{server.port}", environment=trusted)
        bench.require_refused(done, 4, "certificate has expired")
        done = bench.run(url=f"http://localhost:{server.port}", environment=trusted)
        bench.require_refused(done, 4)


# --- more than one thing ---------------------------------------------------------------------------------------------------------------

def check_keep_going(bench):
    """An object whose rows cannot be read costs its day, which is named."""
    large, key = with_a_large_pod_file(bench.server.objects)
    with SickS3(large) as server:
        server.faults = [Fault("status", on="object", status=503, code="SlowDown", key=key, skip=1)]
        done = bench.run("--keep-going", url=server.url)
        require(done[0] == 6 and "2025-10-01 is not written" in done[1] and "HTTP 503" in done[1], f"exit {done[0]}: {done[1][-600:]}")
        require(len(bench.written().splitlines()) <= 1, "the day was written")


if __name__ == "__main__":
    sys.exit(main(__doc__, {**checks_in(globals()), **{f"passes_{name}": check for name, check in PASSING.items()},
                            **{f"lasts_{name}": check for name, check in LASTING.items()}}))
