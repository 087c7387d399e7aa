"""Requests to the API: sent again where that is safe, and answers made to errors."""

from __future__ import annotations

import email.utils
import http.client
import json
import random
import re
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from . import errors
from .errors import ConnectionFailedError, DuctapeError, Fault, RateLimitError, UnavailableError

_first_delay_s = 0.25
_longest_delay_s = 8.0
#: If the API asks for a longer pause, the call fails instead, and the error's `retry_after` says how long to wait.
_longest_retry_after_s = 60.0
_transient = {502, 503, 504}


@dataclass(frozen=True)
class HttpAnswer:
    """An HTTP answer, read to its end. The names of the headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """None is expected, and a redirect would take the API key elsewhere."""

    def redirect_request(self, *_: Any) -> None:
        return None


_opener = urllib.request.build_opener(_NoRedirects)

Send = Callable[[str, str, Mapping[str, str], bytes | None, float], HttpAnswer]


def send(method: str, url: str, headers: Mapping[str, str], body: bytes | None, timeout: float) -> HttpAnswer:
    """One request by urllib. Raises an OSError or an HTTPException if nothing has answered."""
    request = urllib.request.Request(url, data=body, headers=dict(headers), method=method)
    try:
        with _opener.open(request, timeout=timeout) as answer:
            return _read(answer)
    except urllib.error.HTTPError as answer:
        with answer:
            return _read(answer)


def _read(answer: Any) -> HttpAnswer:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return HttpAnswer(answer.status, headers, answer.read())


@dataclass(frozen=True)
class Call:
    method: str
    #: Below the address of the API; begins with `/v1`.
    path: str
    body: object = None
    headers: Mapping[str, str] | None = None
    #: The job that the call is about, for its errors.
    job_id: str | None = None
    #: Whether the call is idempotent, so that it is safe to send it again.
    repeatable: bool = True
    #: The fields that the answer of this API has.
    fields: tuple[str, ...] = ()


class Transport:
    def __init__(
        self,
        url: str,
        api_key: str,
        *,
        max_retries: int,
        request_timeout: float,
        send: Send,
        sleep: Callable[[float], None],
    ) -> None:
        self._url = url
        self._key = api_key
        self._max_retries = max_retries
        self._timeout = request_timeout
        self._send = send
        self.sleep = sleep
        self._ahead_s = 0.0

    def now(self) -> float:
        """Epoch milliseconds by the API's clock, as the times of jobs; by this machine's clock until an answer has a Date."""
        return (time.time() + self._ahead_s) * 1000

    def call(self, call: Call) -> dict[str, Any]:
        """The JSON object of the answer, which is empty for 204. What is not repeatable is sent again after a 429 only, since nothing was done then."""
        body = None if call.body is None else _json_of(call.body)
        headers = {"Accept": "application/json", "Authorization": f"Bearer {self._key}", **(call.headers or {})}
        if body is not None:
            headers["Content-Type"] = "application/json"
        answer = self._with_retries(
            call.repeatable,
            lambda: self._exchange(call.method, self._url + call.path, headers, body, call.job_id),
            lambda answer: error_of(answer, self._key, call.job_id),
        )
        if answer.status == 204:
            return {}
        found = _parsed(answer.body)
        if isinstance(found, dict) and all(field in found for field in call.fields):
            return found
        if isinstance(found, dict):
            text = "The API answered without the expected fields. Check DUCTAPE_URL."
            raise DuctapeError("UNEXPECTED_ANSWER", text, status=answer.status, job_id=call.job_id)
        text = f"The API answered {answer.status} without a JSON object. Check DUCTAPE_URL."
        raise DuctapeError("UNEXPECTED_ANSWER", text, status=answer.status, job_id=call.job_id)

    def download(self, url: str, job_id: str) -> Any:
        """The JSON value at a presigned URL. The API key is not sent there."""
        answer = self._with_retries(
            True, lambda: self._exchange("GET", url, {}, None, job_id), lambda answer: _download_error(answer, job_id)
        )
        try:
            return json.loads(answer.body)
        except ValueError:
            text = "The job's result is not JSON."
            raise DuctapeError("UNEXPECTED_ANSWER", text, status=answer.status, job_id=job_id) from None

    def _exchange(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, job_id: str | None
    ) -> HttpAnswer:
        # The address may be a presigned one, whose signature gives access: its host says enough.
        scheme, host = urllib.parse.urlsplit(url)[:2]
        if scheme not in ("http", "https"):  # urllib would open files too
            raise DuctapeError(
                "UNEXPECTED_ANSWER", f"The API named an address of {scheme}, not of HTTP.", job_id=job_id
            )
        try:
            answer = self._send(method, url, headers, body, self._timeout)
        except TimeoutError:
            raise ConnectionFailedError(f"No answer from {host} within {self._timeout} s.", job_id=job_id) from None
        except (OSError, http.client.HTTPException, ssl.SSLError) as cause:
            reason = getattr(cause, "reason", cause)
            if isinstance(reason, TimeoutError):
                raise ConnectionFailedError(f"No answer from {host} within {self._timeout} s.", job_id=job_id) from None
            text = f"The request to {host} failed ({type(reason).__name__})."
            raise ConnectionFailedError(text, job_id=job_id) from cause
        self._ahead_s = _clock_ahead(answer, self._ahead_s)
        return answer

    def _with_retries(
        self, repeatable: bool, attempt: Callable[[], HttpAnswer], error_of: Callable[[HttpAnswer], DuctapeError]
    ) -> HttpAnswer:
        failures = 0
        while True:
            failures += 1
            try:
                answer = attempt()
                if 200 <= answer.status <= 299:
                    return answer
                raise error_of(answer)
            except DuctapeError as error:
                delay = _delay_before_retry(error, failures)
                allowed = failures <= self._max_retries and (repeatable or isinstance(error, RateLimitError))
                if delay is None or not allowed:
                    raise
                self.sleep(delay)


def _delay_before_retry(error: DuctapeError, failures: int) -> float | None:
    """Grows exponentially with full jitter, beyond what the API asks for, so that clients that were refused together do not return together."""
    is_transient = isinstance(error, UnavailableError) and error.status in _transient
    if not is_transient and not isinstance(error, (ConnectionFailedError, RateLimitError)):
        return None
    asked = error.retry_after or 0.0
    jitter = random.random() * min(_longest_delay_s, _first_delay_s * 2 ** (failures - 1))
    return None if asked > _longest_retry_after_s else asked + jitter


def _json_of(body: object) -> bytes:
    try:
        return json.dumps(body, default=_written, allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError) as cause:
        text = f"The data cannot be written as JSON: {cause}"
        raise errors.InvalidRequestError("INVALID_REQUEST", text) from cause


def _written(value: object) -> object:
    if isinstance(value, datetime):
        if value.utcoffset() is None:
            raise TypeError(f"{value!r} has no time zone: use datetime(..., tzinfo=ZoneInfo(...))")
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} is not JSON")


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _date_of(value: str) -> float | None:
    try:
        return email.utils.parsedate_to_datetime(value).timestamp()
    except (TypeError, ValueError, IndexError):
        return None


def _clock_ahead(answer: HttpAnswer, known: float) -> float:
    """How many seconds the API's clock is ahead of this machine's, by the Date of an answer, which has whole seconds."""
    date = _date_of(answer.headers.get("date", ""))
    if date is None:
        return known
    ahead = date - time.time()
    return 0.0 if abs(ahead) < 2 else ahead


def _retry_after_of(answer: HttpAnswer) -> float | None:
    """RFC 9110 10.2.3: seconds or a date."""
    value = answer.headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}", value, re.ASCII):
        return float(value)
    date = _date_of(value)
    return None if date is None else max(0.0, date - time.time())


#: The class and the code for a status, where the answer has no code.
_by_status: dict[int, tuple[type[DuctapeError], str]] = {
    400: (errors.InvalidRequestError, "INVALID_REQUEST"),
    401: (errors.AuthenticationError, "UNAUTHENTICATED"),
    403: (errors.ForbiddenError, "FORBIDDEN"),
    404: (errors.NotFoundError, "ROUTE_NOT_FOUND"),
    405: (DuctapeError, "METHOD_NOT_ALLOWED"),
    409: (errors.ConflictError, "STATE_CONFLICT"),
    413: (errors.InvalidRequestError, "PAYLOAD_TOO_LARGE"),
    415: (errors.InvalidRequestError, "UNSUPPORTED_MEDIA_TYPE"),
    422: (errors.InvalidRequestError, "INVALID_REQUEST"),
    429: (RateLimitError, "RATE_LIMITED"),
    500: (UnavailableError, "INTERNAL"),
}

#: For answers of API Gateway, a proxy or another web server, whose own messages do not help.
_hints = {
    401: "the API key is missing or not known. Check DUCTAPE_API_KEY.",
    403: "the API key is not known, or may not do this. Check DUCTAPE_API_KEY.",
    404: "there is nothing at this address. Check DUCTAPE_URL.",
    413: "the request is too large.",
    429: "too many requests.",
}

#: A shorter string is not a real key, and removing it from every word that contains it would reveal it.
_shortest_secret = 8


def error_of(answer: HttpAnswer, key: str, job_id: str | None = None) -> DuctapeError:
    """The error for an answer: the API's problem+json (RFC 9457), API Gateway's `{"message"}`, or anything else."""
    status = answer.status
    text = answer.body.decode("utf-8", "replace")
    # The answer may quote the request.
    parsed = _parsed((text.replace(key, "[API key]") if len(key) >= _shortest_secret else text).encode())
    return problem_error(parsed, status, answer, job_id)


def problem_error(
    parsed: object, status: int, answer: HttpAnswer | None = None, job_id: str | None = None
) -> DuctapeError:
    """The error for a problem (RFC 9457), also that of one job of a batch."""
    body: dict[str, Any] = parsed if isinstance(parsed, dict) else {}
    unknown = (UnavailableError, "UNAVAILABLE") if status >= 500 else (DuctapeError, "UNEXPECTED_ANSWER")
    kind, code = _by_status.get(status, unknown)
    redirect = "it redirects. Check DUCTAPE_URL." if 300 <= status <= 399 else None
    hint = _hints.get(status) or redirect or body.get("message") or body.get("Message")
    detail = body.get("detail") or body.get("title")
    headers = answer.headers if answer else {}
    ids = (headers.get(name) for name in ("x-request-id", "apigw-requestid", "x-amzn-requestid"))
    return kind(
        str(body.get("code") or code),
        str(detail or f"The API answered {status}{f': {hint}' if hint else ''}"),
        status=status,
        errors=_faults_in(body.get("errors")),
        request_id=next((one for one in ids if one), None) or body.get("request_id"),
        job_id=body.get("job_id") or job_id,
        retry_after=_retry_after_of(answer) if answer else None,
    )


def _faults_in(value: object) -> tuple[Fault, ...]:
    listed = value if isinstance(value, list) else []
    return tuple(
        Fault(str(one.get("pointer", "")), str(one.get("detail", "is not valid")))
        for one in listed
        if isinstance(one, dict)
    )


def _download_error(answer: HttpAnswer, job_id: str) -> DuctapeError:
    """The message does not quote the URL, since its signature gives access."""
    status = answer.status
    text = f"The job completed, but the download of its result answered {status}."
    kind = UnavailableError if status == 429 or status >= 500 else DuctapeError
    return kind("RESULT_UNAVAILABLE", text, status=status, job_id=job_id, retry_after=_retry_after_of(answer))
