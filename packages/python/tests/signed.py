"""Messages as the engine sends them."""

from __future__ import annotations

import json
import time
from typing import Any

from protocol_functions import key

from ductape_jobs._signature import key_of, signature_of


def a_call(function: str, payload: Any = None, **fields: Any) -> dict[str, Any]:
    return {
        "v": 1,
        "kind": "call",
        "function": function,
        "payload": payload,
        "job_id": "job_1",
        "run": 1,
        "attempt": 2,
        "product": "shop",
        "env": "dev",
        "event": "go",
        "idempotency_key": "job_1-1",
        "deadline_ms": 10_000,
        "reply": "sync",
        **fields,
    }


def signed(message: Any, secret: str = key, age_s: float = 0) -> tuple[dict[str, str], bytes]:
    body = json.dumps(message).encode()
    timestamp = str(int(time.time() - age_s))
    signature = signature_of(key_of(secret), "m-1", timestamp, body)
    return {"Webhook-Id": "m-1", "Webhook-Timestamp": timestamp, "Webhook-Signature": signature}, body
