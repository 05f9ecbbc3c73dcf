"""The guide's memory utilities, for pandas and Arrow."""
import logging

import pandas
import pyarrow as pa

import costmill


def frame():
    return pandas.DataFrame({"namespace": ["kube-system", "default"] * 5000, "value": range(10000)})


def test_pandas_columns_become_categories(caplog):
    before = frame()
    with caplog.at_level(logging.INFO):
        optimized = costmill.optimize_dataframe_memory(before, ["namespace"], logger=logging.getLogger("test"))
    assert optimized["namespace"].dtype == "category" and before["namespace"].dtype != "category"
    assert optimized["namespace"].astype(str).tolist() == before["namespace"].tolist()
    assert "reduction_percent=" in caplog.text


def test_arrow_columns_become_dictionaries():
    table = pa.Table.from_pandas(frame())
    optimized = costmill.optimize_dataframe_memory(table, categorical_columns=["namespace"])
    assert pa.types.is_dictionary(optimized.schema.field("namespace").type)
    assert optimized.schema.metadata == table.schema.metadata
    assert optimized.to_pandas()["namespace"].astype(str).tolist() == frame()["namespace"].tolist()
    assert optimized.nbytes < table.nbytes


def test_cleanup_and_usage_are_logged(caplog):
    with caplog.at_level(logging.INFO):
        assert costmill.cleanup_memory(logging.getLogger("test")) >= 0
        costmill.log_memory_usage(logging.getLogger("test"), "after aggregation")
    assert "Garbage collection: freed" in caplog.text
    assert "Memory usage: after aggregation: memory=" in caplog.text
