"""Functions behind any server: WSGI, ASGI and AWS Lambda."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, MutableMapping, Sequence
from typing import Any, NamedTuple

from ._answer import Host, answer, answer_async, code_version
from ._json import json_bytes
from ._signature import is_signed, key_of
from .functions import CodeFunction
from .references import Reference

#: The most bytes of a message: the engine sends at most 6 MB.
_largest_message = 7 * 1024 * 1024

_reasons = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 405: "Method Not Allowed", 413: "Content Too Large"}

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Answer(NamedTuple):
    """An answer over HTTP, whose body is JSON."""

    status: int
    headers: dict[str, str]
    body: bytes


def serve(
    functions: Iterable[CodeFunction[Any, Any]],
    *,
    secret: str | Sequence[str],
    resolve: Callable[[Reference], str] | None = None,
    write: Callable[[str], None] | None = None,
) -> Handler:
    """One handler of functions that run anywhere: it checks the signature of each message and answers it. `GET` says which functions there are.

    `secret` is what signs the messages, as the target in the catalog has it (`whsec_...`), or several while it is being changed.
    `resolve` gives the values of secrets and parameters that a function asks for by `ctx.secret`. `write` takes the lines of
    `ctx.log`; they go to the standard output by default.

        handler = serve([price], secret=os.environ["CODE_SECRET"])
        app = handler.asgi  # or handler.wsgi; in AWS Lambda: lambda_handler = handler.aws_lambda
    """
    offered: dict[str, CodeFunction[Any, Any]] = {}
    for function in functions:
        if not isinstance(function, CodeFunction):
            raise TypeError(f"{getattr(function, '__name__', function)!r} was not made by define_function.")
        if function.name in offered:
            raise ValueError(f"Two functions have the name {function.name}.")
        offered[function.name] = function
    keys = [key_of(one) for one in ([secret] if isinstance(secret, str) else secret or ())]
    if not keys:
        raise ValueError("serve needs a secret, which signs the messages.")
    return Handler(Host(offered, resolve or _unresolved, write or _print), keys)


def _unresolved(reference: Reference) -> str:
    raise LookupError(f"serve was given no `resolve`, which gives the values of secrets: {reference} is not known.")


def _print(line: str) -> None:
    print(line, flush=True)


class Handler:
    """What `serve` makes: `wsgi`, `asgi` and `aws_lambda` are what servers call, and `answer` is for any other."""

    def __init__(self, host: Host, keys: Sequence[bytes]) -> None:
        self._host = host
        self._keys = keys

    def answer(self, method: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Answers a request. The body is the bytes that were sent: those of JSON that was parsed and written again have another signature."""
        early, message = self._read(method, headers, body)
        return early or _json(200, answer(self._host, message))

    async def answer_async(self, method: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """The same in an event loop."""
        early, message = self._read(method, headers, body)
        return early or _json(200, await answer_async(self._host, message))

    def _read(self, method: str, headers: Mapping[str, str], body: bytes) -> tuple[Answer | None, object]:
        if method == "GET":
            return _json(200, {"v": code_version, "functions": list(self._host.functions)}), None
        if method != "POST":
            return _json(405, {"message": "POST a message of the engine, or GET the functions."}), None
        if len(body) > _largest_message:
            return _too_large(), None
        lower = {name.lower(): value for name, value in headers.items()}
        # Each key is tried, whatever the first one says: the time that it takes tells nothing.
        if not any([is_signed(key, lower, body) for key in self._keys]):
            return _json(401, {"message": "The message is not signed with this secret, or not just now."}), None
        try:
            return None, json.loads(body)
        except (ValueError, RecursionError):
            return None, None

    def wsgi(self, environ: Mapping[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """A WSGI application (PEP 3333), for Gunicorn, uWSGI or mod_wsgi, below any path."""
        given = self._wsgi_answer(environ)
        reason = _reasons.get(given.status, "Error")
        start_response(f"{given.status} {reason}", list(given.headers.items()))
        return [given.body]

    def _wsgi_answer(self, environ: Mapping[str, Any]) -> Answer:
        headers = {name[5:].replace("_", "-"): value for name, value in environ.items() if name.startswith("HTTP_")}
        length = int(environ.get("CONTENT_LENGTH") or 0)
        if length == 0 and environ.get("wsgi.input_terminated"):
            # The server knows the end of a body that has no length.
            return self.answer(environ["REQUEST_METHOD"], headers, environ["wsgi.input"].read(_largest_message + 1))
        body = _read_body(environ["wsgi.input"], length)
        if body is None:
            return _too_large()
        if len(body) < length:
            text = "The body is not whole: the connection broke off, or something has read it before."
            return _json(400, {"message": text})
        return self.answer(environ["REQUEST_METHOD"], headers, body)

    @property
    def asgi(self) -> Callable[[Scope, Receive, Send], Coroutine[Any, Any, None]]:
        """An ASGI application, for Uvicorn, Hypercorn or Granian, and to be mounted in Starlette or FastAPI."""

        # Uvicorn takes a method for an application of ASGI 2, but no function.
        async def application(scope: Scope, receive: Receive, send: Send) -> None:
            await self._asgi(scope, receive, send)

        return application

    async def _asgi(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await _lifespan(receive, send)
        if scope["type"] != "http":
            raise ValueError(f"This handler answers HTTP, and no {scope['type']}.")
        body = await _body_of(receive)
        if body is None:
            return  # the caller has gone
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        given = await self.answer_async(scope["method"], headers, body)
        sent = [(name.lower().encode(), value.encode()) for name, value in given.headers.items()]
        await send({"type": "http.response.start", "status": given.status, "headers": sent})
        await send({"type": "http.response.body", "body": given.body})

    def aws_lambda(self, event: Mapping[str, Any], context: object = None) -> dict[str, Any]:
        """The handler of a Lambda function behind a function URL or API Gateway (payload 2.0)."""
        method = event["requestContext"]["http"]["method"]
        text = event.get("body") or ""
        try:
            body = base64.b64decode(text) if event.get("isBase64Encoded") else text.encode()
        except (binascii.Error, ValueError):
            body = b""
        given = self.answer(method, event.get("headers") or {}, body)
        return {"statusCode": given.status, "headers": given.headers, "body": given.body.decode()}


def _json(status: int, value: object) -> Answer:
    body = json_bytes(value)
    return Answer(status, {"Content-Type": "application/json", "Content-Length": str(len(body))}, body)


def _too_large() -> Answer:
    return _json(413, {"message": "The message is too large."})


def _read_body(stream: Any, length: int) -> bytes | None:
    """None: it is too large. It is read all the same, since many callers read no answer before they have sent their request."""
    if length <= _largest_message:
        return bytes(stream.read(length)) if length > 0 else b""
    left = length
    while left > 0:
        part = stream.read(min(left, 65_536))
        if not part:
            break
        left -= len(part)
    return None


async def _body_of(receive: Receive) -> bytes | None:
    """What is beyond the largest message is not kept. None: the caller has gone."""
    parts: list[bytes] = []
    size = 0
    while True:
        event = await receive()
        if event["type"] == "http.disconnect":
            return None
        if size <= _largest_message:
            parts.append(event.get("body", b""))
            size += len(parts[-1])
        if not event.get("more_body", False):
            return b"".join(parts)


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        event = await receive()
        await send({"type": f"{event['type']}.complete"})
        if event["type"] == "lifespan.shutdown":
            return
