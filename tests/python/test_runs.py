"""run, plan, verify, compare: what they give back, and the errors they raise."""
import logging
import pickle

import pytest

import costmill
from canonical_dump import dump_in, dump_of


@pytest.fixture
def written(month, tmp_path):
    sink = f"csv:{tmp_path / 'days'}"
    return sink, costmill.run(sink=sink, **month)


def test_a_run_tells_what_it_did(written, month, caplog):
    _, result = written
    assert result.days == 31 and len(result.receipts) == 31 and not result.failed_days
    assert result.rows == sum(receipt.rows for receipt in result.receipts) == 7361
    assert result.bytes_in_files > 0 and result.peak_memory_bytes > 0 and result.seconds.wall > 0
    assert all(len(receipt.digest) == 32 for receipt in result.receipts)
    assert ["several label sets" in warning for warning in result.warnings] == [True, False, True]
    assert "2025-10-19: missing_hours" in result.warnings[1]


def test_a_second_run_finds_nothing_new(written, month):
    sink, _ = written
    again = costmill.run(sink=sink, **month)
    assert (again.days, again.days_unchanged) == (0, 31)
    assert {day.state for day in costmill.plan(sink=sink, **month)} == {"unchanged"}
    assert costmill.run(sink=sink, full=True, **month).days == 31


def test_the_sink_holds_what_summarize_gives(written, month, tmp_path):
    assert dump_of(costmill.summarize(**month)) == dump_in(tmp_path / "days")


def test_verify_and_compare(written, month, tmp_path):
    sink, _ = written
    assert costmill.verify(sink=sink, **month)
    other = f"sqlite:{tmp_path / 'other.db'}"
    costmill.run(sink=other, **{**month, "reference": None})
    comparison = costmill.compare(sink, other, limit=3)
    assert not comparison and len(comparison.differences) == 3
    assert comparison.rows_left == 7361
    assert costmill.compare(sink, sink)


def test_arguments_win_over_environment_over_config(month, tmp_path, monkeypatch):
    config = {"performance": {"max_workers": "many"}}
    with pytest.raises(costmill.errors.BadConfigError, match="max_workers"):
        costmill.summarize(**month, config=config)
    monkeypatch.setenv("COSTMILL_RUN_NUMERIC", "float64")
    assert str(costmill.summarize(**{**month, "reference": None}, config={"run": {"numeric": "decimal"}}).schema.field(20).type) == "double"
    assert "decimal" in str(costmill.summarize(**month, numeric="decimal").schema.field(20).type)
    path = tmp_path / "costmill.yaml"
    path.write_text("performance: {max_workers: many}")
    with pytest.raises(costmill.errors.BadConfigError, match="costmill.yaml:1"):
        costmill.summarize(**month, config=path)


def test_secrets_may_be_arguments(month, tmp_path):
    with pytest.raises(costmill.errors.SinkUnavailableError) as refused:
        costmill.run(**month, sink="postgresql://nobody@127.0.0.1:1/none", postgresql={"password": "s3cret-word"})
    assert "s3cret-word" not in str(refused.value)


@pytest.mark.parametrize(("change", "kind", "place"), [
    ({"input": "file:no-such-folder"}, costmill.errors.InputUnavailableError, None),
    ({"month": "2024-02"}, costmill.errors.BadInputError, None),
    ({"month": "2025-13"}, costmill.errors.BadConfigError, None),
    ({"max_worker": 3}, costmill.errors.BadConfigError, None),
    ({"memory_limit": "16MiB", "chunk_size": 0}, costmill.errors.BadConfigError, None),
])
def test_each_kind_of_error_has_its_class(month, change, kind, place):
    with pytest.raises(kind) as raised:
        costmill.summarize(**{**month, **change})
    assert isinstance(raised.value, costmill.Error) and raised.value.kind == kind.kind and raised.value.exit_code == kind.exit_code


def test_an_error_knows_its_place_and_travels(sample, month, tmp_path):
    import shutil

    copy = tmp_path / "copy"
    shutil.copytree(sample, copy)
    path = sorted((copy / "data/parquet/daily").rglob("pod_usage/**/*.parquet"))[3]
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(costmill.errors.CorruptError) as raised:
        costmill.summarize(**{**month, "input": f"file:{copy}"})
    error = pickle.loads(pickle.dumps(raised.value))
    assert error.file.endswith(path.name) and str(error) == str(raised.value)


def test_messages_go_to_logging(month, caplog):
    with caplog.at_level(logging.DEBUG, logger="costmill"):
        costmill.summarize(**month)
    assert any(record.levelno == logging.WARNING and "several label sets" in record.message for record in caplog.records)
    assert any("memory usage: after aggregation" in record.message for record in caplog.records)
