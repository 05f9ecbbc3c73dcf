"""One summary as pyarrow, pandas, Polars and DuckDB: the same figures, over the same buffers."""
from decimal import Decimal

import duckdb
import polars
import pyarrow as pa
import pytest

import costmill

USAGE = "pod_usage_cpu_core_hours"


@pytest.fixture(scope="module")
def summary(month):
    return costmill.summarize(**month)


def total(values):
    return sum((value for value in values if value is not None), Decimal(0))


def test_every_library_sees_the_same_figures(summary):
    expected = total(pa.table(summary)[USAGE].to_pylist())
    assert expected > 0
    rows = summary  # DuckDB finds it by its name
    assert total(summary.to_pandas()[USAGE].dropna()) == expected
    assert polars.DataFrame(summary)[USAGE].sum() == expected
    assert duckdb.sql(f"SELECT sum({USAGE}) FROM rows").fetchall() == [(expected,)]


def test_texts_and_numbers_have_their_types(summary):
    schema = pa.schema(summary)
    assert schema.field("namespace").type == pa.dictionary(pa.int32(), pa.string())
    assert schema.field("all_labels").type == pa.dictionary(pa.int32(), pa.string())
    assert schema.field("usage_start").type == pa.date32()
    assert schema.field(USAGE).type == pa.decimal128(33, 15)
    assert len(schema) == 37


def test_float64_is_the_double_behind_the_decimal(summary, month):
    doubles = costmill.summarize(**month, numeric="float64").to_pyarrow()
    assert doubles.schema.field(USAGE).type == pa.float64()
    for decimal, double in zip(summary.to_pyarrow()[USAGE].to_pylist(), doubles[USAGE].to_pylist()):
        assert (decimal is None) == (double is None)
        assert decimal is None or abs(decimal - Decimal(repr(double))) <= Decimal("5e-16")


def addresses(table):
    return [buffer.address for batch in table.to_batches() for column in batch.columns for buffer in column.buffers() if buffer]


def test_nothing_is_copied_on_the_way_to_arrow(summary):
    first, second = pa.table(summary), summary.to_pyarrow()
    assert addresses(first) == addresses(second)
    assert len(set(addresses(first))) > 100


def test_batches_are_days_and_outlive_the_summary(month):
    table = costmill.summarize(**month).to_pyarrow()
    days = [batch.column("usage_start").unique().to_pylist() for batch in table.to_batches()]
    assert all(len(day) == 1 for day in days)
    assert [day[0] for day in days] == sorted(day[0] for day in days)


def test_a_consumer_may_ask_for_another_schema(summary):
    wanted = pa.schema([field.with_type(pa.string()) if pa.types.is_dictionary(field.type) else field for field in pa.schema(summary)])
    assert pa.table(summary, schema=wanted).schema == wanted


def test_notebooks_show_a_table(summary):
    assert "<table>" in summary._repr_html_() and "<table>" in summary.result._repr_html_()
    assert costmill._results.table_html("<b>", ["x"], [["<i>"]]).count("&lt;") == 2
