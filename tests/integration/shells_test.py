#!/usr/bin/env python3
"""Completion in the shells themselves, and the man page by its own checker.

usage: shells_test.py --bin PATH --installed PREFIX

PREFIX is where `make install` put a tree. The last line reads 'N passed, N failed'.
"""

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "tools"))

from costmill_project import clean_environment, require, run_checks, temporary_folder  # noqa: E402
from terminal import Terminal  # noqa: E402

# What is typed, TAB being \t, and the words that the program then gets.
TYPED = (
    ("sho\tna\t", ["show", "namespaces"]),
    ("show --form\tj\t", ["show", "--format", "json"]),
    ("show --format=c\t", ["show", "--format=csv"]),
    ("show --limit 3 no\t", ["show", "--limit", "3", "nodes"]),
    ("run --set performance.max_w\t2", ["run", "--set", "performance.max_workers=2"]),
    ("run --set=logging.level=deb\t", ["run", "--set=logging.level=debug"]),
    ("run --sink sqli\tx.db", ["run", "--sink", "sqlite:x.db"]),
    ("run --sink csv:bar\tmonth", ["run", "--sink", "csv:barley/month"]),
    ("run --config sett\t", ["run", "--config", "settings of mine.yaml"]),
    ("run --progress al\t--full", ["run", "--progress", "always", "--full"]),
    ("run --config odd\t", ["run", "--config", "odd [a]{b}*?#!~.yaml"]),
    ("doctor --form\tj\t", ["doctor", "--format", "json"]),
    ("sample bar\tx", ["sample", "barley/x"]),
    ("completion zs\t", ["completion", "zsh"]),
    ("--vers\t", ["--version"]),
)
# Answers a completion as the program, and else only says what it was called with.
WRAPPER = """#!/bin/sh
[ "$1" = __complete ] && exec {binary} "$@"
printf '<%s>' "$@"
echo '<end>'
"""
START = {
    "bash": (["bash", "--norc", "--noprofile", "-i"], "source {script}\n"),
    "zsh": (["zsh", "-f", "-i"], "autoload -U compinit; compinit -u -d {folder}/dump; source {script}\n"),
    "zsh, from a folder": (["zsh", "-f", "-i"], "fpath=({installed}/share/zsh/site-functions $fpath); autoload -U compinit; compinit -u -d {folder}/dump2\n"),
    "fish": (["fish", "--no-config", "-i"], "source {script}\n"),
}


class Shells:
    def __init__(self, binary, installed, folder):
        self.binary, self.installed, self.folder = Path(binary).resolve(), Path(installed).resolve(), Path(folder)
        (self.folder / "bin").mkdir()
        wrapper = self.folder / "bin" / "costmill"
        wrapper.write_text(WRAPPER.format(binary=self.binary), encoding="utf-8")
        wrapper.chmod(0o755)
        self.work = self.folder / "work"
        (self.work / "barley").mkdir(parents=True)
        for name in ("settings of mine.yaml", "odd [a]{b}*?#!~.yaml"):
            (self.work / name).write_text("", encoding="utf-8")

    def environment(self):
        return clean_environment(PATH=f"{self.folder / 'bin'}:{os.environ['PATH']}", HOME=str(self.folder), TERM="xterm", PS1="ready> ",
                                 LC_ALL="C.UTF-8", HISTFILE="")

    def call(self, *arguments):
        return subprocess.run([self.binary, *arguments], cwd=self.work, env=self.environment(), capture_output=True, text=True, check=True).stdout

    def offered(self, *words):
        return [line.split("\t")[0] for line in self.call("__complete", *words).splitlines()]


def check_shell(shells, name):
    command, start = START[name]
    script = shells.folder / f"script.{command[0]}"
    script.write_text(shells.call("completion", command[0]), encoding="utf-8")
    terminal = Terminal(command, 200, cwd=shells.work, env=shells.environment())
    try:
        terminal.type(start.format(script=script, folder=shells.folder, installed=shells.installed) + "costmill started\n")
        terminal.read_until(lambda output: "<started><end>" in output)
        for typed, expected in TYPED:
            already = len(terminal.output)
            terminal.type(f"costmill {typed}\n")
            found = terminal.read_until(lambda output: re.search(r"<([^\x1b\r\n]*)><end>", output[already:]))
            require(found.group(1).split("><") == expected, f"{typed!r} gives {found.group(1).split('><')}, not {expected}")
    finally:
        terminal.close()
    return f"{len(TYPED)} lines"


