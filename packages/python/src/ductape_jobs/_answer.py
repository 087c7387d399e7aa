"""Answers the messages of the engine, version 1 (docs/catalog/code.md, "The messages")."""

from __future__ import annotations

import asyncio
import contextvars
import inspect
import json
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from ._json import json_bytes, json_loss_in
from ._log import FunctionLog
from ._thrown import steering_of, thrown_of
from .functions import CodeFunction, Context
from .references import Reference

#: The version of both sides.
code_version = 1
#: The most bytes of a result.
_largest_result = 6_000_000
#: A thread cannot wait for longer than some platforms count; no attempt takes as long.
_longest_wait_s = 86_400.0

Answer = dict[str, Any]
Outcome = dict[str, Any]


@dataclass(frozen=True)
class Host:
    """What functions have around them."""

    functions: Mapping[str, CodeFunction[Any, Any]]
    #: The value of a reference.
    resolve: Callable[[Reference], str]
    #: Writes a line of the log.
    write: Callable[[str], None]


def answer(host: Host, message: object) -> Answer:
    """Answers a message by a thread for the function, for which this one waits until the deadline. Never raises, whatever the function does."""
    call = _call_of(host, message)
    if not isinstance(call, _Call):
        return call
    ended = threading.Event()
    outcomes: list[Outcome] = []

    def keep(outcome: Outcome) -> None:
        outcomes.append(outcome)
        ended.set()

    _in_thread(call, keep)
    ended.wait(call.seconds_left)
    return call.answer_of(outcomes[0] if outcomes else None)


async def answer_async(host: Host, message: object) -> Answer:
    """The same in an event loop: an `async` function runs in it, any other in a thread."""
    call = _call_of(host, message)
    if not isinstance(call, _Call):
        return call
    running: asyncio.Future[Outcome] = (
        asyncio.ensure_future(call.outcome_in_loop())
        if inspect.iscoroutinefunction(call.function.run)
        else _future(call)
    )
    try:
        await asyncio.wait({running}, timeout=call.seconds_left)
    finally:
        # Out of time, or the server ends: an async function is told by a CancelledError.
        outcome = running.result() if running.done() else None
        if outcome is None:
            running.cancel()
    return call.answer_of(outcome)


def _future(call: _Call) -> asyncio.Future[Outcome]:
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Outcome] = loop.create_future()

    def settle(outcome: Outcome) -> None:
        if not future.done():  # it is cancelled once the attempt is out of time
            future.set_result(outcome)

    def keep(outcome: Outcome) -> None:
        try:
            loop.call_soon_threadsafe(settle, outcome)
        except RuntimeError:  # the loop has been closed: nobody waits any more
            pass

    _in_thread(call, keep)
    return future


def _in_thread(call: _Call, keep: Callable[[Outcome], None]) -> None:
    """A daemon, since a function that never ends must not keep its process from ending."""
    context = contextvars.copy_context()
    name = f"{call.function.name}-{call.message.get('job_id')}"
    threading.Thread(target=lambda: keep(context.run(call.outcome)), name=name, daemon=True).start()


def _refusal(code: str, text: str) -> Answer:
    return {"v": code_version, "refuse": {"code": code, "message": text}}


def _failed(by: str, name: str, text: str) -> Outcome:
    return {"is": "failed", "by": by, "error": {"name": name, "message": text[:1000]}}


def _call_of(host: Host, message: object) -> _Call | Answer:
    if not isinstance(message, dict) or message.get("v") != code_version or message["v"] is True:
        return _refusal("PROTOCOL", f"This code speaks version {code_version} of the protocol.")
    kind, name, deadline = (message.get(key) for key in ("kind", "function", "deadline_ms"))
    if kind in ("decide", "step"):
        feature = _object(message.get("run")).get("feature")
        text = f"This code has no feature {feature}: it is in Python, which runs functions. Write features in code in TypeScript."
        return _refusal("UNKNOWN_FEATURE", text)
    is_time = isinstance(deadline, (int, float)) and not isinstance(deadline, bool) and 0 <= deadline < 1e15
    if kind != "call" or not isinstance(name, str) or not is_time:
        return _refusal("PROTOCOL", f'This code speaks version {code_version} of the protocol, kind "call".')
    function = host.functions.get(name)
    return (
        _Call(host, message, function)
        if function
        else _refusal("UNKNOWN_FUNCTION", f"This code has no function {name}.")
    )


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text_in(message: dict[str, Any], name: str) -> str:
    value = message.get(name)
    return value if isinstance(value, str) else ""


def _count_in(message: dict[str, Any], name: str) -> int:
    value = message.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else 1


def _texts_in(value: Any) -> dict[str, str]:
    fields = value.items() if isinstance(value, dict) else ()
    return {name: text for name, text in fields if isinstance(text, str)}


_least_hidden = 6


class _Refused(Exception):
    """What checks the payload has refused it."""


