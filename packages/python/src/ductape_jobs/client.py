"""A typed client of the API of Ductape Jobs."""

from __future__ import annotations

import json
import math
import os
import re
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Literal, cast
from urllib.parse import quote, urlencode, urlsplit

from ._transport import Call, HttpAnswer, Send, Transport, _json_of, problem_error, send
from .answers import Job, JobPage, JobReceipt, JobStatus, JobSummary, JobType, Me, SignalSent
from .errors import (
    ConfigurationError,
    DuctapeError,
    InvalidRequestError,
    JobCancelledError,
    JobFailedError,
    RateLimitError,
    WaitTimeoutError,
)
from .requests import JobRequest, SignalRequest, Time

#: The longest that the API holds a request open for a job.
_longest_wait_s = 25
#: The time that is reserved for the answer to arrive before its request times out.
_answer_margin_s = 1.0
#: The longest pause between two requests about a job that is not due yet, so that its cancellation is noticed.
_longest_pause_s = 60.0
#: How long before a job is due a request is held open for it.
_lead_s = 20.0
_shortest_pause_s = 1.0
_longest_queued_pause_s = 10.0
#: The limits of one request. They leave room for the JSON around the jobs.
_most_jobs, _most_bytes, _most_escaped = 100, 4_390_000, 5_990_000

#: What every job and every receipt has.
_of_a_job = ("job_id", "status")

_final = ("completed", "failed", "cancelled")


@dataclass(frozen=True)
class BatchOutcome:
    """The outcome of one job of a batch: either `job` or `error`."""

    index: int
    job: JobReceipt | None = None
    error: DuctapeError | None = None