def check_everything_is_offered(shells):
    """Every subcommand and option that --help names, and every key of the documentation."""
    commands = re.findall(r"^  ([a-z][a-z-]+) ", shells.call("--help").partition("Subcommands:")[2].partition("\n\n")[0], re.MULTILINE)
    require(len(commands) >= 10 and shells.offered("") == commands, f"{commands} in --help, {shells.offered('')} offered")
    for command in commands:
        named = sorted(set(re.findall(r"^  (?:-\w,)?(--[a-z-]+)", shells.call(command, "--help"), re.MULTILINE)))
        offered = sorted(word for word in shells.offered(command, "-") if word.startswith("--"))
        require(named == offered, f"{command}: {named} in --help, {offered} offered")
    page = (ROOT / "docs/config.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| `([a-z0-9_]+(?:\.[a-z0-9_]+)+)`", page, re.MULTILINE))
    keys = {word[:-1] for word in shells.offered("run", "--set", "")}
    require(keys <= documented, f"{sorted(keys - documented)} are in no documentation")
    missing = [key for key in documented - keys if key.startswith(("run.", "ocp.", "features.", "logging."))]
    require(not missing, f"{missing} are not offered")
    require(not [key for key in keys if re.search("password|secret|access_key|token", key)], "secrets are offered")


def check_nothing_is_offered(shells):
    for words in (("nonsense", ""), ("run", "--nonsense="), ("run", "--month", ""), ("sample", "a", ""), ("sample", "/nonexistent/")):
        require(shells.offered(*words) == [], f"{words}: {shells.offered(*words)}")
    for words, complaint in ((("completion",), "needs a shell"), (("completion", "bish"), "did you mean 'bash'")):
        done = subprocess.run([shells.binary, *words], env=shells.environment(), capture_output=True, text=True)
        require(done.returncode == 2 and complaint in done.stderr, f"{words}: exit {done.returncode}: {done.stderr}")


def check_man_page(shells):
    page = shells.installed / "share/man/man1/costmill.1"
    done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", page], capture_output=True, text=True)
    said = [line for line in done.stdout.splitlines() if "missing date" not in line]  # it would make each build another
    require(not said, said)
    shown = subprocess.run(["mandoc", "-T", "utf8", "-O", "width=500", page], capture_output=True, text=True, check=True).stdout
    text = re.sub(".\b", "", shown)
    for command in shells.offered(""):
        require(f"costmill {command}\n" in text, f"{command} is not on the page")
        for option in shells.offered(command, "-"):
            require(option in text, f"{option} is not on the page")
    for key in shells.offered("run", "--set", ""):
        require(key[:-1] in text, f"{key} is not on the page")


def check_bash_script(shells):
    done = subprocess.run(["shellcheck", "--shell=bash", "-"], input=shells.call("completion", "bash"), capture_output=True, text=True)
    require(done.returncode == 0, done.stdout)


def check_installed(shells):
    for shell, place in (("bash", "bash-completion/completions/costmill"), ("zsh", "zsh/site-functions/_costmill"), ("fish", "fish/vendor_completions.d/costmill.fish")):
        require((shells.installed / "share" / place).read_text(encoding="utf-8") == shells.call("completion", shell), f"share/{place} is another")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--installed", required=True)
    arguments = parser.parse_args()
    with temporary_folder() as folder:
        shells = Shells(arguments.bin, arguments.installed, folder)
        checks = [(f"completion in {name}", lambda name=name: check_shell(shells, name)) for name in START]
        checks += [(check.__name__, lambda check=check: check(shells))
                   for check in (check_everything_is_offered, check_nothing_is_offered, check_man_page, check_bash_script, check_installed)]
        return run_checks(checks)


if __name__ == "__main__":
    sys.exit(main())
