"""The examples of the package's docstrings."""
import doctest
import importlib

import pyarrow as pa
import pytest

import costmill

MODULES = ["_memory", "_runs", "_scan"]


@pytest.mark.parametrize("module", MODULES)
def test_the_examples_of_docstrings_hold(module, sample, tmp_path):
    names = {"costmill": costmill, "pa": pa, "sample": sample, "tmp_path": tmp_path}
    found = doctest.testmod(importlib.import_module(f"costmill.{module}"), extraglobs=names)
    assert found.attempted > 0 and found.failed == 0
