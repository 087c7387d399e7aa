"""What JSON can keep of a value, and what it would change."""

from __future__ import annotations

import dataclasses
import datetime
import decimal
import json
import math
from collections.abc import Iterable
from typing import Any, NamedTuple


class JsonLoss(NamedTuple):
    """A value that JSON would change, and where."""

    #: A JSON pointer (RFC 6901); empty for the whole value.
    pointer: str
    #: What it is: `a set`.
    what: str
    #: What to return instead.
    instead: str


_deepest = 64
#: JavaScript, in which the engine and most clients are written, changes a larger number.
_largest_int = 2**53 - 1


def json_loss_in(value: object) -> JsonLoss | None:
    """The first part of a value that its reader would get as something else, or that JSON cannot write. None if there is none."""
    return _visit(value, (), set())


def _visit(value: object, path: tuple[str, ...], within: set[int]) -> JsonLoss | None:
    lost = _loss_of(value, within, len(path))
    if lost:
        return JsonLoss(_pointer_of(path), *lost)
    if not isinstance(value, (dict, list, tuple)):
        return None
    parts: Iterable[tuple[str, object]] = (
        value.items() if isinstance(value, dict) else ((str(at), item) for at, item in enumerate(value))
    )
    within.add(id(value))
    try:
        for name, part in parts:
            found = _visit(part, (*path, name), within)
            if found:
                return found
        return None
    finally:
        within.discard(id(value))


def _loss_of(value: object, within: set[int], depth: int) -> tuple[str, str] | None:
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, str):
        return None if _is_text(value) else ("text with half of a character", "text that UTF-8 can write")
    if isinstance(value, int):
        return None if abs(value) <= _largest_int else ("an int beyond 2**53", "its digits as a string")
    if isinstance(value, float):
        return None if math.isfinite(value) else (repr(float(value)), "None or a string")
    if not isinstance(value, (dict, list, tuple)):
        return _a(type(value).__name__), _instead_of(value)
    if id(value) in within:
        return "a reference to what contains it", "its id"
    if depth > _deepest:
        return f"nested deeper than {_deepest} levels", "something flatter"
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return _a(type(value).__name__), "its _asdict()"
    if isinstance(value, dict):
        return _loss_of_keys(value)
    return None


def _loss_of_keys(value: dict[Any, object]) -> tuple[str, str] | None:
    for key in value:
        if not isinstance(key, str):
            return f"a key that is {_a(type(key).__name__)}", "a dict whose keys are text"
        if not _is_text(key):
            return "a key with half of a character", "text that UTF-8 can write"
    return None


def _instead_of(value: object) -> str:
    if dataclasses.is_dataclass(value):
        return "dataclasses.asdict(it)"
    if callable(getattr(value, "model_dump", None)):
        return 'its model_dump(mode="json")'
    if isinstance(value, (datetime.date, datetime.time)):
        return "its isoformat()"
    if isinstance(value, decimal.Decimal):
        return "its str()"
    if isinstance(value, (set, frozenset)):
        return "a sorted list of it"
    if isinstance(value, (bytes, bytearray, memoryview)):
        return "its base64"
    if isinstance(value, BaseException):
        return "a dict with its message"
    if callable(getattr(value, "__await__", None)):
        return "what it gives when it is awaited"
    return "plain dicts, lists and text"


def _a(name: str) -> str:
    return f"an {name}" if name[:1].lower() in "aeiou" else f"a {name}"


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _pointer_of(path: tuple[str, ...]) -> str:
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in path)


def json_bytes(value: object) -> bytes:
    """The JSON of a value in as few bytes as it takes. Half of a character becomes a question mark."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode("utf-8", "replace")
