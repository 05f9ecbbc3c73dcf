#!/usr/bin/env python3
"""Input trees with links, pipes, sockets, loops and odd names; organisations, clusters and templates that lead elsewhere (F16).

usage: hostile_files_test.py --bin PATH [--only SUBSTRING]

Promised is: nothing outside of the input folder is read, nothing is waited for, and what cannot be read is named.
The last line reads 'N passed, N failed'.
"""

import os
import shutil
import socket
import stat
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "tools"))

import pyarrow as pa  # noqa: E402
import pyarrow.parquet as pq  # noqa: E402

import golden_copy  # noqa: E402
from costmill_project import require  # noqa: E402
from golden_copy import GoldenCopy  # noqa: E402

TABLE = "reporting_ocpusagelineitem_daily_summary"
USER = 1000620000
OUTSIDE = "stolen-from-outside"


def pods_of(copy):
    return next(copy.input.rglob("pod_usage*daily*.parquet"))


def rows_of(copy, kind="csv"):
    table = copy.folder / kind / f"{TABLE}.csv"
    return table.read_bytes() if table.exists() else b""


def with_outside(copy):
    """A good file beside the input whose rows would be noticed."""
    outside = copy.folder / "outside"
    outside.mkdir()
    table = pq.read_table(pods_of(copy))
    names = pa.array([OUTSIDE] * table.num_rows)
    pq.write_table(table.set_column(table.schema.get_field_index("namespace"), "namespace", names), outside / pods_of(copy).name)
    return outside


def require_refused(copy, done, codes, *words):
    done.require(codes, *words)
    require(OUTSIDE.encode() not in rows_of(copy), "rows from outside")


def expect(name, prepare, codes, *words):
    """A check of one change of the tree: it is refused with the words, and no row is from outside."""
    def check(binary, folder):
        copy = GoldenCopy(binary, folder)
        prepare(copy, with_outside(copy))
        for subcommand in ("run", "plan"):
            require_refused(copy, copy.run("csv", subcommand=subcommand), codes if subcommand == "run" else (0, *codes), *words)
    check.__name__ = f"check_F16_{name}"
    return check


def file_is_a_link(copy, outside):
    pods_of(copy).unlink()
    (pods_of_folder(copy) / "p.2025-10-01.parquet").symlink_to(outside / os.listdir(outside)[0])


def pods_of_folder(copy):
    return next(path for path in copy.input.rglob("month=10") if "daily" in str(path) and "pod_usage" in str(path))


def folder_is_a_link(copy, outside):
    place = pods_of_folder(copy)
    shutil.rmtree(place)
    place.symlink_to(outside)


def folder_above_is_a_link(copy, outside):
    """Only the way to the month leads out."""
    year = pods_of_folder(copy).parent
    shutil.move(year, outside / "year")
    year.symlink_to(outside / "year")


def link_to_itself(copy, _):
    place = pods_of_folder(copy)
    (place / "loop.2025-10-01.parquet").symlink_to("loop.2025-10-01.parquet")


def folders_in_a_circle(copy, _):
    place = pods_of_folder(copy)
    shutil.rmtree(place)
    place.symlink_to(place.parent / "month=11")
    (place.parent / "month=11").symlink_to(place)


def named_pipe(copy, _):
    os.mkfifo(pods_of_folder(copy) / "x.2025-10-01.parquet")


def unix_socket(copy, _):
    place = os.open(pods_of_folder(copy), os.O_RDONLY)
    socket.socket(socket.AF_UNIX).bind(f"/proc/self/fd/{place}/x.2025-10-01.parquet")  # the path itself is too long for a socket
    os.close(place)


TREES = [expect("file_is_a_link", file_is_a_link, (3,), "p.2025-10-01.parquet", "leads out of the input folder"),
         expect("folder_is_a_link", folder_is_a_link, (3,), "leads out of the input folder"),
         expect("folder_above_is_a_link", folder_above_is_a_link, (3,), "leads out of the input folder"),
         expect("link_to_itself", link_to_itself, (4,), "loop.2025-10-01.parquet"),
         expect("folders_in_a_circle", folders_in_a_circle, (4,), "month=10"),
         expect("named_pipe", named_pipe, (3,), "x.2025-10-01.parquet", "no regular file"),
         expect("unix_socket", unix_socket, (3,), "x.2025-10-01.parquet", "no regular file")]


def check_F16_device(binary, folder):
    if os.geteuid() != 0:
        return "only root can make devices"
    copy = GoldenCopy(binary, folder)
    os.mknod(pods_of_folder(copy) / "zero.2025-10-01.parquet", stat.S_IFCHR | 0o666, os.makedev(1, 5))
    copy.run("csv").require(3, "zero.2025-10-01.parquet", "no regular file")


