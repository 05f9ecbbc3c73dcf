"""The package's types: consistent by themselves, and the extension's stub with what the extension has."""
import ast
import subprocess
import sys

from conftest import PROJECT
from nanobind.stubgen import StubGen

import costmill


def test_the_package_is_typed():
    done = subprocess.run([sys.executable, "-m", "mypy", "--no-error-summary"], cwd=PROJECT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_stub_is_that_of_the_extension():
    generated = StubGen(costmill._costmill, include_private=True, quiet=True)
    generated.put(costmill._costmill)
    stub = (PROJECT / "python/costmill/_costmill.pyi").read_text()
    assert _signatures(stub) == _signatures(generated.get())


def _signatures(stub):
    """Parameter names of each function, methods as Class.method."""
    names = {}
    for node in ast.parse(stub).body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            names |= {f"{node.name}.{method.name}": _parameters(method) for method in node.body if isinstance(method, ast.FunctionDef)}
        elif isinstance(node, ast.FunctionDef):
            names[node.name] = _parameters(node)
    assert len(names) > 10
    return names


def _parameters(function):
    return [argument.arg for argument in function.args.args]
