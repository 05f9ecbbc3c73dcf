"""Fixtures of the package's tests: the program, and the sample month."""
import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PROJECT / "tests" / "tools"))

SAMPLE_CLUSTER = "6f1d2c3b-4a59-4e68-9b7a-0c1d2e3f4a5b"
SAMPLE_MONTH = "2025-10"


def pytest_addoption(parser):
    parser.addoption("--bin", required=True, help="the costmill program to compare with")


@pytest.fixture(scope="session")
def program(request):
    return str(Path(request.config.getoption("--bin")).resolve())


@pytest.fixture(scope="session")
def sample(program, tmp_path_factory):
    """The folder of the bundled sample month."""
    folder = tmp_path_factory.mktemp("sample") / "month"
    subprocess.run([program, "sample", str(folder)], check=True, capture_output=True)
    return folder


@pytest.fixture(scope="session")
def month(sample):
    """Arguments that summarize the sample month."""
    return {"input": f"file:{sample}", "month": SAMPLE_MONTH, "reference": f"csv:{sample}/reference"}


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch):
    for name in list(os.environ):
        if name.startswith(("COSTMILL_", "PG", "AWS_")):
            monkeypatch.delenv(name)
