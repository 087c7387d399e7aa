"""What of an exception is kept with the attempt that it failed."""

from __future__ import annotations

import datetime
import os
import re
import sys
import sysconfig
import traceback
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any

#: The most characters that the engine keeps.
_longest = {"name": 100, "message": 1000, "stack": 2000}
_most_causes = 4


def thrown_of(error: BaseException, shown: Callable[[str], str] = str) -> dict[str, Any]:
    """The name, message and lines of an exception, whatever its `__str__` does. `shown` is what of a text is kept: before it is cut, since half a secret would not be found."""
    causes = "".join(f", caused by {_name_of(cause)}: {_text_of(cause)}" for cause in _causes_of(error))
    stack = _frames_of(error.__traceback__)
    return {
        "name": _cut(shown(_name_of(error)), _longest["name"]),
        "message": _cut(shown(_text_of(error) + causes), _longest["message"]),
        **({"stack": _cut(shown(stack), _longest["stack"])} if stack else {}),
    }


def _name_of(error: BaseException) -> str:
    return type(error).__name__


def _text_of(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:
        return "What was raised cannot be read."


def _causes_of(error: BaseException) -> Iterator[BaseException]:
    seen = {id(error)}
    for _ in range(_most_causes):
        cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        if cause is None or id(cause) in seen:
            return
        seen.add(id(cause))
        yield cause
        error = cause


_ours = os.path.dirname(os.path.abspath(__file__)) + os.sep
_library = os.path.join(sysconfig.get_paths()["stdlib"], "")


def _frames_of(trace: TracebackType | None) -> str:
    """The latest call first, since the end is what is cut. Frames of ours and of Python's library say nothing about the function."""
    frames = [(frame, os.path.abspath(frame.filename)) for frame in traceback.extract_tb(trace)]
    theirs = [(frame, file) for frame, file in frames if not file.startswith(_ours) and not _is_library(file)]
    return "\n".join(f"at {frame.name} ({_shown(file)}:{frame.lineno})" for frame, file in reversed(theirs))


def _is_library(file: str) -> bool:
    return file.startswith(_library) and "site-packages" not in file


def _shown(file: str) -> str:
    """A path without the folders of the machine: from where Python imports, or from the folder in which it runs."""
    roots = [os.path.join(os.path.abspath(place or os.curdir), "") for place in [*sys.path, os.curdir]]
    longest = max((root for root in roots if file.startswith(root)), key=len, default=None)
    return os.path.basename(file) if longest is None else file[len(longest) :]


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def steering_of(error: BaseException) -> dict[str, Any]:
    """What an exception says of the next attempt, by its attributes `retryable`, `retry_after` and `code`."""
    retryable, code = (_read(error, name) for name in ("retryable", "code"))
    after = _milliseconds_of(_read(error, "retry_after"))
    has_code = isinstance(code, (str, int)) and not isinstance(code, bool)
    return {
        **({"retryable": retryable} if isinstance(retryable, bool) else {}),
        **({"retry_after_ms": after} if after is not None else {}),
        **({"code": _cut(str(code), 100)} if has_code else {}),
    }


def _read(error: BaseException, name: str) -> object:
    """An attribute may be a property that raises."""
    try:
        return getattr(error, name, None)
    except Exception:
        return None


_duration = re.compile(r"(\d{1,15})(ms|s|m|h|d)", re.ASCII)
_units = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


def _milliseconds_of(value: object) -> int | None:
    """Of seconds, a timedelta, the time of a datetime, or a text such as "30s". None for anything else."""
    if isinstance(value, str):
        found = _duration.fullmatch(value)
        return int(found[1]) * _units[found[2]] if found else None
    if isinstance(value, bool) or not isinstance(value, (int, float, datetime.timedelta, datetime.datetime)):
        return None
    try:
        if isinstance(value, datetime.datetime):
            value = value - datetime.datetime.now(value.tzinfo)
        seconds = value.total_seconds() if isinstance(value, datetime.timedelta) else value
        return max(0, round(seconds * 1000))
    except (OverflowError, ValueError):
        return None
