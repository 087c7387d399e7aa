"""Offers the functions of the conformance script: `python protocol_server.py wsgi|asgi|lambda` prints its address."""

from __future__ import annotations

import asyncio
import base64
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from protocol_functions import handler_of

handler = handler_of()


class Threads(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    # Many jobs may call at once; the default of 5 makes their connections wait for seconds.
    request_queue_size = 128


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


class Bridge(BaseHTTPRequestHandler):
    """Calls the handler as a server of that kind does."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        pass

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        status, headers, answer = self.call(body)
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST = do_PUT = answer

    def call(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        raise NotImplementedError


class Lambda(Bridge):
    def call(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        event = {
            "requestContext": {"http": {"method": self.command}},
            "headers": {name.lower(): value for name, value in self.headers.items()},
            "body": base64.b64encode(body).decode(),
            "isBase64Encoded": True,
        }
        answer = handler.aws_lambda(event, None)
        return answer["statusCode"], list(answer["headers"].items()), answer["body"].encode()


loop = asyncio.new_event_loop()


class Asgi(Bridge):
    def call(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in self.headers.items()]
        scope = {"type": "http", "method": self.command, "path": self.path, "headers": headers}
        half = len(body) // 2
        parts: list[dict[str, Any]] = [{"body": body[:half], "more_body": True}, {"body": body[half:]}]
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", **parts.pop(0)}

        async def send(event: Any) -> None:
            sent.append(event)

        asyncio.run_coroutine_threadsafe(handler.asgi(scope, receive, send), loop).result()
        start, end = sent
        return start["status"], [(name.decode(), value.decode()) for name, value in start["headers"]], end["body"]


def main(kind: str) -> None:
    server: Any
    if kind == "wsgi":
        server = make_server("127.0.0.1", 0, handler.wsgi, server_class=Threads, handler_class=Quiet)
    else:
        threading.Thread(target=loop.run_forever, daemon=True).start()
        ThreadingHTTPServer.request_queue_size = 128
        server = ThreadingHTTPServer(("127.0.0.1", 0), {"asgi": Asgi, "lambda": Lambda}[kind])
        server.daemon_threads = True
    print(f"http://127.0.0.1:{server.server_address[1]}/jobs", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1])