class DuctapeJobs:
    """A client of one API. It may be used by several threads; its text does not show the key.

        client = DuctapeJobs("https://jobs.example.com", api_key)
        receipt = client.schedule({"product_tag": "shop", "env": "prd", "event": "price", "input": {"payload": {"sku": "A-1"}}})
        job = client.wait(receipt["job_id"], timeout=60)

    Without arguments it takes the address and the key of `DUCTAPE_URL` and `DUCTAPE_API_KEY`. A request that may be repeated is sent
    again up to `max_retries` times after 429, 502, 503, 504 or no connection. `request_timeout` is how many seconds the API
    may be silent. All errors are a `DuctapeError`, with `code` and, for a request that is not valid, `errors` with pointers.
    """

    def __init__(
        self,
        url: str | None = None,
        api_key: str | None = None,
        *,
        max_retries: int = 4,
        request_timeout: float = 35.0,
        send: Send = send,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        address = re.sub(r"(/v1)?/*$", "", (url or os.environ.get("DUCTAPE_URL", "")).strip())
        key = (api_key or os.environ.get("DUCTAPE_API_KEY", "")).strip()
        faults = [fault for fault in (_url_fault(address), _key_fault(key)) if fault]
        if faults:
            raise ConfigurationError("\n".join(faults))
        self._url = address
        self._longest_wait = max(0, min(_longest_wait_s, math.floor(request_timeout - _answer_margin_s)))
        self._transport = Transport(
            address, key, max_retries=max_retries, request_timeout=request_timeout, send=send, sleep=sleep
        )

    def __repr__(self) -> str:
        return f"DuctapeJobs({self._url!r})"

    def schedule(self, request: JobRequest) -> JobReceipt:
        """Schedules a job, and returns its receipt as soon as it is accepted: from then on it is not lost.

        Every call is one job, even if its request is repeated. If your code may call twice for the same job, set `idempotency_key` to
        a name of yours, such as an order number.
        """
        return cast(JobReceipt, self._post(request, {}))

    def run(self, request: JobRequest, *, timeout: float | None = None) -> Any:
        """Schedules a job, waits until it has finished, and returns its result.

        Raises a JobFailedError or JobCancelledError if it does not complete, and a WaitTimeoutError after `timeout` seconds, or
        once the request that is under way then has ended.
        """
        until = _until(timeout)
        # A margin stays, so that the receipt arrives in time for an error to name the job.
        left = min(until - time.monotonic() - _answer_margin_s, _longest_wait_s)
        seconds = min(self._longest_wait, math.floor(left))
        found = self._post(request, {"Prefer": f"wait={seconds}"} if seconds >= 1 else {})
        # With `Prefer`, the answer is the job if that has finished meanwhile.
        if "attempts" not in found or not _is_final(found):
            found = self._wait(found["job_id"], found, until, timeout)
        return self.result(cast(Job, found))

    def get(self, job_id: str, *, wait: int | None = None) -> Job:
        """The job in its present state. With `wait` (1 to 25 seconds), as soon as it has finished or that time is over."""
        query = {} if wait is None else {"wait": min(wait, self._longest_wait)}
        return cast(Job, self._transport.call(Call("GET", _path(job_id, "", query), job_id=job_id, fields=_of_a_job)))

    def wait(self, job_id: str, *, timeout: float | None = None) -> Job:
        """Waits until the job has finished, whatever its outcome: `client.result(job)` is its result. A series ends with its last run.

        A job that is due later is asked for once a minute. Raises a WaitTimeoutError after `timeout` seconds.
        """
        return cast(Job, self._wait(job_id, None, _until(timeout), timeout))

    def result(self, job: Job) -> Any:
        """The result of a job that has completed, downloaded if it is large. Raises a JobFailedError or a JobCancelledError for any other."""
        if job["status"] == "failed":
            raise JobFailedError(job)
        if job["status"] == "cancelled":
            raise JobCancelledError(job)
        url = job.get("result_url")
        if url is not None:
            return self._transport.download(url, job["job_id"])
        if "result" not in job and "result_bytes" in job:
            text = "The job completed. Its result is too large for an answer, and its event hides parts of it, so that there is no download."
            raise DuctapeError("RESULT_UNAVAILABLE", text, job_id=job["job_id"])
        return job.get("result")

    def list(  # below it in this class, `list` is this method
        self,
        *,
        product_tag: str | None = None,
        env: str | None = None,
        event: str | None = None,
        status: JobStatus | Sequence[JobStatus] | None = None,
        type: JobType | Sequence[JobType] | None = None,
        label: str | None = None,
        recurring: bool | None = None,
        waiting: bool | None = None,
        retrying: bool | None = None,
        where: Mapping[str, str | float | bool] | None = None,
        created_from: Time | None = None,
        created_to: Time | None = None,
        from_: Time | None = None,
        to: Time | None = None,
        order: Literal["asc", "desc"] | None = None,
        limit: int | None = None,
    ) -> JobPages:
        """Jobs, the latest first: all of them by iterating, or a page at a time by `page(cursor)`.

        Without `product_tag`, those of all products that the key has access to. `from_` and `to` are compared with `due_at` of pending
        jobs and with `finished_at` of finished ones. `where` has values by which the catalog has jobs found, and `created_from` and
        `created_to` when such a job was made. `limit` is how many jobs a page has, 1 to 100.
        """
        query = {
            "product_tag": product_tag,
            "env": env,
            "event": event,
            "status": status,
            "type": type,
            "label": label,
            "recurring": recurring,
            "waiting": waiting,
            "retrying": retrying,
            **{f"where[{name}]": value for name, value in (where or {}).items()},
            "created_from": created_from,
            "created_to": created_to,
            "from": from_,
            "to": to,
            "order": order,
        }
        return JobPages(self._transport, query, limit)

    def cancel(self, job_id: str, *, reason: str | None = None, force: bool | None = None) -> Job:
        """Ends a job that has not finished. `force` ends a run of a feature at once, and undoes nothing more of it. Safe to repeat."""
        return self._change(job_id, "cancel", {"reason": reason, "force": force}, repeatable=True)

    def retry(
        self,
        job_id: str,
        *,
        delay_ms: int | None = None,
        start_at: Time | None = None,
        definition: Literal["current"] | None = None,
    ) -> Job:
        """Runs a failed job again, with its full number of retries: now, after `delay_ms`, or at `start_at`.

        A feature goes on by the definition that its run keeps, or with `definition="current"` by that of the present catalog.
        """
        body = {"delay_ms": delay_ms, "start_at": start_at, "definition": definition}
        # Not repeated: the job may have started in the meantime, and doing it twice differs from doing it once.
        return self._change(job_id, "retry", body, repeatable=False)

    def signal(self, request: SignalRequest) -> SignalSent:
        """Sends a message to every run of a feature that waits for `signal` with this `key`, or to the run of `job_id`.

        A run that begins to wait later takes it too, for 90 days. Each run takes a message of an `id` once.
        """
        call = Call("POST", "/v1/signals", body=request, repeatable="id" in request, fields=("id", "offered"))
        return cast(SignalSent, self._transport.call(call))

    def batch(self, requests: Iterable[JobRequest]) -> Sequence[BatchOutcome]:
        """Schedules many jobs with few requests, and returns an outcome for each, in the same order.

        Raises only if the first request fails, so that no job was accepted. If a later one fails, its jobs and all after them have its
        error.
        """
        outcomes: dict[int, BatchOutcome] = {}
        items: list[tuple[int, bytes]] = []
        for index, request in enumerate(requests):
            item = _serialized(index, request)
            if isinstance(item, BatchOutcome):
                outcomes[index] = item
            else:
                items.append((index, item))
        has_sent = False
        waiting = list(_chunks_of(items))
        while waiting:
            chunk = waiting.pop(0)
            try:
                results = self._send_batch(chunk)
                has_sent = True
            except DuctapeError as error:
                if error.status == 413 and len(chunk) > 1:  # a stricter server, such as a proxy
                    half = math.ceil(len(chunk) / 2)
                    waiting[:0] = [chunk[:half], chunk[half:]]
                    continue
                if error.status != 413 and not has_sent:
                    raise
                left = [chunk] if error.status == 413 else [chunk, *waiting]
                if error.status != 413:
                    waiting = []
                results = [BatchOutcome(index, error=error) for part in left for index, _ in part]
            outcomes.update({outcome.index: outcome for outcome in results})
        return [outcomes[index] for index in sorted(outcomes)]

    def me(self) -> Me:
        """Who the API takes this client for, and what its key may do. Any key may ask."""
        return cast(Me, self._transport.call(Call("GET", "/v1/me", fields=("caller", "verbs"))))

    def request(
        self,
        method: Literal["GET", "POST", "PUT", "DELETE"],
        path: str,
        *,
        query: Mapping[str, object] | None = None,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        repeatable: bool | None = None,
    ) -> dict[str, Any]:
        """Sends any request to the API, and returns its answer: for an operation that this client has no method for.

        client.request("GET", "/v1/stats", query={"product_tag": "shop", "env": "prd"})
        """
        # The path is appended to the address: one that does not begin with a slash could name another host.
        if not path.startswith("/"):
            raise InvalidRequestError("INVALID_REQUEST", 'request needs a path that begins with "/".')
        may_repeat = method != "POST" if repeatable is None else repeatable
        return self._transport.call(
            Call(method, path + _query_string(query or {}), body=body, headers=headers, repeatable=may_repeat)
        )

    def _post(self, request: JobRequest, headers: Mapping[str, str]) -> dict[str, Any]:
        # A key for each call, so that it is safe to send it again. The caller's own is in the body.
        key = {} if "idempotency_key" in request else {"Idempotency-Key": str(uuid.uuid4())}
        return self._transport.call(
            Call("POST", "/v1/jobs", body=request, headers={**key, **headers}, fields=_of_a_job)
        )

    def _change(self, job_id: str, verb: str, body: Mapping[str, object], *, repeatable: bool) -> Job:
        given = {name: value for name, value in body.items() if value is not None}
        path = _path(job_id, f"/{verb}")
        call = Call("POST", path, body=given or None, job_id=job_id, repeatable=repeatable, fields=_of_a_job)
        return cast(Job, self._transport.call(call))

    def _send_batch(self, chunk: Sequence[tuple[int, bytes]]) -> Sequence[BatchOutcome]:
        body = {"jobs": [json.loads(item) for _, item in chunk]}
        results = self._transport.call(Call("POST", "/v1/jobs/batch", body=body, fields=("results",)))["results"]
        return [
            _outcome_of(index, result or {}) for (index, _), result in zip_longest(chunk, (results or [])[: len(chunk)])
        ]

    def _wait(
        self, job_id: str, accepted: Mapping[str, Any] | None, until: float, timeout: float | None
    ) -> dict[str, Any]:
        """Near its time the API holds requests open; while a job is paused, or should have started and has not, the pauses grow."""
        known = dict(accepted or self.get(job_id))
        idle = queued = 0
        while not _is_final(known):
            due_in = self._due_in(known)
            is_far = due_in > _longest_wait_s
            if is_far:
                self._pause(min(_longest_pause_s, due_in - _lead_s), until)
            asked = time.monotonic()
            if asked >= until:
                raise WaitTimeoutError(job_id, timeout or 0)
            seconds = max(1, min(self._longest_wait, math.ceil(min(until - asked, _longest_wait_s))))
            job, is_refused = self._looked_up(job_id, None if is_far else seconds)
            known = dict(job)
            spent = time.monotonic() - asked
            # The API does not hold a request open for a job that cannot finish in time, nor for long if the job does not start.
            is_idle = known["status"] in ("scheduled", "paused") and spent < _shortest_pause_s
            idle = idle + 1 if not is_far and is_idle else 0
            starts_late = known["status"] == "queued" and spent < seconds - 1
            queued = queued + 1 if not is_far and (starts_late or is_refused) else 0
            pause = (
                spent + min(_longest_queued_pause_s, _shortest_pause_s * 2 ** min(queued - 1, 10))
                if queued > 0
                else min(_longest_pause_s, _shortest_pause_s * 2 ** min(max(0, idle - 1), 10))
            )
            if not is_far and spent < pause and not _is_final(known):
                self._pause(pause - spent, until)
        return known

    def _looked_up(self, job_id: str, wait: int | None) -> tuple[Job, bool]:
        """The job, and whether the API has refused to wait: a deployment limits how many requests of a key wait."""
        try:
            return self.get(job_id, wait=wait), False
        except RateLimitError:
            if wait is None:
                raise
            return self.get(job_id), True

    def _due_in(self, job: Mapping[str, Any] | None) -> float:
        """Seconds. 0 unless the job waits for its time: one that is queued or running may finish at any moment."""
        if job is None or job["status"] not in ("scheduled", "paused"):
            return 0.0
        due_at: float = job.get("due_at", job["scheduled_at"])
        return max(0.0, (due_at - self._transport.now()) / 1000)

    def _pause(self, seconds: float, until: float) -> None:
        self._transport.sleep(max(0.0, min(seconds, until - time.monotonic())))


class JobPages:
    """A list of jobs that is read page by page. Nothing is requested before it is used."""

    def __init__(self, transport: Transport, query: Mapping[str, object], limit: int | None) -> None:
        self._transport = transport
        self._query = query
        self._limit = limit

    def page(self, cursor: str | None = None) -> JobPage:
        """The page after a cursor, or the first one. It may be short or empty although more follow: go on while there is a `next_cursor`."""
        return self._read(cursor, self._limit)

    def __iter__(self) -> Iterator[JobSummary]:
        cursor: str | None = None
        while True:
            page = self._read(cursor, self._limit or 100)
            yield from page["jobs"]
            cursor = page.get("next_cursor")
            if cursor is None:
                return

    def _read(self, cursor: str | None, limit: int | None) -> JobPage:
        query = _query_string({**self._query, "limit": limit, "cursor": cursor})
        return cast(JobPage, self._transport.call(Call("GET", f"/v1/jobs{query}", fields=("jobs",))))


def _url_fault(text: str) -> str | None:
    what = 'the address of your Ductape Jobs API, such as "https://jobs.example.com"'
    if text == "":
        return f"Set DUCTAPE_URL, or pass url to DuctapeJobs: {what}."
    try:
        url = urlsplit(text)
        usable = url.scheme in ("http", "https") and url.hostname and not (url.username or url.query or url.fragment)
    except ValueError:
        usable = False
    # Not quoted, since an invalid address may contain a password.
    return None if usable else f"DUCTAPE_URL (url) must be {what}: http or https, no user, no query, no fragment."


def _key_fault(key: str) -> str | None:
    if key == "":
        return "Set DUCTAPE_API_KEY, or pass api_key to DuctapeJobs: a key of your Ductape Jobs API."
    # Checked here, since the header would be refused with a message that quotes the key.
    return (
        None if re.fullmatch(r"[\x21-\x7e]+", key) else "DUCTAPE_API_KEY (api_key) contains characters that no key has."
    )


def _path(job_id: str, rest: str = "", query: Mapping[str, object] | None = None) -> str:
    if not isinstance(job_id, str) or job_id == "":
        raise InvalidRequestError("INVALID_REQUEST", "The call needs the id of a job.")
    return f"/v1/jobs/{quote(job_id, safe='')}{rest}{_query_string(query or {})}"


def _query_string(fields: Mapping[str, object]) -> str:
    """The fields that have a value: `?a=1&b=x,y`."""
    given = {name: _query_value(value) for name, value in fields.items() if value is not None}
    return f"?{urlencode(given)}" if given else ""


def _query_value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple, set, frozenset)):
        return ",".join(str(one) for one in value)
    if hasattr(value, "isoformat"):
        return json.loads(_json_of(value))  # type: ignore[no-any-return]
    return str(value)


