"""The canonical dump of rows, as the CSV sink writes it, made from Arrow columns by code of its own."""
import csv

from costmill import Summary

TABLE = "reporting_ocpusagelineitem_daily_summary"


def text_of(value):
    if value is None:
        return "\\N"
    text = format(value, "f") if hasattr(value, "as_tuple") else str(value)  # a Decimal, without exponent
    if hasattr(value, "as_tuple") and "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def dump_of(summary: Summary):
    """[column names, row texts...], uuid left out."""
    table = summary.to_pyarrow().drop_columns(["uuid"])
    columns = [column.to_pylist() for column in table.columns]
    return [table.column_names] + [[text_of(value) for value in row] for row in zip(*columns)]


def dump_in(folder):
    """The same from the file of a CSV sink. No text of the tests is \\N itself, so quotes need not be told apart."""
    csv.field_size_limit(1 << 30)
    with open(folder / f"{TABLE}.csv", newline="", encoding="utf-8") as file:
        return list(csv.reader(file))
