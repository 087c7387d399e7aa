"""Lines of the log, as JSON with the fields of the job."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from typing import Any


class FunctionLog:
    """Writes lines that can be found by the job: `ctx.log.info("looking up a price", sku="A-1")`."""

    def __init__(self, write: Callable[[str], None], of: Mapping[str, Any]) -> None:
        self._write = write
        self._of = dict(of)

    def debug(self, message: str, /, **fields: Any) -> None:
        self._line("DEBUG", message, fields)

    def info(self, message: str, /, **fields: Any) -> None:
        self._line("INFO", message, fields)

    def warn(self, message: str, /, **fields: Any) -> None:
        self._line("WARN", message, fields)

    def error(self, message: str, /, **fields: Any) -> None:
        self._line("ERROR", message, fields)

    def _line(self, level: str, message: str, fields: Mapping[str, Any]) -> None:
        timestamp = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        head = {"level": level, "message": str(message), "timestamp": timestamp}
        try:
            line = json.dumps({**head, **fields, **self._of}, default=str)
        except Exception:  # what cannot be written must not fail a job that only logs
            line = json.dumps({**head, **self._of, "unwritten": list(fields)})
        self._write(line)
