#!/usr/bin/env python3
"""Places, spellings and secrets of the S3 settings, buckets and keys of any name, and what plan and doctor say.

usage: s3_settings_test.py --bin PATH [--only SUBSTRING]

The last line reads 'N passed, N failed'.
"""

import sys

from s3_bench import BUCKET, SECRETS, Fault, SickS3, checks_in, main, require


def check_settings(bench):
    """Every place for every value, and that the first one wins."""
    url = bench.server.url
    bare = {name: "" for name in (*SECRETS, "AWS_ENDPOINT_URL")}
    koku = {"S3_ENDPOINT": url, "S3_BUCKET_NAME": BUCKET, "S3_REGION": "eu-west-1", "S3_ACCESS_KEY": "kokus-key", "S3_SECRET": "kokus-secret",
            "S3_CONNECTION_TIMEOUT": "7"}
    def authorization():
        return bench.server.requests[-1].headers.get("Authorization", "")

    def run(*options, environment, uri=f"s3://{BUCKET}"):
        bench.server.forget()
        bench.runs += 1
        bench.out = bench.folder / f"out{bench.runs}"
        where = ("--input", uri) if uri else ()
        done = bench.command("run", *where, "--month", "2025-10", "--sink", f"csv:{bench.out}", *options, environment={**bare, **environment})
        bench.require_good(done)
        return done

    run(environment=koku, uri="")
    require("Credential=kokus-key/" in authorization() and "/eu-west-1/s3/" in authorization(), authorization())
    for code, variable in (("SignatureDoesNotMatch", "S3_SECRET"), ("InvalidAccessKeyId", "S3_ACCESS_KEY")):
        with bench.fault("status", on="list", status=403, code=code):
            bench.require_refused(bench.run(environment={**bare, **koku}), 4, f"correct {variable} (keys from S3_ACCESS_KEY)")
    aws = {"AWS_ENDPOINT_URL": url, "AWS_ACCESS_KEY_ID": "aws-key", "AWS_SECRET_ACCESS_KEY": "aws-secret", "AWS_REGION": "ap-south-1"}
    run(environment={**koku, **aws})
    require("Credential=aws-key/" in authorization() and "/ap-south-1/s3/" in authorization(), authorization())
    config = bench.folder / "costmill-s3.yaml"
    config.write_text(f"s3: {{endpoint: '{url}', bucket: {BUCKET}, region: sa-east-1, access_key: config-key, secret_key: '${{THE_SECRET}}'}}\n")
    run("--config", str(config), environment={**koku, **aws, "AWS_ENDPOINT_URL": "http://127.0.0.1:1", "THE_SECRET": "x"}, uri="")
    require("Credential=config-key/" in authorization() and "/sa-east-1/s3/" in authorization(), authorization())
    (bench.folder / ".aws").mkdir(exist_ok=True)
    (bench.folder / ".aws" / "credentials").write_text("[default]\naws_access_key_id = default-key\naws_secret_access_key = s\n"
                                                       "[work]\naws_access_key_id = work-key\naws_secret_access_key = s\n")
    (bench.folder / ".aws" / "config").write_text(f"[default]\nregion = us-west-1\n[profile work]\nregion = us-west-2\nendpoint_url = {url}\n")
    run(environment={"AWS_ENDPOINT_URL": url})
    require("Credential=default-key/" in authorization() and "/us-west-1/" in authorization(), authorization())
    run(environment={"AWS_PROFILE": "work"})
    require("Credential=work-key/" in authorization() and "/us-west-2/" in authorization(), authorization())
    (bench.folder / ".aws" / "credentials").unlink()
    (bench.folder / ".aws" / "config").unlink()
    run(environment={"AWS_ENDPOINT_URL": url})
    require(authorization() == "", "anonymous requests are not signed")


