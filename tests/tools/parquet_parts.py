"""The parts of a Parquet file, and footers made by hand: as much of Thrift's compact protocol as that takes."""

import io
import struct

import pyarrow.parquet as pq


class _Reader:
    def __init__(self, content, at):
        self.content, self.at = content, at

    def byte(self):
        self.at += 1
        return self.content[self.at - 1]

    def varint(self):
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                return value

    def value(self, kind):
        if kind in (1, 2):
            return kind == 1
        if kind == 3:
            return self.byte()
        if kind in (4, 5, 6):
            number = self.varint()
            return number >> 1 ^ -(number & 1)
        if kind == 7:
            self.at += 8
            return None
        if kind == 8:
            size = self.varint()
            self.at += size
            return None
        if kind == 9:
            header = self.byte()
            count = self.varint() if header >> 4 == 15 else header >> 4
            return [self.value(header & 15) for _ in range(count)]
        assert kind == 12, f"Thrift type {kind}"
        return self.struct()

    def struct(self):
        fields, number = {}, 0
        while True:
            header = self.byte()
            if header & 15 == 0:
                return fields
            number = number + (header >> 4) if header >> 4 else self.value(4)
            fields[number] = self.value(header & 15)


def part_of(content, offset):
    """'page data', 'page header', 'footer' or 'magic': what lies at a byte of a file."""
    footer_bytes = struct.unpack("<I", content[-8:-4])[0]
    if offset < 4 or offset >= len(content) - 8:
        return "magic"
    if offset >= len(content) - 8 - footer_bytes:
        return "footer"
    metadata = pq.ParquetFile(io.BytesIO(content)).metadata
    for group in range(metadata.num_row_groups):
        for column in range(metadata.num_columns):
            chunk = metadata.row_group(group).column(column)
            at = chunk.dictionary_page_offset or chunk.data_page_offset
            end = at + chunk.total_compressed_size
            while at <= offset < end:
                reader = _Reader(content, at)
                page_bytes = reader.struct()[3]
                if offset < reader.at:
                    return "page header"
                at = reader.at + page_bytes
                if offset < at:
                    return "page data"
    return "gap"


# --- writing: values are (type, value) ----------------------------------------------------------------------------------------------

def varint(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def zigzag(value):
    return varint(value << 1 if value >= 0 else (-value << 1) - 1)


def thrift(fields):
    """A struct of {number: value}: an int is i64, (32, int) is i32, a dict is a struct; bytes; and lists of one of these."""
    out, last = b"", 0
    for number, value in sorted(fields.items()):
        kind, data = _encoded(value)
        out += bytes([(number - last) << 4 | kind]) + data
        last = number
    return out + b"\0"


def _encoded(value):
    if isinstance(value, tuple):
        return 5, zigzag(value[1])
    if isinstance(value, int):
        return 6, zigzag(value)
    if isinstance(value, bytes):
        return 8, varint(len(value)) + value
    if isinstance(value, dict):
        return 12, thrift(value)
    kind = _encoded(value[0])[0] if value else 12
    header = bytes([len(value) << 4 | kind]) if len(value) < 15 else bytes([0xF0 | kind]) + varint(len(value))
    return 9, header + b"".join(_encoded(element)[1] for element in value)


def file_of(footer, before=b"PAR1"):
    return before + footer + struct.pack("<I", len(footer)) + b"PAR1"
