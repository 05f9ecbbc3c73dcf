"""The Parquet layout that Koku writes for one OpenShift cluster: tables, paths, reading and writing of rows.

A row is a dict of Python values: text or None, float or None, and for timestamps microseconds since 1970-01-01 or None.
"""

import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

MICROSECONDS_PER_DAY = 86_400_000_000
EPOCH = datetime.date(1970, 1, 1)

TIME, TEXT, NUMBER = "time", "text", "number"


def _columns(names):
    def kind(name):
        if name.startswith(("interval_", "report_period_")):
            return TIME
        quantity = name.endswith(("_seconds", "_cores", "_bytes"))
        return NUMBER if quantity else TEXT

    return {name: kind(name) for name in names.split()}


_PERIOD = "interval_start report_period_start report_period_end"

# Table -> (report type, is it a daily table, columns in Koku's order).
TABLES = {
    "pod_hourly": (
        "pod_usage",
        False,
        _columns(
            "report_period_start report_period_end interval_start interval_end pod namespace node resource_id "
            "pod_usage_cpu_core_seconds pod_request_cpu_core_seconds pod_limit_cpu_core_seconds "
            "pod_usage_memory_byte_seconds pod_request_memory_byte_seconds pod_limit_memory_byte_seconds "
            "node_capacity_cpu_cores node_capacity_cpu_core_seconds node_capacity_memory_bytes "
            "node_capacity_memory_byte_seconds pod_labels "
            "pod_effective_usage_cpu_core_seconds pod_effective_usage_memory_byte_seconds"
        ),
    ),
    "pod_daily": (
        "pod_usage",
        True,
        _columns(
            f"namespace node pod pod_labels {_PERIOD} resource_id "
            "pod_usage_cpu_core_seconds pod_request_cpu_core_seconds pod_effective_usage_cpu_core_seconds "
            "pod_limit_cpu_core_seconds pod_usage_memory_byte_seconds pod_request_memory_byte_seconds "
            "pod_effective_usage_memory_byte_seconds pod_limit_memory_byte_seconds "
            "node_capacity_cpu_cores node_capacity_cpu_core_seconds node_capacity_memory_bytes "
            "node_capacity_memory_byte_seconds node_role"
        ),
    ),
    "storage_daily": (
        "storage_usage",
        True,
        _columns(
            "namespace node pod persistentvolumeclaim persistentvolume storageclass csi_driver csi_volume_handle "
            f"persistentvolume_labels persistentvolumeclaim_labels {_PERIOD} "
            "persistentvolumeclaim_capacity_bytes persistentvolumeclaim_capacity_byte_seconds "
            "volume_request_storage_byte_seconds persistentvolumeclaim_usage_byte_seconds"
        ),
    ),
    "node_labels_daily": ("node_labels", True, _columns(f"node node_labels {_PERIOD}")),
    "namespace_labels_daily": ("namespace_labels", True, _columns(f"namespace namespace_labels {_PERIOD}")),
}


def day_start(day):
    """Microseconds of a date's midnight."""
    return (day - EPOCH).days * MICROSECONDS_PER_DAY


def day_of(microseconds):
    """The date that a timestamp lies in; floors, also before 1970."""
    return EPOCH + datetime.timedelta(days=microseconds // MICROSECONDS_PER_DAY)


def partition(root, table, org, source, year, month):
    """The folder of one table, source and month."""
    report_type, daily, _ = TABLES[table]
    tree = Path(root) / "data" / "parquet"
    if daily:
        tree = tree / "daily"
    return tree / org / "OCP" / report_type / f"source={source}" / f"year={year:04d}" / f"month={month:02d}"


def file_name(table, day, manifest, number, chunk):
    report_type, daily, _ = TABLES[table]
    return f"{report_type}.{day}.{manifest}.{number}_{'daily_' if daily else ''}{chunk}.parquet"


def arrow_table(table, rows, columns=None, unit="ms"):
    """The rows as an Arrow table with Koku's types; `columns` restricts and orders them."""
    kinds = TABLES[table][2]
    arrays, fields = [], []
    for name in columns or kinds:
        values = [row.get(name) for row in rows]
        if kinds[name] == TIME:
            array = pa.array(values, pa.timestamp("us")).cast(pa.timestamp(unit))
        else:
            array = pa.array(values, pa.string() if kinds[name] == TEXT else pa.float64())
        arrays.append(array)
        fields.append(pa.field(name, array.type))
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


def write_as_koku(path, table):
    """One file as Koku writes it: Parquet 2.6, snappy, dictionaries, one row group."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path, version="2.6", compression="snappy", row_group_size=1 << 20)


def read_rows(root, table, org, source, year, month):
    """All rows of a partition; None if it has no file. A column missing in a file reads None."""
    files = sorted(partition(root, table, org, source, year, month).glob("*.parquet"))
    if not files:
        return None
    kinds = TABLES[table][2]
    rows = []
    for path in files:
        file = pq.ParquetFile(path)
        present = [name for name in file.schema_arrow.names if name in kinds]
        data = file.read(columns=present)
        values = {}
        for name in present:
            column = data.column(name)
            if kinds[name] == TIME:
                column = column.cast(pa.timestamp("us"), safe=False).cast(pa.int64())
            values[name] = column.to_pylist()
        for i in range(data.num_rows):
            rows.append({name: values[name][i] if name in values else None for name in kinds})
    return rows


def read_reference(path):
    """The rows of a reference table as dicts, NULL (an unquoted \\N) as None; an absent file is an empty table."""
    path = Path(path)
    if not path.exists():
        return []
    records = list(_csv_records(path.read_text(encoding="utf-8")))
    return [dict(zip(records[0], record)) for record in records[1:]]


def _csv_records(text):
    """RFC 4180 records; the csv module cannot tell a quoted \\N from an unquoted one."""
    record, field, quoted, inside, i = [], "", False, False, 0
    while i < len(text):
        c = text[i]
        i += 1
        if inside:
            if c == '"' and text[i : i + 1] == '"':
                field += c
                i += 1
            elif c == '"':
                inside = False
            else:
                field += c
        elif c == '"':
            inside = quoted = True
        elif c in ",\n":
            record.append(None if field == "\\N" and not quoted else field)
            field, quoted = "", False
            if c == "\n":
                yield record
                record = []
        elif c != "\r":
            field += c
    if record or field or quoted:
        yield record + [None if field == "\\N" and not quoted else field]


def csv_line(fields):
    """One CSV record: quoted only where it must be, None as \\N."""

    def text(field):
        if field is None:
            return "\\N"
        if field == "\\N" or any(c in field for c in ',"\r\n'):
            return '"' + field.replace('"', '""') + '"'
        return field

    return ",".join(text(field) for field in fields) + "\n"


def write_reference(path, header, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", encoding="utf-8", newline="") as out:
        out.write(csv_line(header))
        out.writelines(csv_line(row) for row in rows)