def check_F35_secrets_of_every_place(bench):
    """Whatever is said about keys from files, and whatever is wrong with them: never the keys."""
    credentials, config = bench.folder / "credentials", bench.folder / "secrets.yaml"
    credentials.write_text("[default]\naws_access_key_id = AKIAPROFILE\naws_secret_access_key = pr0file+secret\naws_session_token = pr0file-token\n")
    config.write_text("s3: {access_key: AKIACONFIG, secret_key: c0nfig+secret, session_token: c0nfig-token}\n")
    bare = {name: "" for name in SECRETS}
    for options, environment, secrets in (
            ((), {**bare, "AWS_SHARED_CREDENTIALS_FILE": str(credentials)}, ("AKIAPROFILE", "pr0file+secret", "pr0file-token")),
            (("--config", str(config)), {}, ("AKIACONFIG", "c0nfig+secret", "c0nfig-token")),
            ((), {**bare, "S3_ACCESS_KEY": "k0ku-key", "S3_SECRET": "k0ku-secret"}, ("k0ku-key", "k0ku-secret"))):
        for fault in (None, Fault("status", status=403, code="SignatureDoesNotMatch"), Fault("echo", status=403), Fault("reset")):
            bench.server.faults = [fault] if fault else []
            for command in (("run", "--month", "2025-10", "--sink", f"csv:{bench.folder}/secrets"), ("plan", "--month", "2025-10"), ("doctor",),
                            ("run", "--print-config")):
                done = bench.command(*command, "--input", f"s3://{BUCKET}", *options, environment=environment)
                require(done[0] == 0 or fault, f"exit {done[0]}: {done[1]}")
                for secret in secrets:
                    require(secret not in done[1], f"{command[0]} shows {secret}: {done[1]}")
            bench.server.forget()


def check_bad_settings(bench):
    for environment, uri, words in (
            ({"AWS_SECRET_ACCESS_KEY": ""}, f"s3://{BUCKET}", ("AWS_ACCESS_KEY_ID", "secret key")),
            ({"AWS_ENDPOINT_URL": "ftp://x"}, f"s3://{BUCKET}", ("AWS_ENDPOINT_URL", "http://HOST:PORT")),
            ({"AWS_PROFILE": "nobody"}, f"s3://{BUCKET}", ("nobody",)),
            ({}, "s3://", ("s3://BUCKET/PREFIX",)), ({}, "s3:x", ("s3://BUCKET/PREFIX",)), ({}, f"s3://{BUCKET}/../x", ("'..'",)),
            ({}, f"s3://{BUCKET}/a//b", ("empty",)), ({}, f"s3://{BUCKET}/x?region=y", ("section s3",)), ({}, "s3://a b/", ("bucket",))):
        bench.require_refused(bench.run(uri=uri, environment=environment), 2, *words)
    for key in ("access_key", "secret_key", "session_token"):
        done = bench.run("--set", f"s3.{key}=planted-on-the-line")
        bench.require_refused(done, 2, "a secret, which a command line shows")
        require("planted-on-the-line" not in done[1], "the secret is shown")
    done = bench.run(uri="s3://key:planted-on-the-line@bucket/")
    require(done[0] == 2 and "planted-on-the-line" not in done[1], done[1])
    done = bench.command("run", "--print-config", environment={"COSTMILL_S3_SECRET_KEY": "planted-variable"})
    require("planted-variable" not in done[1] and "********" in done[1], done[1])


def check_no_such_bucket(bench):
    bench.require_refused(bench.run(uri="s3://no-such-bucket"), 4, "no bucket no-such-bucket")
    bench.require_refused(bench.run(uri=f"s3://{BUCKET}/elsewhere"), 3, "elsewhere")


def check_keys_of_any_text(bench):
    """A prefix and names with blanks, signs, escapes and letters of other scripts."""
    prefix = "a b/ü&<>'\"+%2e;=/"
    objects = {prefix + key: content for key, content in bench.server.objects.items()}
    with SickS3(objects) as server:
        bench.require_good(bench.run(uri=f"s3://{BUCKET}/{prefix}", url=server.url))


