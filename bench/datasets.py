"""Generated months, made once and kept."""
import hashlib
import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
GENERATOR = [HERE / name for name in ("generate.py", "cluster_model.py", "storage_model.py")]
# What is varied, by name; each is written by options of generate.py.
VARIANTS = {"plain": {}, "shuffled": {"shuffle": True}, "zstd": {"compression": "zstd"}, "6,000 label sets": {"label_sets": 6000},
            "no dictionary": {"no_dictionary": True}, "50 columns": {"pad_columns": 28}, "5% NULLs": {"nulls": 0.05}}


def generator_digest():
    return hashlib.sha256(b"".join(file.read_bytes() for file in GENERATOR)).hexdigest()[:16]


def data_set(folder, rows, days=30, **options):
    """The folder of a month with these options of generate.py; it is written if it is not there yet, or by another generator."""
    name = "_".join([f"{rows}_rows_{days}_days", *(option if value is True else f"{option}_{value}" for option, value in options.items())])
    target, mark = folder / name, folder / name / "generator"
    if not mark.exists() or mark.read_text() != generator_digest():
        print(f"writing {target}", file=sys.stderr, flush=True)
        subprocess.run(["rm", "-rf", str(target)], check=True)
        flags = [text for option, value in options.items()
                 for text in ([f"--{option}"] if value is True else [f"--{option}", str(value)])]
        flags = [flag.replace("_", "-") if flag.startswith("--") else flag for flag in flags]
        subprocess.run([sys.executable, str(HERE / "generate.py"), "--output", str(target), "--rows", str(rows), "--days", str(days), *flags],
                       check=True)
        mark.write_text(generator_digest())
    return target


def row_count(data, table="hourly pod_usage"):
    return json.loads((data / "rows.json").read_text())[table]


def pod_folder(data):
    """Where the hourly pods lie."""
    return next(data.glob("data/parquet/*/OCP/pod_usage"))