def _is_final(job: Mapping[str, Any]) -> bool:
    return job["status"] in _final


def _until(timeout: float | None) -> float:
    if timeout is None:
        return math.inf
    if not timeout >= 0:
        raise InvalidRequestError("INVALID_REQUEST", "timeout must be a number of seconds, 0 or more.")
    return time.monotonic() + timeout


def _serialized(index: int, request: JobRequest) -> bytes | BatchOutcome:
    """Every job gets an idempotency key, so that it is safe to send it again."""
    try:
        item = _json_of({"idempotency_key": str(uuid.uuid4()), **request})
    except DuctapeError as error:
        return BatchOutcome(index, error=error)
    if _fits(len(item) + 1, _escapes(item)):
        return item
    text = "The job is larger than a request may be. Send a file as an upload."
    return BatchOutcome(index, error=InvalidRequestError("PAYLOAD_TOO_LARGE", text))


def _escapes(item: bytes) -> int:
    return item.count(b'"') + item.count(b"\\")


def _fits(size: int, escapes: int) -> bool:
    return size <= _most_bytes and size + escapes <= _most_escaped


def _chunks_of(items: Sequence[tuple[int, bytes]]) -> Iterator[list[tuple[int, bytes]]]:
    """Groups the jobs, in their order, into as few requests as the API allows."""
    chunk: list[tuple[int, bytes]] = []
    size = escapes = 0
    for index, item in items:
        more = (size + len(item) + 1, escapes + _escapes(item))
        if chunk and (len(chunk) == _most_jobs or not _fits(*more)):
            yield chunk
            chunk = []
            more = (len(item) + 1, _escapes(item))
        chunk.append((index, item))
        size, escapes = more
    if chunk:
        yield chunk


def _outcome_of(index: int, result: Mapping[str, Any]) -> BatchOutcome:
    job = result.get("job")
    if job:
        return BatchOutcome(index, job=job)
    # The pointers are relative to the request, whose first job may be another than that of the call.
    problem = json.dumps(result.get("error") or {})
    shown = re.sub(r'("pointer": "/jobs/)\d+', rf"\g<1>{index}", problem)
    return BatchOutcome(index, error=problem_error(json.loads(shown), int(result.get("status") or 500)))


__all__ = ["BatchOutcome", "DuctapeJobs", "HttpAnswer", "JobPages"]
