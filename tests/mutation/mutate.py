#!/usr/bin/env python3
"""Breaks each rule of docs/rules.md in turn and sees that a test turns red.

usage: mutate.py [--only RULE] [--list] [--check] [--jobs N]

--only   mutations of a rule (`9`) or a part of one (`9.2`); repeatable
--list   prints the mutations
--check  fast: every old text occurs exactly once; the rules of docs/rules.md exist, name code and tests that exist, and have mutations

Works on a copy of the sources in build/mutation/tree, built into build/mutation/build. For each mutation: rebuild what it takes,
run the room's unit tests, then the golden cases until one is red; put the source back. A mutation that no test notices, or that does
not compile, is a failure. Writes build/mutation/report.md. The last line reads 'N passed, N failed'.
"""
import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
WORK = ROOT / "build" / "mutation"
TREE = WORK / "tree"
BUILD = WORK / "build"
sys.path.insert(0, str(ROOT / "tests" / "tools"))
sys.dont_write_bytecode = True

import check_golden  # noqa: E402
import rules_page  # noqa: E402
from mutations import MUTATIONS  # noqa: E402

TEST_SECONDS = 300
BUILD_SECONDS = 1800


def part_of(rule, wanted):
    return rule == wanted or rule.startswith(wanted + ".")


def check(mutations):
    problems = []
    page = (ROOT / "docs" / "rules.md").read_text()
    rules = rules_page.rules_of(page)
    for mutation in mutations:
        name = f"{mutation.rule} ({mutation.breaks})"
        path = ROOT / mutation.file
        count = path.read_text().count(mutation.old) if path.exists() else 0
        if count != 1:
            problems.append(f"{name}: the old text occurs {count} times in {mutation.file}: {mutation.old.strip()}")
        elif mutation.old == mutation.new:
            problems.append(f"{name}: changes nothing")
        elif mutation.rule not in rules:
            problems.append(f"{name}: docs/rules.md has no such rule")
    mutated = {mutation.rule for mutation in MUTATIONS}
    problems += [f"rule {rule} names code but has no mutation" for rule, has_code in rules.items() if has_code and rule not in mutated]
    return problems + rules_page.problems_of(ROOT, page)


def copy_tree():
    """The working tree's files; unchanged ones keep their time, so that a second run builds nothing."""
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True)
    files = {name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file()}
    for old in [path for path in TREE.rglob("*") if path.is_file() and not path.is_relative_to(TREE / "build")]:
        if str(old.relative_to(TREE)) not in files:
            old.unlink()
    for name in files:
        source, target = ROOT / name, TREE / name
        content = source.read_bytes()
        if name == "cmake/CostmillRooms.cmake":
            content = content.replace(b" -Werror", b"")  # a mutation may leave a variable unused
        if target.exists() and target.read_bytes() == content:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        shutil.copymode(source, target)
    venv = TREE / "build" / "venv"
    if not venv.is_symlink():
        venv.parent.mkdir(parents=True, exist_ok=True)
        venv.symlink_to(ROOT / "build" / "venv")


def configure():
    environment = dict(os.environ)
    if shutil.which("ccache"):
        environment.setdefault("CMAKE_CXX_COMPILER_LAUNCHER", "ccache")
    command = ["cmake", "-S", str(TREE), "-B", str(BUILD), "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release", "-DCMAKE_CXX_FLAGS_RELEASE=-O1 -DNDEBUG"]
    pyarrow = sorted((ROOT / "build" / "venv" / "lib").glob("python3*/site-packages/pyarrow"))
    if pyarrow:
        command.append(f"-DCOSTMILL_PYARROW_DIR={pyarrow[0]}")
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    if done.returncode != 0:
        sys.exit(f"cannot configure the copy:\n{done.stdout}{done.stderr}")


def known_targets():
    listed = subprocess.run(["ninja", "-C", str(BUILD), "-t", "targets", "all"], capture_output=True, text=True, check=True)
    return {line.split(":")[0] for line in listed.stdout.splitlines()}


def build(targets, jobs):
    """None, or the first error of the compiler."""
    done = subprocess.run(["ninja", "-C", str(BUILD), "-j", str(jobs), *targets], capture_output=True, text=True, timeout=BUILD_SECONDS)
    if done.returncode == 0:
        return None
    return next((line for line in done.stdout.splitlines() if "error:" in line), done.stdout[-300:])


def unit_targets(room, targets):
    names = [f"{room}_tests"] + (["label_texts"] if room == "labels" else [])
    return [name for name in names if name in targets]


