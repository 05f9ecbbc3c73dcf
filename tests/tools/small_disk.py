"""A disk that is full: a small tmpfs of one's own, which only root can mount."""

import contextlib
import os
import subprocess
import tempfile
from pathlib import Path


@contextlib.contextmanager
def small_disk(megabytes):
    if os.geteuid() != 0:
        raise RuntimeError("a full disk is made with a small tmpfs, and only root can mount one: run this test as root")
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "tmpfs", folder], check=True)
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)


@contextlib.contextmanager
def filled(disk, kib_left=0):
    """Takes all of the disk's room but so much."""
    filler = disk / "filler"
    with contextlib.suppress(OSError), open(filler, "wb", buffering=0) as file:
        while file.write(b"x" * 4096):
            pass
    os.truncate(filler, max(0, filler.stat().st_size - kib_left * 1024))
    try:
        yield
    finally:
        filler.unlink()
