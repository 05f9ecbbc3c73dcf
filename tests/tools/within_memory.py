#!/usr/bin/env python3
"""Runs a command and says what it held: a last line of JSON with exit code and peak resident MiB of the child alone.

usage: within_memory.py [--address-space BYTES] [--cgroup FOLDER] -- COMMAND...

A process's peak begins with that of whoever started it, so whoever measures must be as small as this script.
"""
import json
import os
import resource
import sys


def main():
    arguments, command = sys.argv[1:sys.argv.index("--")], sys.argv[sys.argv.index("--") + 1:]
    options = dict(zip(arguments[::2], arguments[1::2]))
    child = os.fork()
    if child == 0:
        if "--cgroup" in options:
            with open(f"{options['--cgroup']}/cgroup.procs", "w", encoding="ascii") as processes:
                processes.write(str(os.getpid()))
        if "--address-space" in options:
            limit = int(options["--address-space"])
            resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        os.execv(command[0], command)
    _, status, usage = os.wait4(child, 0)
    print(json.dumps({"code": os.waitstatus_to_exitcode(status), "peak_mib": usage.ru_maxrss / 1024}), flush=True)


if __name__ == "__main__":
    main()