def red_unit_test(room, jobs):
    done = subprocess.run(["ctest", "--test-dir", str(BUILD), "-L", "unit", "-R", rf"^{room}\.", "--stop-on-failure", "-j", str(jobs),
                           "--timeout", str(TEST_SECONDS)], capture_output=True, text=True)
    if done.returncode == 0:
        return None
    red = re.search(r"Test\s+#\d+: (\S+) \.*\s*\*\*\*", done.stdout)
    return red.group(1) if red else f"ctest of {room}: {done.stdout.strip()[-200:]}"


def red_golden_case():
    cases = sorted(path.parent for path in (TREE / "tests" / "golden").glob("*/params.json"))
    with tempfile.TemporaryDirectory() as temporary:
        for case in cases:
            out = Path(temporary) / case.name
            out.mkdir()
            try:
                problem = check_golden.run_case(str(BUILD / "costmill"), case, out, [])
            except Exception as error:  # a hang, or output that cannot be read
                problem = str(error)
            if problem:
                return f"golden {case.name}"
    return None if cases else "golden: no cases"


def first_red_test(room, targets, jobs):
    """(red test, problem): the unit tests of the room go first, because they need no linking of the program."""
    own = unit_targets(room, targets)
    if own:
        problem = build(own, jobs)
        if problem:
            return None, f"does not compile: {problem}"
        red = red_unit_test(room, jobs)
        if red:
            return red, None
    problem = build(["costmill_cli"], jobs)
    if problem:
        return None, f"does not compile: {problem}"
    return red_golden_case(), None


def require_green(rooms, targets, jobs):
    problem = build([name for room in sorted(rooms) for name in unit_targets(room, targets)] + ["costmill_cli"], jobs)
    if problem:
        sys.exit(f"the sources do not compile before anything is broken: {problem}")
    reds = [red_unit_test(room, jobs) for room in sorted(rooms) if unit_targets(room, targets)] + [red_golden_case()]
    reds = [red for red in reds if red]
    if reds:
        sys.exit(f"red before anything is broken: {', '.join(reds)}")


def try_mutation(mutation, targets, jobs):
    path = TREE / mutation.file
    original = path.read_text()
    path.write_text(original.replace(mutation.old, mutation.new))
    try:
        return first_red_test(mutation.room, targets, jobs)
    except subprocess.TimeoutExpired:
        return None, "the build does not end"
    finally:
        path.write_text(original)


def write_report(results):
    lines = ["# Mutations", "", "| rule | mutation | red test |", "| --- | --- | --- |"]
    lines += [f"| {mutation.rule} | {mutation.breaks} (`{mutation.file}`) | {outcome} |" for mutation, outcome, _ in results]
    failed = sum(not noticed for _, _, noticed in results)
    lines += ["", f"{len(results) - failed} passed, {failed} failed", ""]
    (WORK / "report.md").write_text("\n".join(lines))


def run(mutations, jobs):
    problems = check(mutations)
    if problems:
        print("\n".join(problems))
        print(f"0 passed, {len(problems)} failed")
        return 1
    TREE.mkdir(parents=True, exist_ok=True)
    copy_tree()
    configure()
    targets = known_targets()
    require_green({mutation.room for mutation in mutations}, targets, jobs)
    print("rule | mutation | red test", flush=True)
    results = []
    for mutation in sorted(mutations, key=lambda m: m.file):  # neighbours share what has to be built
        red, problem = try_mutation(mutation, targets, jobs)
        outcome = problem or red or "NOT NOTICED"
        results.append((mutation, outcome.replace("|", "/"), red is not None))
        print(f"{mutation.rule} | {mutation.breaks} | {outcome}", flush=True)
        write_report(results)
    failed = sum(not noticed for _, _, noticed in results)
    print(f"{len(results) - failed} passed, {failed} failed")
    return 1 if failed else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", default=[], metavar="RULE")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    mutations = [m for m in MUTATIONS if not arguments.only or any(part_of(m.rule, rule) for rule in arguments.only)]
    if not mutations:
        sys.exit(f"no mutation of rule {', '.join(arguments.only)}; see --list")
    if arguments.list:
        for mutation in mutations:
            print(f"{mutation.rule:5} {mutation.file:36} {mutation.breaks}")
        return 0
    if arguments.check:
        problems = check(mutations)
        for problem in problems:
            print(problem)
        print(f"{len(mutations) - min(len(problems), len(mutations))} passed, {len(problems)} failed")
        return 1 if problems else 0
    return run(mutations, arguments.jobs)


if __name__ == "__main__":
    sys.exit(main())
