"""Signatures by Standard Webhooks (https://www.standardwebhooks.com)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import time
from collections.abc import Mapping

_prefix = "whsec_"
#: How many bytes a secret may have according to the specification.
_shortest, _longest = 24, 64
#: A signature is valid for five minutes, so that nobody can send a message again later.
_valid_s = 300


def key_of(secret: str) -> bytes:
    """The bytes of a secret. Raises a ValueError, which does not quote it."""
    wrong = f"A secret is {_prefix} followed by {_shortest} to {_longest} random bytes in base64."
    if not isinstance(secret, str):
        raise TypeError(wrong)
    try:
        key = base64.b64decode(secret.strip().removeprefix(_prefix), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(wrong) from None
    if not _shortest <= len(key) <= _longest:
        raise ValueError(wrong)
    return key


def signature_of(key: bytes, message_id: str, timestamp: str, body: bytes) -> str:
    digest = hmac.new(key, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def is_signed(key: bytes, headers: Mapping[str, str], body: bytes, now: float | None = None) -> bool:
    """Whether a message is signed with this key, and just now. The names of the headers are in lower case."""
    message_id, timestamp, given = (headers.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature"))
    if not message_id or not re.fullmatch(r"\d{1,12}", timestamp, re.ASCII):
        return False
    if abs((time.time() if now is None else now) - int(timestamp)) > _valid_s:
        return False
    try:
        wanted = signature_of(key, message_id, timestamp, body).encode()
        return any([hmac.compare_digest(one.encode(), wanted) for one in given.split(" ")])
    except UnicodeEncodeError:  # half of a character in a header
        return False
