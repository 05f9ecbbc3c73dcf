"""The examples of docs/python.md, in order, in a folder that holds the sample month as `sample`."""
import re
import shutil
from pathlib import Path

DOCS = Path(__file__).resolve().parents[2] / "docs"
FENCE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_examples_of_the_python_page_run(sample, tmp_path, monkeypatch, capsys):
    shutil.copytree(sample, tmp_path / "sample")
    monkeypatch.chdir(tmp_path)
    examples = FENCE.findall((DOCS / "python.md").read_text(encoding="utf-8"))
    assert len(examples) == 6
    names = {}
    for example in examples:
        exec(compile(example, "docs/python.md", "exec"), names)
    assert names["rows"].to_pyarrow().equals(names["summary"].to_pyarrow())
    assert "line items" in capsys.readouterr().out
