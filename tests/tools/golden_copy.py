"""A copy of a golden case that may be changed, and the program over it; outputs are bytes.

  copy = GoldenCopy(binary, folder)
  done = copy.run("csv", "--strict")        done.code, done.out, done.err, done.text
  copy.command("show", "--sink", copy.sink("csv"))
"""

import argparse
import dataclasses
import json
import os
import pty
import resource
import select
import shutil
import subprocess
import time
from pathlib import Path

from costmill_project import clean_environment, require, run_checks, temporary_folder

GOLDEN = Path(__file__).resolve().parent.parent / "golden"
SECONDS_TO_END = 60


@dataclasses.dataclass
class Answer:
    code: int
    out: bytes
    err: bytes = b""

    @property
    def text(self):
        return (self.out + self.err).decode("utf-8", "backslashreplace")

    def require(self, codes, *words):
        codes = (codes,) if isinstance(codes, int) else codes
        require(self.code in codes, f"exit {self.code} instead of {codes}: {self.text[-800:]}")
        for word in words:
            require(word in self.text, f"the output lacks {word!r}: {self.text[-800:]}")
        return self


class GoldenCopy:
    def __init__(self, binary, folder, case="03-multi-namespace", **ocp):
        self.binary, self.folder, self.case = str(Path(binary).resolve()), Path(folder), GOLDEN / case
        self.parameters = json.loads((self.case / "params.json").read_text())
        self.input = self.folder / "input"
        shutil.copytree(self.case / "input", self.input)
        self.tables = self.folder / "tables"
        shutil.copytree(self.case / "tables", self.tables)
        p = self.parameters
        self.config = {"organization": {"org_id": p["account"]},
                       "ocp": {"provider_uuid": p["source"], "cluster_id": p["cluster_id"], "cluster_alias": p["cluster_alias"],
                               "report_period_id": p["report_period_id"], "start_date": p["start_date"], "end_date": p["end_date"], **ocp}}

    def write_config(self, name="costmill.json", **sections):
        path = self.folder / name
        path.write_text(json.dumps({**self.config, **sections}))  # JSON is YAML
        return path

    def sink(self, kind):
        return f"{kind}:{self.folder / kind}" + (".db" if kind == "sqlite" else "")

    def arguments(self, kind, subcommand="run", config=None):
        return [subcommand, "--config", str(config or self.write_config()), "--input", f"file:{self.input}", "--reference", f"csv:{self.tables}",
                "--sink", self.sink(kind)]

    def environment(self, **more):
        return clean_environment(**{"HOME": str(self.folder), **more})

    def command(self, *arguments, environment=None, memory_bytes=None, before=(), cwd=None):
        """`before`: words of a program that starts this one."""
        limit = None if memory_bytes is None else lambda: resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
        done = subprocess.run([*before, self.binary, *arguments], capture_output=True, timeout=SECONDS_TO_END, cwd=cwd or self.folder,
                              env=self.environment() if environment is None else environment, preexec_fn=limit)
        return Answer(done.returncode, done.stdout, done.stderr)

    def run(self, kind, *options, subcommand="run", **more):
        return self.command(*self.arguments(kind, subcommand), *options, **more)

    def on_a_terminal(self, *arguments):
        """What a terminal gets, standard output and standard error together."""
        process, terminal = pty.fork()
        if process == 0:
            os.chdir(self.folder)
            os.execvpe(self.binary, [self.binary, *arguments], self.environment(TERM="xterm"))
        shown, end = b"", time.monotonic() + SECONDS_TO_END
        while True:
            require(time.monotonic() < end, f"{arguments[0]} hangs: {shown[-400:]}")
            if not select.select([terminal], [], [], 1)[0]:
                continue
            try:
                block = os.read(terminal, 65536)
            except OSError:  # the other end is closed
                break
            if not block:
                break
            shown += block
        os.close(terminal)
        return Answer(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), shown)


def main(description, checks):
    """Calls each check with the program and a folder of its own."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    named = [(check.__name__.removeprefix("check_"), check) for check in checks]
    with temporary_folder() as folder:
        Path(folder).chmod(0o755)  # for checks that run the program as another user

        def in_a_folder(name, check):
            place = Path(folder) / name
            place.mkdir()
            return lambda: check(arguments.bin, place)
        return run_checks([(name, in_a_folder(name, check)) for name, check in named if arguments.only in name])
