"""scan and Summarizer: what batches hold, and what is refused."""
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

import costmill
from conftest import SAMPLE_CLUSTER, SAMPLE_MONTH

USAGE = "pod_usage_cpu_core_seconds"


def test_a_scan_gives_the_rows_of_the_files(sample, month):
    files = sorted((sample / "data/parquet/daily").rglob("OCP/pod_usage/**/*.parquet"))
    expected = pa.concat_tables([pq.read_table(file, columns=["pod", "namespace", USAGE], partitioning=None) for file in files])
    scanned = pa.Table.from_batches(list(costmill.scan("pod_usage", month["input"], month=SAMPLE_MONTH)))
    assert scanned.num_rows == expected.num_rows
    assert scanned["pod"].cast(pa.string()).to_pylist() == expected["pod"].cast(pa.string()).to_pylist()
    assert scanned[USAGE].to_pylist() == expected[USAGE].to_pylist()


def test_batches_are_no_larger_than_asked_for(month):
    batches = list(costmill.scan("pod_usage", month["input"], month=SAMPLE_MONTH, chunk_size=1000))
    assert max(batch.num_rows for batch in batches) <= 1000
    [whole] = costmill.scan("pod_usage", month["input"], month=SAMPLE_MONTH, streaming=False)
    assert whole.num_rows == sum(batch.num_rows for batch in batches)


def test_a_scan_keeps_to_its_window_and_columns(month):
    batches = list(costmill.scan("pod_usage_hourly", month["input"], start="2025-10-03", end="2025-10-04", columns=["node", "interval_start"]))
    assert batches[0].schema.names == ["interval_start", "node"]
    days = {moment.date().isoformat() for batch in batches for moment in batch.column("interval_start").to_pylist()}
    assert days == {"2025-10-03", "2025-10-04"}


def test_unknown_names_are_refused(month):
    with pytest.raises(costmill.errors.BadConfigError, match="no column 'nam'"):
        list(costmill.scan("pod_usage", month["input"], month=SAMPLE_MONTH, columns=["nam"]))
    with pytest.raises(costmill.errors.BadConfigError, match="no table 'pods'"):
        list(costmill.scan("pods", month["input"], month=SAMPLE_MONTH))


@pytest.fixture
def summarizer():
    return costmill.Summarizer(SAMPLE_CLUSTER, SAMPLE_MONTH, layout="poc")


def pods(**columns):
    row = {"interval_start": ["2025-10-02T00:00:00Z"], "namespace": ["shop"], "node": ["n1"], "pod": ["p"], "resource_id": ["r"],
           "pod_labels": ["{}"], **{name: [3600.0] for name in (
               USAGE, "pod_request_cpu_core_seconds", "pod_limit_cpu_core_seconds", "pod_usage_memory_byte_seconds",
               "pod_request_memory_byte_seconds", "pod_limit_memory_byte_seconds", "node_capacity_cpu_cores", "node_capacity_memory_bytes",
               "node_capacity_cpu_core_seconds", "node_capacity_memory_byte_seconds")}}
    return pa.table({**row, **columns})


@pytest.mark.parametrize("times", [
    pa.array(["2025-10-02 05:00:00 +0000 UTC"]), pa.array([1759381200], pa.timestamp("s")), pa.array([1759381200000], pa.timestamp("ms", "UTC")),
    pa.array([1759381200000000], pa.timestamp("us")), pa.array([20363], pa.date32()), pa.array(["2025-10-02"], pa.large_string()),
])
def test_times_of_every_form(summarizer, times):
    summarizer.add(pods(interval_start=times), "pod_usage")
    rows = summarizer.finish().to_pyarrow().filter(pc.field("namespace") == "shop").to_pylist()
    assert [str(row["usage_start"]) for row in rows] == ["2025-10-02"]
    assert rows[0]["pod_usage_cpu_core_hours"] == 1


@pytest.mark.parametrize("texts", [
    pa.array(["shop"], pa.large_string()), pa.array(["shop"], pa.string_view()), pa.array(["shop"]).dictionary_encode(),
    pa.DictionaryArray.from_arrays(pa.array([0], pa.uint16()), pa.array(["shop"], pa.large_string()))])
def test_texts_of_every_form(summarizer, texts):
    summarizer.add(pods(namespace=texts), "pod_usage")
    assert "shop" in summarizer.finish().to_pyarrow()["namespace"].to_pylist()


@pytest.mark.parametrize("numbers", [pa.array([3600]), pa.array([3600], pa.float32()), pa.array([3600], pa.uint16())])
def test_numbers_of_every_form(summarizer, numbers):
    summarizer.add(pods(pod_usage_cpu_core_seconds=numbers), "pod_usage")
    assert 1 in summarizer.finish().to_pyarrow()["pod_usage_cpu_core_hours"].to_pylist()


@pytest.mark.parametrize(("columns", "complaint"), [
    ({"namespace": [1.5]}, "namespace: has type double"), ({USAGE: ["x"]}, "expected float64"), ({USAGE: [2**62 + 1]}, USAGE),
    ({"interval_start": ["yesterday"]}, "yesterday"), ({"interval_start": [1.5]}, "expected a timestamp"), ({USAGE: [float("nan")]}, "nan"),
    ({"pod_labels": ["[]"]}, "pod_labels"),
])
def test_what_the_rules_refuse_is_named(summarizer, columns, complaint):
    with pytest.raises(costmill.errors.BadInputError, match=complaint) as raised:
        summarizer.add(pods(**columns), "pod_usage")
        summarizer.finish()
    assert raised.value.column


def test_a_missing_column_is_no_null(summarizer):
    with pytest.raises(costmill.errors.BadInputError, match=f"{USAGE}: is not there"):
        summarizer.add(pods().drop_columns([USAGE]), "pod_usage")


def test_a_batch_must_know_its_table(summarizer):
    with pytest.raises(TypeError, match="of which table"):
        summarizer.add(pods())
    with pytest.raises(TypeError, match="__arrow_c_stream__"):
        summarizer.add([1, 2], "pod_usage")


def test_invalid_text_in_a_batch_is_refused(summarizer):
    bad = pa.StringArray.from_buffers(1, pa.array([0, 1], pa.int32()).buffers()[1], pa.py_buffer(b"\xff"))
    with pytest.raises(costmill.errors.BadInputError):
        summarizer.add(pods(namespace=bad), "pod_usage")
