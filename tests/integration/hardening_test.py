#!/usr/bin/env python3
"""tools/check_hardening finds each protection that a binary lacks.

usage: hardening_test.py --compiler CXX

A small program is linked once with everything, and once for each protection without it. The last line reads 'N passed, N failed'.
"""
import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """#include <cstdio>
#include <cstring>
#ifdef WRITABLE_CODE
asm(".pushsection .written_code,\\"awx\\",@progbits; .byte 0; .popsection");
#endif
int main(int count, char** arguments) {
  char name[16];
  std::strcpy(name, arguments[count - 1]);
  std::puts(name);
}
"""
HARDENED = ["-O2", "-fPIE", "-pie", "-fstack-protector-strong", "-U_FORTIFY_SOURCE", "-D_FORTIFY_SOURCE=3",
            "-Wl,-z,relro,-z,now,-z,noexecstack,-z,separate-code", "-Wl,--disable-new-dtags"]
IN_TREE = ["-Wl,-rpath,$ORIGIN/../lib/costmill"]
# What is compiled and linked besides, and what the check must say then; None: nothing.
CASES = {
    "everything": (IN_TREE, None),
    "a fixed place": (IN_TREE + ["-no-pie", "-fno-pie"], "position-independent"),
    "a shared library's kind of DYN": (IN_TREE + ["-shared", "-fPIC"], "flag PIE"),
    "no relro": (IN_TREE + ["-Wl,-z,norelro"], "GNU_RELRO"),
    "lazy binding": (IN_TREE + ["-Wl,-z,lazy"], "BIND_NOW"),
    "an executable stack": (IN_TREE + ["-Wl,-z,execstack"], "stack without execution"),
    "code beside data": (IN_TREE + ["-Wl,-z,noseparate-code"], "code in segments of its own"),
    "writable code": (IN_TREE + ["-DWRITABLE_CODE"], "written or executed"),
    "no canaries": (IN_TREE + ["-fno-stack-protector"], "stack protector"),
    "no fortified calls": (IN_TREE + ["-U_FORTIFY_SOURCE"], "fortified"),
    "libraries of the build machine": (["-Wl,-rpath,$ORIGIN/../lib:/opt/lib"], "RPATH"),
    "libraries of the working folder": (["-Wl,-rpath,$ORIGIN/../lib::"], "RPATH"),
    "no place of libraries": ([], "RPATH"),
}


def problem_of(compiler, folder, options, complaint):
    source, binary = folder / "program.cc", folder / "program"
    source.write_text(PROGRAM, encoding="ascii")
    subprocess.run([compiler, *HARDENED, "-Wno-all", source, "-o", binary, *options], check=True, capture_output=True)
    done = subprocess.run([ROOT / "tools/check_hardening", binary, "installed"], capture_output=True, text=True)
    if complaint is None:
        return f"exit {done.returncode}: {done.stderr}" if done.returncode else None
    if done.returncode == 0:
        return "the check passes"
    return None if complaint in done.stderr else f"the check only says: {done.stderr}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--compiler", required=True)
    arguments = parser.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, (options, complaint) in CASES.items():
            problem = problem_of(arguments.compiler, Path(folder), options, complaint)
            if problem:
                print(f"FAIL {name}: {problem}")
            failed += bool(problem)
    print(f"{len(CASES) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
