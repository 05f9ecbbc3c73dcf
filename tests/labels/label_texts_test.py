#!/usr/bin/env python3
"""Random label texts, valid and broken: the label parser against Python's json and rule 2 written a second time.

usage: label_texts_test.py PATH_OF_LABEL_TEXTS [COUNT] [SEED]

Every text must give the same map in both, or be refused by both; where the text is sound JSON, also for the same reason.
"""

import json
import random
import struct
import subprocess
import sys

SEED = 20251001
COUNT = 100_000
ENABLED = ["app", "env", "café", "k😀", "?", "", "vm_kubevirt_io_name"]
SHOWN_FAILURES = 10


class Number(str):
    """A number as written."""


class Members(list):
    """The members of an object, in order, repeated ones too."""


class Refused(Exception):
    """args[0]: the reasons that are right, each a part of the message; None where any reason is."""


def refuse_constant(name):
    raise ValueError(name)


DECODER = json.JSONDecoder(
    object_pairs_hook=Members,
    parse_int=Number,
    parse_float=Number,
    parse_constant=refuse_constant,
    strict=True,
)


def without_surrogates(text):
    return "".join("?" if 0xD800 <= ord(c) <= 0xDFFF else c for c in text)


def java_text(number):
    value = float(number)
    if value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    sign = "-" if repr(value).startswith("-") else ""
    mantissa, _, exponent = repr(value).lstrip("-").partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = whole + fraction
    power = int(exponent or 0) + len(whole) - 1
    leading = len(digits) - len(digits.lstrip("0"))
    digits = digits[leading:].rstrip("0")
    if not digits:
        return sign + "0.0E0"
    return f"{sign}{digits[0]}.{digits[1:] or '0'}E{power - leading}"


def value_text(value):
    if value is None:
        return None
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, Number):
        if any(c in value for c in ".eE"):
            return java_text(value)
        return "0" if value == "-0" else str(value)
    return without_surrogates(value)


def decoded(label_text):
    """What DECODER makes of it, or the Refused it deserves."""
    try:
        text = label_text.decode("utf-8", errors="strict")
    except UnicodeDecodeError:
        return Refused(["not UTF-8"])
    if text.startswith("\ufeff"):
        return Refused(["a byte order mark"])
    try:
        return DECODER.decode(text)
    except (ValueError, RecursionError):
        return Refused(None)


def expected(members, kept):
    """Canonical JSON of a decoded() label text, with the keys for which kept(key) holds."""
    if isinstance(members, Refused):
        raise members
    if members is None:
        return "null"
    if not isinstance(members, Members):
        raise Refused(["no JSON object"])
    reasons = []
    labels = {}
    seen = set()
    for raw_key, value in members:
        key = without_surrogates(raw_key)
        if key in seen:
            reasons.append("a key twice")
        seen.add(key)
        if kept(key) and "\0" in key:
            reasons.append("a NUL character (\\u0000) in the key")
        if isinstance(value, Members):
            reasons.append("an object as the value")
            continue
        if isinstance(value, list):
            reasons.append("an array as the value")
            continue
        if not kept(key):
            continue
        labels[key] = value_text(value)
        if "\0" in (labels[key] or ""):
            reasons.append("a NUL character (\\u0000) in the value")
    if reasons:
        raise Refused(reasons)
    ordered = dict(sorted(labels.items(), key=lambda label: label[0].encode("utf-8")))
    return json.dumps(ordered, ensure_ascii=False, separators=(",", ":"))