def check_F16_keys_that_lead_elsewhere(bench):
    """Levels such as '..' and empty ones are letters of a key; no other object than the tables' is asked for."""
    key = next(key for key in bench.server.objects if "pod" in key and "daily" in key)
    folder = key.rpartition("/")[0]
    strays = [f"{folder}/../stray.parquet", f"{folder}//stray.parquet", f"{folder}/%2e%2e/stray.parquet", f"{folder}/./stray.parquet",
              "../stray.parquet", "/stray.parquet", f"data/../{folder}/stray.parquet", f"{folder}%2fstray.parquet"]
    with SickS3({**bench.server.objects, **{stray: bench.server.objects[key] for stray in strays}}) as server:
        bench.require_good(bench.run(url=server.url))
        require(not any("stray" in request.path for request in server.requests), "a stray object was asked for")
    for prefix in ("..", "a/../b", "a/..", "./a"):
        bench.require_refused(bench.run(uri=f"s3://{BUCKET}/{prefix}"), 2, "'..'")
    with SickS3({**bench.server.objects, f"{folder}/p.2025-10-01.\u202e\x9b2J.parquet": b"no Parquet"}) as server:
        done = bench.run(url=server.url)
        bench.require_refused(done, 3, "p.2025-10-01.\\u{202e}\\x9b2J.parquet")
        require("\u202e" not in done[1] and "\x9b" not in done[1], "a key steers the terminal")


def check_plan_and_fetched_bytes(bench):
    bench.server.forget()
    done = bench.command("plan", "--input", f"s3://{BUCKET}", "--month", "2025-10")
    require(done[0] == 0 and "2025-10-0" in done[1], done[1])
    bench.server.forget()
    done = bench.run()
    bench.require_good(done)
    objects = sum(request.on == "object" for request in bench.server.requests)
    files = len({request.key for request in bench.server.requests if request.on == "object"})
    require(objects <= 2 * files, f"{objects} requests for {files} small objects")
    require("MiB fetched" in done[1], done[1])


def check_doctor(bench):
    bench.server.forget()
    done = bench.command("doctor", "--input", f"s3://{BUCKET}")
    require(done[0] == 0, done[1])
    for word in ("credentials: keys from AWS_ACCESS_KEY_ID", "endpoint", "http", "clock", "listing", "reading"):
        require(word in done[1], f"lacks {word}: {done[1]}")
    bench.server.clock_ahead_seconds = 3600
    done = bench.command("doctor", "--input", f"s3://{BUCKET}")
    bench.server.clock_ahead_seconds = 0
    require("behind the server's" in done[1], done[1])
    for faults, words in (
            ([Fault("status", on="list", status=403, code="AccessDenied")], ("s3:ListBucket",)),
            ([Fault("status", on="list", status=403, code="InvalidAccessKeyId")], ("correct s3.access_key or AWS_ACCESS_KEY_ID",)),
            ([Fault("status", on="object", status=403, code="AccessDenied")], ("listing", "s3:GetObject")),
            ([Fault("region", on="list")], ("eu-central-1", "s3.region or AWS_REGION")),
            ([Fault("stall_header", on="list")], ("s3.request_timeout",))):
        bench.server.faults = faults
        done = bench.command("doctor", "--input", f"s3://{BUCKET}")
        bench.server.forget()
        require(done[0] == 4 and all(word in done[1] for word in (*words, "problem")), f"exit {done[0]}: {done[1]}")
    done = bench.command("doctor", "--input", f"s3://{BUCKET}", environment={"AWS_SECRET_ACCESS_KEY": ""})
    require(done[0] == 2 and "the secret key that belongs to it" in done[1], f"exit {done[0]}: {done[1]}")
    done = bench.command("doctor", "--input", "s3://no-such-bucket")
    require(done[0] == 4 and "no bucket" in done[1], done[1])
    done = bench.command("doctor", "--input", f"s3://{BUCKET}/elsewhere")
    require(done[0] == 4 and "nothing below" in done[1], done[1])
    done = bench.command("doctor", "--input", f"s3://{BUCKET}", environment={name: "" for name in SECRETS})
    require(done[0] == 0 and "neither s3.access_key nor AWS_ACCESS_KEY_ID" in done[1], done[1])


if __name__ == "__main__":
    sys.exit(main(__doc__, checks_in(globals())))