def check_F16_unreadable(binary, folder):
    """Files and folders that this user may not read."""
    copy = GoldenCopy(binary, folder)
    as_other = ("setpriv", f"--reuid={USER}", "--regid=0", "--clear-groups") if os.geteuid() == 0 else ()
    folder.chmod(0o777)
    for path, mode in ((pods_of(copy), 0o600), (pods_of(copy).parent, 0o700)):
        before = path.stat().st_mode
        path.chmod(0 if not as_other else mode)
        copy.run("csv", before=as_other).require((3, 4), path.name, "right")
        path.chmod(before)
    copy.run("csv", before=as_other).require(0)


def check_F16_odd_names(binary, folder):
    """Deep folders, the longest names, and bytes that are no UTF-8: no obstacle, as their files are data or not."""
    copy = GoldenCopy(binary, folder)
    copy.run("csv").require(0)
    expected = rows_of(copy)
    place = pods_of_folder(copy)
    here = os.getcwd()
    os.chdir(place)
    for _ in range(300):  # longer than PATH_MAX
        os.mkdir("d" * 200)
        os.chdir("d" * 200)
    os.chdir(here)
    os.mkdir(os.fsencode(place) + b"/\xff\xfe\n")
    long_name = "p.2025-10-01." + "l" * (255 - 13 - 8) + ".parquet"
    pods_of(copy).rename(place / long_name)
    copy.run("csv", "--full").require(0)
    require(rows_of(copy) == expected, "another name, other rows")
    os.rename(place / long_name, os.fsencode(place) + b"/p.2025-10-01.\xff.parquet")
    copy.run("csv", "--full").require(0)
    require(rows_of(copy) == expected, "a name that is no UTF-8, other rows")
    shutil.rmtree(copy.input)


def check_F16_names_that_lead_elsewhere(binary, folder):
    """Organisations, clusters and templates; also from variables."""
    copy = GoldenCopy(binary, folder)
    with_outside(copy)
    for org in ("../", "..", "a/b", "a\\b", "%2e%2e", "a\x1b", ".", "org\n1", "ö"):
        for arguments, environment in ((("--org", org), {}), ((), {"COSTMILL_ORGANIZATION_ORG_ID": org})):
            done = copy.run("csv", *arguments, environment=copy.environment(**environment))
            require_refused(copy, done, 2, "organization.org_id", "letters, digits")
    for source in ("../../outside", "11111111-1111-4111-8111-11111111111", "11111111-1111-4111-8111-11111111111g", "x", "1" * 36):
        copy.config["ocp"]["provider_uuid"] = source
        require_refused(copy, copy.run("csv"), 2, "UUID")
        require_refused(copy, copy.command("run", "--input", f"file:{copy.input}", "--month", "2025-10", "--cluster", source, "--sink", copy.sink("csv")),
                        2, "UUID")
    copy.config["ocp"]["provider_uuid"] = copy.parameters["source"]
    for template in ("../outside", "data/../../outside", "x/..", "{org_id}/../../outside", "${OUT}"):
        copy.config["ocp"]["parquet_path_pod"] = template
        require_refused(copy, copy.run("csv", environment=copy.environment(OUT="../outside")), 2, "parquet_path_pod", "'..'")
    # An absolute path is one below the input; escapes are letters.
    for template in (str(copy.folder / "outside"), "/outside", "%2e%2e/outside", "..%2foutside", "...", "data/.../outside"):
        copy.config["ocp"]["parquet_path_pod"] = template
        require_refused(copy, copy.run("csv"), (0, 3))


def check_F16_clusters_of_odd_names(binary, folder):
    """Found in the tree by --cluster all: a folder that is no UUID is no cluster."""
    copy = GoldenCopy(binary, folder)
    for name in ("source=..x", "source=a\x1b[2J", "source=", "source='; DROP TABLE x; --"):
        for path in list(copy.input.rglob("source=*")):
            path.rename(path.parent / name)
        for kind in ("csv", "sqlite", "parquet"):
            done = copy.command("run", "--input", f"file:{copy.input}", "--month", "2025-10", "--cluster", "all", "--sink", copy.sink(kind))
            done.require(3, "UUID" if name != "source=" else "")
            require(b"\x1b" not in done.err + done.out, done.text)
        require(rows_of(copy) == b"", "rows of a cluster that is none")


if __name__ == "__main__":
    sys.exit(golden_copy.main(__doc__, TREES + [check for name, check in list(globals().items()) if name.startswith("check_")]))
