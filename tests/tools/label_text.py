"""Label texts by the rules: JSON text -> map of text to text or None, filtered, merged, and written canonically."""

import json


class LabelError(ValueError):
    """A text that the reference refuses."""


class _Number(str):
    """A JSON number, kept as it was written."""


def _java_scientific(text):
    """1.5 -> 1.5E0, 0.1 -> 1.0E-1, 1e3 -> 1.0E3."""
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise LabelError(f"number {text} is too large")
    mantissa, exponent = (repr(number).split("e") + ["0"])[:2]
    sign = "-" if mantissa.startswith("-") else ""
    whole, _, fraction = mantissa.lstrip("-").partition(".")
    digits = whole + fraction
    power = int(exponent) + len(whole) - 1
    stripped = digits.lstrip("0")
    power -= len(digits) - len(stripped)
    stripped = stripped.rstrip("0")
    if not stripped:
        return f"{sign}0.0E0"
    return f"{sign}{stripped[0]}.{stripped[1:] or '0'}E{power}"


def _number_text(number):
    if any(c in number for c in ".eE"):
        return _java_scientific(number)
    return "0" if number == "-0" else str(number)


def _no_lone_surrogates(text):
    return "".join("?" if 0xD800 <= ord(c) <= 0xDFFF else c for c in text)


class _Object(list):
    """Key-value pairs as they stand in the text."""


def _refuse_constant(name):
    raise LabelError(f"{name} is no JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_Object, parse_int=_Number, parse_float=_Number, parse_constant=_refuse_constant)


def parse(text, keeps):
    """The map of the kept keys; None for NULL text and for JSON null."""
    if text is None:
        return None
    blanks = " \t\n\r"
    try:
        value = _DECODER.decode(text.strip(blanks))
    except (ValueError, RecursionError) as error:
        raise LabelError(f"invalid JSON in {text[:60]!r}: {error}") from error
    if value is None:
        return None
    if not isinstance(value, _Object):
        raise LabelError(f"no JSON object: {text[:60]!r}")
    labels = {}
    for key, item in value:
        key = _no_lone_surrogates(key)
        if key in labels:
            raise LabelError(f"key {key!r} twice in {text[:60]!r}")
        labels[key] = _value_text(item, key)
    kept = {key: item for key, item in labels.items() if keeps(key)}
    if any("\0" in (item or "") for item in kept.values()):
        raise LabelError(f"\\u0000 in a kept value of {text[:60]!r}")
    return kept


def _value_text(item, key):
    if item is None:
        return None
    if isinstance(item, bool):
        return "true" if item else "false"
    if isinstance(item, _Number):
        return _number_text(item)
    if isinstance(item, str):
        return _no_lone_surrogates(item)
    raise LabelError(f"the value of {key!r} is an object or an array")


def canonical(labels):
    """Compact JSON, keys by code point, non-ASCII as is; None stays None."""
    if labels is None:
        return None
    return json.dumps(labels, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def frozen(labels):
    """A hashable form; equal maps give equal forms."""
    return None if labels is None else tuple(sorted((k, v is not None, v or "") for k, v in labels.items()))
