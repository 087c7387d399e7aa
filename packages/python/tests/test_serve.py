from __future__ import annotations

import asyncio
import inspect
import io
import json
import unittest
from typing import Any

from protocol_functions import handler_of, key
from signed import a_call, signed

from ductape_jobs import define_function, secret, serve

other = "whsec_" + "CAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg="
handler = handler_of()


class Serve(unittest.TestCase):
    def test_accepts_two_secrets_while_one_is_changed(self) -> None:
        both = handler_of([other, key])
        for secret_of_engine in (key, other):
            self.assertEqual(both.answer("POST", *signed(a_call("echo", 7), secret_of_engine)).status, 200)
        self.assertEqual(handler.answer("POST", *signed(a_call("echo"), other)).status, 401)

    def test_refuses_what_it_cannot_serve(self) -> None:
        price = define_function("price", lambda payload, ctx: 1)
        for make, text in [
            (lambda: serve([price], secret="whsec_c2hvcnQ="), "24 to 64 random bytes in base64"),
            (lambda: serve([price], secret="whsec_%%%"), "24 to 64 random bytes in base64"),
            (lambda: serve([price], secret=[]), "needs a secret"),
            (lambda: serve([price], secret=None), "needs a secret"),  # type: ignore[arg-type]
            (lambda: serve([price, price], secret=key), "Two functions have the name price"),
            (lambda: serve([print], secret=key), "'print' was not made by define_function"),  # type: ignore[list-item]
        ]:
            with self.subTest(text=text), self.assertRaises((TypeError, ValueError)) as caught:
                make()  # type: ignore[no-untyped-call]
            self.assertIn(text, str(caught.exception))
            self.assertNotIn("c2hvcnQ", str(caught.exception))

    def test_without_resolve_has_no_secrets(self) -> None:
        reads = define_function("reads", lambda payload, ctx: ctx.secret(secret("shop/stripe#key")))
        answer = serve([reads], secret=key).answer("POST", *signed(a_call("reads")))
        message = json.loads(answer.body)["outcome"]["error"]["message"]
        self.assertIn('`resolve`, which gives the values of secrets: secret("shop/stripe#key")', message)

    def test_answers_a_signed_message_that_is_no_json(self) -> None:
        headers, _ = signed(None)
        for message in ("[" * 100_000, "no json", "\ud800"):
            from ductape_jobs._signature import key_of, signature_of

            body = message.encode("utf-8", "surrogatepass")
            signature = signature_of(key_of(key), "m-1", headers["Webhook-Timestamp"], body)
            answer = handler.answer("POST", {**headers, "Webhook-Signature": signature}, body)
            self.assertEqual(json.loads(answer.body)["refuse"]["code"], "PROTOCOL")


class Wsgi(unittest.TestCase):
    def call(self, body: bytes, headers: dict[str, str], **environ: Any) -> tuple[str, Any]:
        status: list[str] = []
        given = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
        whole = {
            "REQUEST_METHOD": "POST",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
            **given,
            **environ,
        }
        answer = b"".join(handler.wsgi(whole, lambda line, headers: status.append(line)))
        return status[0], json.loads(answer)

    def test_says_that_the_body_was_read_before(self) -> None:
        headers, body = signed(a_call("echo"))
        status, answer = self.call(b"", headers, CONTENT_LENGTH=str(len(body)))
        self.assertEqual(status, "400 Bad Request")
        self.assertIn("something has read it before", answer["message"])

    def test_takes_a_body_without_a_length_where_the_server_knows_its_end(self) -> None:
        headers, body = signed(a_call("echo", 7))
        status, answer = self.call(body, headers, CONTENT_LENGTH="", **{"wsgi.input_terminated": True})
        self.assertEqual((status, answer["outcome"]["value"]), ("200 OK", {"v": 7}))
        self.assertEqual(self.call(body, headers, CONTENT_LENGTH="")[0], "401 Unauthorized")


class Asgi(unittest.TestCase):
    def call(self, scope: dict[str, Any], events: list[dict[str, Any]]) -> list[Any]:
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            return events.pop(0)

        async def send(event: Any) -> None:
            sent.append(event)

        asyncio.run(handler.asgi(scope, receive, send))
        return sent

    def test_lives_as_long_as_its_server(self) -> None:
        sent = self.call({"type": "lifespan"}, [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])
        self.assertEqual([event["type"] for event in sent], ["lifespan.startup.complete", "lifespan.shutdown.complete"])

    def test_is_a_function_by_which_uvicorn_knows_the_version(self) -> None:
        self.assertTrue(inspect.isfunction(handler.asgi) and inspect.iscoroutinefunction(handler.asgi))

    def test_answers_nobody_who_has_gone(self) -> None:
        scope = {"type": "http", "method": "POST", "headers": []}
        gone: list[dict[str, Any]] = [
            {"type": "http.request", "body": b"{", "more_body": True},
            {"type": "http.disconnect"},
        ]
        self.assertEqual(self.call(scope, gone), [])

    def test_is_no_websocket(self) -> None:
        with self.assertRaisesRegex(ValueError, "no websocket"):
            self.call({"type": "websocket"}, [])


class AwsLambda(unittest.TestCase):
    def test_takes_text_and_base64_that_is_none(self) -> None:
        headers, body = signed(a_call("echo", "ü"))
        event = {"requestContext": {"http": {"method": "POST"}}, "headers": headers, "body": body.decode()}
        answer = handler.aws_lambda(event)
        self.assertEqual(json.loads(answer["body"])["outcome"]["value"], {"v": "ü"})
        self.assertEqual(handler.aws_lambda({**event, "body": "%", "isBase64Encoded": True})["statusCode"], 401)
        self.assertEqual(handler.aws_lambda({"requestContext": {"http": {"method": "GET"}}})["statusCode"], 200)


if __name__ == "__main__":
    unittest.main()