class _Call:
    """One attempt."""

    def __init__(self, host: Host, message: dict[str, Any], function: CodeFunction[Any, Any]) -> None:
        self.message = message
        self.function = function
        self._until: float = time.monotonic() + min(message["deadline_ms"] / 1000, _longest_wait_s)
        self._is_answered = False
        self._progress: dict[str, Any] = {}
        self._resolve = host.resolve
        self._secrets: set[str] = set()
        deadline = datetime.fromtimestamp(time.time() + self.seconds_left, timezone.utc)
        attempt = _count_in(message, "attempt")
        of = {"job_id": _text_in(message, "job_id"), "function": function.name, "attempt": attempt}
        self._ctx = Context(
            job_id=_text_in(message, "job_id"),
            run=_count_in(message, "run"),
            attempt=attempt,
            product=_text_in(message, "product"),
            env=_text_in(message, "env"),
            event=_text_in(message, "event"),
            idempotency_key=_text_in(message, "idempotency_key"),
            deadline=deadline,
            last_progress=message.get("progress"),
            trace=_texts_in(message.get("trace")),
            log=FunctionLog(host.write, of),
            _until=self._until,
            _resolve=self._secret,
            _report=self._report,
        )

    @property
    def seconds_left(self) -> float:
        return max(0.0, self._until - time.monotonic())

    def _secret(self, reference: Reference) -> str:
        value = self._resolve(reference)
        if not isinstance(value, str):
            return value
        # As a header has it, and as it stands within JSON. A shorter one is a word that a text is full of.
        forms = {value, value.strip(), json.dumps(value)[1:-1], json.dumps(value.strip())[1:-1]}
        self._secrets |= {form for form in forms if len(form) >= _least_hidden}
        return value

    def _shown(self, text: str) -> str:
        """A text without the secrets that the function has read, the longest first."""
        for value in sorted(self._secrets, key=len, reverse=True):
            text = text.replace(value, "[credential]")
        return text

    def _report(self, value: Any) -> None:
        # A function that has not ended in time goes on, but its attempt is over.
        if not self._is_answered and self.seconds_left > 0:
            self._progress = {"progress": value}

    def answer_of(self, outcome: Outcome | None) -> Answer:
        """None: the function has not ended."""
        self._is_answered = True
        return {"v": code_version, "outcome": outcome or self._out_of_time(), **self._progress}

    def _in_time(self, outcome: Outcome) -> Outcome:
        """A function that ends because its attempt is over has not ended in time."""
        return outcome if self.seconds_left > 0 else self._out_of_time()

    def _out_of_time(self) -> Outcome:
        text = f"{self.function.name} had not ended after {self.message['deadline_ms']} ms."
        return _failed("timeout", "TimeoutError", text)

    def outcome(self) -> Outcome:
        """Runs the function in the thread that calls."""
        try:
            returned = self.function.run(self._input(), self._ctx)
            value = asyncio.run(self._awaited(returned)) if inspect.isawaitable(returned) else returned
            return self._in_time(self._kept(value))
        except BaseException as error:  # sys.exit too: it would end the thread only
            return self._in_time(self._threw(error))

    async def _awaited(self, returned: Awaitable[Any]) -> Any:
        async with asyncio.timeout(self.seconds_left):
            return await returned

    async def outcome_in_loop(self) -> Outcome:
        try:
            return self._in_time(self._kept(await self.function.run(self._input(), self._ctx)))
        except (Exception, SystemExit, asyncio.CancelledError) as error:
            return self._in_time(self._threw(error))

    def _input(self) -> Any:
        payload = self.message.get("payload")
        if self.function.check is None:
            return payload
        try:
            return self.function.check(payload)
        except Exception as error:
            raise _Refused(f"{self.function.name} refuses its payload: {_issues_of(error)}") from error

    def _threw(self, error: BaseException) -> Outcome:
        if isinstance(error, _Refused):
            return _failed("input", "InputError", str(error))
        return {"is": "failed", "by": "threw", "error": thrown_of(error, self._shown), **steering_of(error)}

    def _kept(self, value: Any) -> Outcome:
        name = self.function.name
        loss = json_loss_in(value)
        if loss:
            place = f" at {loss.pointer}" if loss.pointer else ""
            text = f"{name} returned {loss.what}{place}, which JSON cannot keep: return {loss.instead}."
            return _failed("result", "ResultError", text)
        size = len(json_bytes(value))
        if size <= _largest_result:
            return {"is": "completed", "value": {"v": value}}
        text = (
            f"{name} returned {size} bytes, of at most {_largest_result}: put it into a file, and return where it is."
        )
        return _failed("result", "ResultError", text)


_issues_shown = 5


def _issues_of(error: Exception) -> str:
    """What a model of pydantic says of a payload, by where it is: `/sku: Input should be a valid string`. Of any other check its text."""
    errors = getattr(error, "errors", None)
    issues = errors() if callable(errors) else None
    if not isinstance(issues, list) or not all(isinstance(issue, dict) and "msg" in issue for issue in issues):
        text = str(error)
        return text if text and isinstance(error, ValueError) else f"{type(error).__name__}: {text}".rstrip(": ")
    places = ["".join(f"/{part}" for part in issue.get("loc", ())) for issue in issues]
    texts = [f"{place}: {issue['msg']}" if place else str(issue["msg"]) for place, issue in zip(places, issues)]
    more = [f"and {len(texts) - _issues_shown} more"] if len(texts) > _issues_shown else []
    return "; ".join([*texts[:_issues_shown], *more])
