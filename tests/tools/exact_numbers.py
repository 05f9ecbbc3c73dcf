"""The arithmetic of the rules: exact sums rounded once, maxima, and numeric(33,15) texts."""

import decimal
import math
from fractions import Fraction

CPU_BITS, MEMORY_BITS, HOURS_BITS = 60, 30, 72  # the accumulators' resolutions: sums are exact multiples of 2^-bits


class Refusal(Exception):
    """A day, or the whole input, that the rules refuse."""


class ExactSum:
    """Rounds each value to a multiple of 2^-bits (half to even), adds exactly, and rounds once to the nearest double."""

    def __init__(self, bits):
        self.bits = bits
        self.scaled = None

    def add(self, value, times=1):
        if value is None:
            return
        if not math.isfinite(value):
            raise Refusal(f"value {value} cannot be summed")
        if abs(value) >= 2.0 ** (126 - self.bits):
            raise Refusal(f"value {value} is beyond the accumulator")
        self.scaled = (self.scaled or 0) + times * round(Fraction(value) * 2**self.bits)

    def value(self):
        if self.scaled is None:
            return None
        if not -(2**127) <= self.scaled < 2**127:
            raise Refusal("a sum is beyond the accumulator")
        return float(Fraction(self.scaled, 2**self.bits))


def maximum(values):
    """MAX: skips NULL, and NaN unless all are NaN."""
    values = [v for v in values if v is not None]
    return max([v for v in values if not math.isnan(v)], default=math.nan if values else None)


def scale(value, divisors=(), factor=1.0):
    if value is None:
        return None
    for divisor in divisors:
        value = value / divisor
    return value * factor


def decimal_text(value):
    """numeric(33,15) of a double: its shortest text, half up at 15 places, trailing zeros trimmed."""
    if not math.isfinite(value):
        raise Refusal(f"{value} is no numeric(33,15)")
    with decimal.localcontext(prec=400):
        rounded = decimal.Decimal(repr(float(value))).quantize(decimal.Decimal("1e-15"), decimal.ROUND_HALF_UP)
        if abs(rounded) >= 10**18:
            raise Refusal(f"{value} does not fit numeric(33,15)")
        text = f"{rounded:f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