class Texts:
    """An endless source of them."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def blanks(self):
        if self.random.random() < 0.8:
            return self.random.choice(["", "", " "])
        return "".join(self.random.choice(" \t\n\r") for _ in range(self.random.randrange(4)))

    def escaped(self, code):
        """One UTF-16 unit as \\uXXXX, in either case of the digits."""
        return self.random.choice(["\\u%04x", "\\u%04X"]) % code

    def character(self):
        pick = self.random.random()
        if pick < 0.7:
            return self.random.choice("abcdefghijklmnopqrstuvwxyzABCXYZ0123456789-_./ '<>&:,|{}[]")
        if pick < 0.8:
            return self.random.choice(['\\"', "\\\\", "\\/", "\\b", "\\f", "\\n", "\\r", "\\t"])
        if pick < 0.86:
            return self.random.choice("äéß€中\u0080\u00a0\u2028\u200b\ud7ff\ue000\ufffd\uffff😀𝄞\U0010ffff\x7f")
        if pick < 0.93:
            return self.escaped(self.random.choice([0x20, 0x41, 0x1F, 0x01, 0x22, 0x5C, 0xE9, 0x2028, 0xFFFF, 0xFEFF]))
        if pick < 0.97:
            code = self.random.randrange(0x10000)
            return self.escaped(0xD800 + (code >> 10) % 0x400) + self.escaped(0xDC00 + code % 0x400)
        if pick < 0.995:
            return self.escaped(self.random.choice([0xD800, 0xDBFF, 0xDC00, 0xDFFF, 0xD83D, 0xDE00]))
        return "\\u0000"

    def string(self, longest=12):
        return '"' + "".join(self.character() for _ in range(self.random.randrange(longest))) + '"'

    def key(self):
        pick = self.random.random()
        if pick < 0.3:
            return self.string(8)
        if pick < 0.7:
            return '"key%d"' % self.random.randrange(1000)
        return '"' + self.random.choice(["app", "\\u0061pp", "env", "café", "caf\\u00e9", "k😀", "k\\ud83d\\uDE00", "?", "\\udfff", ""]) + '"'

    def digits(self, most):
        return "".join(self.random.choice("0123456789") for _ in range(self.random.randint(1, most)))

    def integer(self):
        if self.random.random() < 0.15:
            return self.random.choice(["0", "-0"])
        most = 400 if self.random.random() < 0.03 else 20
        return self.random.choice(["", "-"]) + self.random.choice("123456789") + self.digits(most)

    def number(self):
        pick = self.random.random()
        if pick < 0.4:
            return self.integer()
        if pick < 0.6:
            return repr(struct.unpack("<d", self.random.randbytes(8))[0]).replace("nan", "0.5").replace("inf", "1e999")
        fraction = "." + self.digits(25) if self.random.random() < 0.6 else ""
        exponent = ""
        if not fraction or self.random.random() < 0.5:
            exponent = self.random.choice("eE") + self.random.choice(["", "+", "-"]) + self.digits(3)
        return self.integer() + fraction + exponent

    def value(self):
        pick = self.random.random()
        if pick < 0.6:
            return self.string()
        if pick < 0.85:
            return self.number()
        if pick < 0.985:
            return self.random.choice(["true", "false", "null"])
        return self.nested()

    def nested(self):
        inside = [self.value() for _ in range(self.random.randrange(3))]
        if self.random.random() < 0.5:
            return "[" + ",".join(inside) + "]"
        return "{" + ",".join(f"{self.key()}:{value}" for value in inside) + "}"

    def members(self, count):
        return [f"{self.blanks()}{self.key()}{self.blanks()}:{self.blanks()}{self.value()}{self.blanks()}" for _ in range(count)]

    def sound(self):
        """JSON, in most cases one that becomes a map."""
        pick = self.random.random()
        if pick < 0.02:
            return self.blanks() + self.random.choice(["null", "{}", "{ }", "[]", "true", '"x"', "1"]) + self.blanks()
        count = 60 if pick < 0.03 else self.random.randrange(7)
        members = self.members(count)
        if members and self.random.random() < 0.04:
            members.insert(self.random.randrange(len(members)), self.random.choice(members))
        return self.blanks() + "{" + (",".join(members) or self.blanks()) + "}" + self.blanks()

    def misspelt(self):
        """Sound but for one thing that lenient parsers let pass."""
        value = self.random.choice(
            ["NaN", "Infinity", "-Infinity", "01", "-01", "+1", ".5", "1.", "1e", "0x1F", "'x'", "True", "None", "nulll", "", "-",
             '"\\x41"', '"\\u12"', '"\\u12g4"', '"\\u+123"', '"\\u 123"', '"a\tb"', '"a\nb"', '"a\x00b"', '"a\x1fb"', "1_000", "١", "1 2"])
        text = "{" + ",".join(self.members(2) + [f"{self.key()}:{value}"]) + "}"
        sound = self.sound()
        return self.random.choice(
            [text, text, text, sound + "x", sound + ",", sound + sound, "\ufeff" + sound, "/**/" + sound, sound + "//c", sound + "\x00",
             "\x0c" + sound, "\u00a0" + sound, sound.replace("}", ",}", 1), sound.replace("{", "{,", 1), sound.replace('"', "'"), "", " "])

    def mutated(self, text):
        """A few bytes changed, dropped or put in."""
        changed = bytearray(text)
        alphabet = b'{}[]",:\\/ \t\nu0123456789abcdefDdEe+-.tn\x00\x1f\x7f\x80\xbf\xc0\xc3\xe0\xed\xa0\xf0\x9f\xf4\xff'
        for _ in range(self.random.choice([1, 1, 1, 2, 5])):
            at = self.random.randrange(len(changed) + 1)
            byte = bytes([self.random.choice(alphabet)])
            pick = self.random.random()
            if pick < 0.4:
                changed[at : at + 1] = byte
            elif pick < 0.7:
                changed[at:at] = byte
            else:
                del changed[at : at + self.random.choice([1, 1, 2, 7])]
        return bytes(changed)

    def next(self):
        pick = self.random.random()
        if pick < 0.55:
            return self.sound().encode()
        if pick < 0.65:
            return self.misspelt().encode()
        text = self.sound().encode()
        if pick < 0.7:
            return text[: self.random.randrange(len(text) + 1)]
        return self.mutated(text)


def extreme_texts():
    """Deep, long and wide ones."""
    for depth in (100, 10_000):
        yield b'{"a":' * depth + b"1" + b"}" * depth
        yield b'{"a":' + b"[" * depth + b"]" * depth + b"}"
        yield b"[" * depth
        yield b'{"a":[' * depth
    for size in (65_535, 1 << 20):
        yield b'{"app":"' + b"x" * size + b'"}'
        yield b'{"app":"' + "ü".encode() * (size // 2) + b'"}'
        yield b'{"app":' + b"9" * size + b"}"
        yield b'{"app":' + b"9" * 4000 + b".5e-" + b"0" * size + b"3990}"
        yield b" " * size + b"{}" + b"\n" * size
    for keys in (1_000, 10_000):
        body = ",".join(f'"key{i}":{i}' for i in range(keys))
        yield f"{{{body}}}".encode()
        yield f'{{{body},"key\\u0037":0}}'.encode()


def answers(program, texts, arguments):
    request = b"".join(struct.pack("<I", len(text)) + text for text in texts)
    response = subprocess.run([program, *arguments], input=request, stdout=subprocess.PIPE, check=True).stdout
    at = 0
    while at < len(response):
        (length,) = struct.unpack_from("<I", response, at)
        yield response[at + 4 : at + 4 + length]
        at += 4 + length


def outcome(members, kept):
    """(canonical JSON, None), or (None, right reasons) for a refusal."""
    try:
        return expected(members, kept).encode(), None
    except Refused as refused:
        return None, refused.args[0]


def agrees(answer, json_text, reasons):
    if json_text is not None:
        return answer == json_text
    if not answer.startswith(b"!") or len(answer) < 2:
        return False
    message = answer.decode("utf-8", errors="replace")
    return reasons is None or any(reason in message for reason in reasons)


def compare(program, texts, parsed, arguments, kept):
    """Numbers of texts read alike, refused alike, and judged differently."""
    got = list(answers(program, texts, arguments))
    if len(got) != len(texts):
        print(f"{len(texts)} texts, {len(got)} answers")
        return 0, 0, len(texts)
    read = refused = failed = 0
    for text, members, answer in zip(texts, parsed, got):
        json_text, reasons = outcome(members, kept)
        if not agrees(answer, json_text, reasons):
            failed += 1
            if failed <= SHOWN_FAILURES:
                print(f"text     {text[:300]!r}\nexpected {(json_text or reasons or 'a refusal')!r:.300}\ngot      {answer[:300]!r}\n")
        elif json_text is None:
            refused += 1
        else:
            read += 1
    return read, refused, failed


def main():
    program = sys.argv[1]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else COUNT
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else SEED
    print(f"seed {seed}")
    source = Texts(seed)
    texts = list(extreme_texts())
    texts += [source.next() for _ in range(count - len(texts))]
    parsed = [decoded(text) for text in texts]

    passed = failures = 0
    for name, arguments, kept in (
        ("every key", [], lambda key: True),
        ("enabled keys", ["--only", *ENABLED], lambda key: key in ENABLED),
    ):
        read, refused, failed = compare(program, texts, parsed, arguments, kept)
        print(f"{name}: {read} read, {refused} refused, {failed} judged differently")
        if min(read, refused) < count // 5:
            print(f"{name}: too few texts of one kind, the generator is out of balance")
            failed += 1
        passed += read + refused
        failures += failed
    print(f"{passed} passed, {failures} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
