"""Writes the same rows in many physical forms. Nothing here may change what the rows mean.

Style 0 is Koku's own form; every other style draws its form at random from (seed, style).
"""

import datetime
import json
import random

import pyarrow as pa
import pyarrow.parquet as pq

import koku_layout

# Columns that a file may lack: they read NULL.
OPTIONAL_COLUMNS = {"node_role", "resource_id", "csi_driver", "csi_volume_handle", "pod_labels"}
OPTIONAL_COLUMNS |= {"pod_effective_usage_cpu_core_seconds", "pod_effective_usage_memory_byte_seconds"}
# Columns that no rule reads: a file may lack them whatever they hold.
UNREAD_COLUMNS = {"report_period_start", "report_period_end", "interval_end", "csi_driver", "node_role"}


def label_text(labels, rng):
    """One of the many spellings of a label map; without rng as Koku writes it."""
    if labels is None or isinstance(labels, str):
        return labels
    raw = {key: value for key, value in labels.items() if isinstance(value, str) and type(value) is not str}
    if rng is None:
        pairs = [f"{json.dumps(key)}: {value if key in raw else json.dumps(value)}" for key, value in labels.items()]
        return "{" + ", ".join(pairs) + "}"
    keys = list(labels)
    rng.shuffle(keys)
    blank = rng.choice(["", " ", "\n\t", "  "])
    ascii_only = rng.random() < 0.5

    def text(value):
        out = json.dumps(value, ensure_ascii=ascii_only)
        if isinstance(value, str) and value and rng.random() < 0.2:
            out = '"' + "".join(_utf16_escapes(c) for c in value) + '"'
        return out.replace("/", "\\/") if rng.random() < 0.2 else out

    pairs = [f"{blank}{text(key)}{blank}:{blank}{labels[key] if key in raw else text(labels[key])}{blank}" for key in keys]
    return blank + "{" + blank + ",".join(pairs) + "}" + blank


def _utf16_escapes(c):
    units = c.encode("utf-16-be")
    return "".join(f"\\u{units[i]:02X}{units[i + 1]:02x}" for i in range(0, len(units), 2))


def _spelled(rows, rng):
    return [{k: label_text(v, rng) if k.endswith("_labels") else v for k, v in row.items()} for row in rows]


def _cut(rows, rng):
    """The rows in random order, in one to five parts, sometimes with like NULLs together as files of one operator are."""
    rng.shuffle(rows)
    if rng.random() < 0.5:
        rows.sort(key=lambda row: [row.get(column) is None for column in sorted(OPTIONAL_COLUMNS)])
    elif rng.random() < 0.3:
        rows.sort(key=lambda row: row["interval_start"] or 0)
    cuts = sorted(rng.randint(0, len(rows)) for _ in range(rng.randint(0, 4)))
    parts = [rows[a:b] for a, b in zip([0, *cuts], [*cuts, len(rows)])]
    return [part for part in parts if part or rng.random() < 0.3] or [rows]


def _columns(table, rows, rng):
    kinds = koku_layout.TABLES[table][2]
    names = list(kinds)
    for name in list(names):
        empty = name in OPTIONAL_COLUMNS and all(row.get(name) is None for row in rows)
        if (empty or name in UNREAD_COLUMNS) and rng.random() < 0.4:
            names.remove(name)
    if rng.random() < 0.5:
        rng.shuffle(names)
    return names


def _extra_column(kind, count, rng):
    if kind == "list":
        return pa.array([[1, 2][: rng.randint(0, 2)] for _ in range(count)], pa.list_(pa.int64()))
    if kind == "struct":
        return pa.array([{"a": 1} for _ in range(count)], pa.struct([("a", pa.int32())]))
    if kind == "decimal":
        return pa.array([None] * count, pa.decimal128(38, 9))
    return pa.array([rng.randint(0, 99) for _ in range(count)], pa.int64())


def _arrow_table(table, rows, rng):
    data = koku_layout.arrow_table(table, rows, _columns(table, rows, rng), rng.choice(["ms", "us"]))
    for kind in ("list", "struct", "decimal", "int"):
        if rng.random() < 0.1:
            data = data.add_column(rng.randint(0, data.num_columns), f"extra_{kind}", _extra_column(kind, len(rows), rng))
    for i, field in enumerate(data.schema):
        column = data.column(i)
        if column.null_count == 0 and len(rows) and rng.random() < 0.1:
            data = data.set_column(i, field.with_nullable(False), column)
        elif pa.types.is_string(field.type) and rng.random() < 0.1:
            type_ = rng.choice([pa.large_string(), pa.dictionary(pa.int32(), pa.string())])
            data = data.set_column(i, pa.field(field.name, type_), column.cast(type_))
    return data


def _encodings(data, rng):
    """Dictionaries on, off, for some columns, too small for the column (mixed pages), or other encodings."""
    kind = rng.choice(["on", "off", "some", "tiny", "tiny", "other"])
    names = data.schema.names
    if kind == "on":
        return {}
    if kind == "off":
        return {"use_dictionary": False}
    if kind == "some":
        return {"use_dictionary": rng.sample(names, len(names) // 2)}
    if kind == "tiny":
        return {"dictionary_pagesize_limit": rng.choice([1, 8, 40]), "write_batch_size": rng.choice([1, 3])}
    encodings = {}
    for field in data.schema:
        if pa.types.is_string(field.type):
            encodings[field.name] = rng.choice(["PLAIN", "DELTA_BYTE_ARRAY", "DELTA_LENGTH_BYTE_ARRAY"])
        elif pa.types.is_float64(field.type):
            encodings[field.name] = rng.choice(["PLAIN", "BYTE_STREAM_SPLIT"])
        elif pa.types.is_timestamp(field.type):
            encodings[field.name] = rng.choice(["PLAIN", "DELTA_BINARY_PACKED"])
    return {"use_dictionary": False, "column_encoding": encodings}


def _write(path, data, rng):
    path.parent.mkdir(parents=True, exist_ok=True)
    options = {
        "version": rng.choice(["2.4", "2.6"]),
        "compression": rng.choice(["none", "snappy", "zstd", "gzip"]),
        "data_page_version": rng.choice(["1.0", "2.0"]),
        "data_page_size": rng.choice([1 << 20, 64, 16]),
        "row_group_size": rng.choice([1, 3, 7, 1 << 20]),
        "write_statistics": rng.random() < 0.7,
        "write_page_checksum": rng.random() < 0.3,
        "write_page_index": rng.random() < 0.2,
        "store_schema": rng.random() < 0.7,
    }
    pq.write_table(data, path, **(options | _encodings(data, rng)))


def write_file(path, table, rows, rng):
    """The rows, in this order, as a file whose form rng draws."""
    _write(path, _arrow_table(table, _spelled(rows, rng), rng), rng)


def write_tree(root, tables, params, seed, style):
    """The rows as a tree in Koku's layout."""
    month = (int(params["year"]), int(params["month"]))
    first = datetime.date(*month, 1)
    for manifest, (table, rows) in enumerate(tables.items(), 1):
        folder = koku_layout.partition(root, table, params["account"], params["source"], *month)
        if style == 0:
            if rows:
                data = koku_layout.arrow_table(table, _spelled(rows, None))
                koku_layout.write_as_koku(folder / koku_layout.file_name(table, first, manifest, 0, 0), data)
            continue
        rng = random.Random(f"style {seed} {style} {table}")
        for number, part in enumerate(_cut(_spelled(rows, rng), rng) if rows else []):
            name = koku_layout.file_name(table, first, manifest, number, rng.randint(0, 3))
            _write(folder / name, _arrow_table(table, part, rng), rng)
