from __future__ import annotations

import asyncio
import dataclasses
import datetime
import decimal
import enum
import importlib.util
import json
import threading
import time
import unittest
from collections import namedtuple
from typing import Any

from signed import a_call

from ductape_jobs import Context, define_function, parameter, secret
from ductape_jobs._answer import Host, answer, answer_async


def host_of(run: Any, lines: list[str] | None = None, **options: Any) -> Host:
    write = (lambda line: None) if lines is None else lines.append
    return Host({"f": define_function("f", run, **options)}, lambda reference: f"value of {reference}", write)


def outcome_of(run: Any, payload: Any = None, **fields: Any) -> Any:
    """The outcome in a thread, which is the same in an event loop."""
    host = host_of(run)
    message = a_call("f", payload, **fields)
    given = answer(host, message)
    in_loop = asyncio.run(answer_async(host, message))
    assert in_loop["outcome"]["is"] == given["outcome"]["is"], in_loop
    return given["outcome"]


def raising(error: BaseException) -> Any:
    def run(payload: Any, ctx: Context) -> None:
        raise error

    return outcome_of(run)


class Secrets(unittest.TestCase):
    def test_are_not_in_what_was_raised(self) -> None:
        def run(payload: Any, ctx: Context) -> None:
            value = ctx.secret(secret("shop/stripe"))
            try:
                raise ValueError("x" * 980 + value)
            except ValueError as cause:
                # As http.client does for a header with a line break in it.
                raise ValueError(f"Invalid header value {f'Bearer {value}'.encode()!r}") from cause

        thrown = outcome_of(run)["error"]
        self.assertTrue(thrown["message"].startswith("Invalid header value b'Bearer [credential]', caused by ValueError: x"))
        self.assertNotIn("value of", json.dumps(thrown))


Point = namedtuple("Point", "x y")


@dataclasses.dataclass
class Row:
    id: int


class Colour(enum.Enum):
    RED = 1


class Level(enum.StrEnum):
    HIGH = "high"


class Results(unittest.TestCase):
    def test_are_json(self) -> None:
        shared = {"a": 1}
        for returned, value in [
            (None, None),
            ({"a": [1, 1.5, True, None, "ü"]}, {"a": [1, 1.5, True, None, "ü"]}),
            ((1, 2), [1, 2]),
            ([shared, shared], [shared, shared]),
            (Level.HIGH, "high"),
            (2**53 - 1, 2**53 - 1),
        ]:
            with self.subTest(returned=returned):
                outcome = json.loads(json.dumps(outcome_of(lambda payload, ctx: returned)))
                self.assertEqual(outcome, {"is": "completed", "value": {"v": value}})

    def test_that_json_would_change_are_refused_with_their_place(self) -> None:
        for returned, text in [
            ({"by": {1, 2}}, "a set at /by, which JSON cannot keep: return a sorted list of it."),
            ([1, 2**53], "an int beyond 2**53 at /1, which JSON cannot keep: return its digits as a string."),
            ({"n": float("nan")}, "nan at /n,"),
            ({"n": float("-inf")}, "-inf at /n,"),
            (
                {"at": datetime.datetime(2030, 1, 1)},
                "a datetime at /at, which JSON cannot keep: return its isoformat().",
            ),
            ({"total": decimal.Decimal("1.10")}, "a Decimal at /total, which JSON cannot keep: return its str()."),
            (b"a", "a bytes, which JSON cannot keep: return its base64."),
            ({"a/b": {1: "x"}}, "a key that is an int at /a~1b,"),
            (Row(1), "a Row, which JSON cannot keep: return dataclasses.asdict(it)."),
            (Point(1, 2), "a Point, which JSON cannot keep: return its _asdict()."),
            (Colour.RED, "a Colour, which"),
            ({"go": print}, "a builtin_function_or_method at /go"),
            (ValueError("no"), "a ValueError, which JSON cannot keep: return a dict with its message."),
            ({"half": "\ud800"}, "text with half of a character at /half"),
        ]:
            with self.subTest(returned=returned):
                outcome = outcome_of(lambda payload, ctx: returned)
                self.assertEqual((outcome["by"], outcome["error"]["name"]), ("result", "ResultError"))
                self.assertIn(text, outcome["error"]["message"])


class Failures(unittest.TestCase):
    def test_keep_name_message_causes_and_lines_the_latest_call_first(self) -> None:
        def inner() -> None:
            raise ValueError("no money")

        def run(payload: Any, ctx: Context) -> None:
            try:
                inner()
            except ValueError as cause:
                raise LookupError("no price") from cause

        error = outcome_of(run)["error"]
        self.assertEqual((error["name"], error["message"]), ("LookupError", "no price, caused by ValueError: no money"))
        self.assertRegex(error["stack"], r"^at run \([\w/]*test_functions\.py:\d+\)$")
        latest = raising_inner()["error"]["stack"].split("\n")
        self.assertRegex(latest[0], r"^at deeper \(")
        self.assertRegex(latest[1], r"^at run \(")

    def test_are_kept_whatever_is_raised(self) -> None:
        class Silent(Exception):
            def __str__(self) -> str:
                raise RuntimeError("no")

            @property
            def retryable(self) -> bool:
                raise RuntimeError("no")

        for error, name, message in [
            (SystemExit(3), "SystemExit", "3"),
            (Exception(), "Exception", ""),
            (Silent(), "Silent", "What was raised cannot be read."),
            (asyncio.CancelledError(), "CancelledError", ""),
            (TimeoutError("theirs"), "TimeoutError", "theirs"),
            (Exception("x" * 5000), "Exception", "x" * 999 + "…"),
        ]:
            with self.subTest(name=name):
                outcome = raising(error)
                self.assertEqual(outcome["by"], "threw")
                self.assertEqual((outcome["error"]["name"], outcome["error"]["message"]), (name, message))

    def test_say_what_of_the_next_attempt(self) -> None:
        later = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=10)
        for field, value, said in [
            ("retryable", False, {"retryable": False}),
            ("retryable", "no", {}),
            ("retry_after", 1.5, {"retry_after_ms": 1500}),
            ("retry_after", "2m", {"retry_after_ms": 120_000}),
            ("retry_after", datetime.timedelta(seconds=30), {"retry_after_ms": 30_000}),
            ("retry_after", datetime.datetime(2020, 1, 1), {"retry_after_ms": 0}),
            ("retry_after", "soon", {}),
            ("retry_after", True, {}),
            ("retry_after", float("inf"), {}),
            ("code", "card_declined", {"code": "card_declined"}),
            ("code", 404, {"code": "404"}),
            ("code", None, {}),
        ]:
            with self.subTest(field=field, value=value):
                error = Exception("no")
                setattr(error, field, value)
                outcome = raising(error)
                del outcome["is"], outcome["by"], outcome["error"]
                self.assertEqual(outcome, said)
        error = Exception("no")
        error.retry_after = later  # type: ignore[attr-defined]
        self.assertAlmostEqual(raising(error)["retry_after_ms"], 600_000, delta=30_000)


def raising_inner() -> Any:
    def deeper() -> None:
        json.loads("{")  # the frames of Python's library are left out

    def run(payload: Any, ctx: Context) -> None:
        deeper()

    return outcome_of(run)


class Time(unittest.TestCase):
    def test_ends_the_attempt_of_a_thread_which_may_ask(self) -> None:
        ended = threading.Event()

        def run(payload: Any, ctx: Context) -> None:
            while not ctx.is_over:
                time.sleep(0.005)
            ctx.progress({"too": "late"})
            ended.set()

        given = answer(host_of(run), a_call("f", deadline_ms=30))
        self.assertEqual(given["outcome"]["by"], "timeout")
        self.assertEqual(given["outcome"]["error"]["message"], "f had not ended after 30 ms.")
        self.assertTrue(ended.wait(20))
        self.assertNotIn("progress", given)

    def test_cancels_an_async_function(self) -> None:
        told: list[str] = []

        async def run(payload: Any, ctx: Context) -> None:
            ctx.progress("began")
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                told.append("cancelled")
                raise

        async def in_loop() -> Any:
            given = await answer_async(host_of(run), a_call("f", deadline_ms=30))
            await asyncio.sleep(0)
            return given

        given = asyncio.run(in_loop())
        self.assertEqual((given["outcome"]["by"], given["progress"], told), ("timeout", "began", ["cancelled"]))
        self.assertEqual(answer(host_of(run), a_call("f", deadline_ms=30))["outcome"]["by"], "timeout")

    def test_of_a_server_that_ends_cancels_too(self) -> None:
        told: list[str] = []

        async def run(payload: Any, ctx: Context) -> None:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                told.append("cancelled")
                raise

        async def in_loop() -> None:
            answering = asyncio.ensure_future(answer_async(host_of(run), a_call("f")))
            await asyncio.sleep(0.01)
            answering.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await answering
            await asyncio.sleep(0)

        asyncio.run(in_loop())
        self.assertEqual(told, ["cancelled"])


class TheContext(unittest.TestCase):
    def test_has_the_headers_of_the_trace_of_its_job(self) -> None:
        trace = {"traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}
        for given, headers in [({"trace": trace}, trace), ({}, {}), ({"trace": "none"}, {})]:
            outcome = outcome_of(lambda payload, ctx: ctx.trace, **given)
            self.assertEqual(outcome["value"]["v"], headers)

    def test_refuses_progress_that_cannot_be_kept(self) -> None:
        for value in ({1}, {"a": [float("nan")]}, "x" * 300_000):
            outcome = outcome_of(lambda payload, ctx: ctx.progress(value))
            self.assertRegex(outcome["error"]["message"], r"^ctx\.progress takes")

    def test_reads_secrets(self) -> None:
        outcome = outcome_of(lambda payload, ctx: [ctx.secret(secret("shop/stripe#key")), ctx.secret(parameter("/a"))])
        self.assertEqual(outcome["value"]["v"], ['value of secret("shop/stripe#key")', 'value of parameter("/a")'])

    def test_logs_with_the_job_whatever_is_logged(self) -> None:
        lines: list[str] = []

        class Odd:
            def __str__(self) -> str:
                raise RuntimeError("no")

        def run(payload: Any, ctx: Context) -> None:
            ctx.log.info("hello", total=decimal.Decimal("1.5"))
            ctx.log.error("odd", what=Odd())

        answer(host_of(run, lines), a_call("f"))
        first, second = (json.loads(line) for line in lines)
        of = {"job_id": "job_1", "function": "f", "attempt": 2}
        self.assertEqual(first, {**first, "level": "INFO", "message": "hello", "total": "1.5", **of})
        self.assertEqual(second, {**second, "level": "ERROR", "message": "odd", "unwritten": ["what"], **of})


class Model:
    """As pydantic has it."""

    class Refused(ValueError):
        def errors(self) -> list[dict[str, Any]]:
            return [{"loc": ("items", at, "sku"), "msg": "expected a string"} for at in range(7)]

    @classmethod
    def model_validate(cls, payload: Any) -> Any:
        if payload == "good":
            return {"made": payload}
        raise cls.Refused("7 errors")


class Payloads(unittest.TestCase):
    def refusal(self, input: Any, payload: Any) -> str:
        outcome = answer(host_of(lambda payload, ctx: payload, input=input), a_call("f", payload))["outcome"]
        self.assertEqual((outcome["by"], outcome["error"]["name"]), ("input", "InputError"))
        return str(outcome["error"]["message"])

    def test_are_checked_by_a_model(self) -> None:
        host = host_of(lambda payload, ctx: payload, input=Model)
        self.assertEqual(answer(host, a_call("f", "good"))["outcome"]["value"], {"v": {"made": "good"}})
        places = "; ".join(f"/items/{at}/sku: expected a string" for at in range(5))
        self.assertEqual(self.refusal(Model, "bad"), f"f refuses its payload: {places}; and 2 more")

    def test_are_checked_by_a_function(self) -> None:
        self.assertEqual(
            self.refusal(lambda payload: int(payload), "x"),
            "f refuses its payload: invalid literal for int() with base 10: 'x'",
        )
        self.assertEqual(self.refusal(lambda payload: payload["sku"], {}), "f refuses its payload: KeyError: 'sku'")

    @unittest.skipUnless(importlib.util.find_spec("pydantic"), "pydantic is not installed")
    def test_are_checked_by_pydantic(self) -> None:
        import pydantic

        class Order(pydantic.BaseModel):
            sku: str
            quantity: int = 1

        host = host_of(lambda order, ctx: [order.sku, order.quantity], input=Order)
        self.assertEqual(answer(host, a_call("f", {"sku": "A"}))["outcome"]["value"], {"v": ["A", 1]})
        self.assertIn("/sku: ", self.refusal(Order, {"sku": 1}))
        self.assertIn("/0/sku: ", self.refusal(pydantic.TypeAdapter(list[Order]), [{}]))


class DefineFunction(unittest.TestCase):
    def test_makes_what_may_still_be_called(self) -> None:
        @define_function("twice")
        def twice(number: int, ctx: Context | None) -> int:
            return number * 2

        self.assertEqual((twice.name, twice(2, None)), ("twice", 4))  # type: ignore[arg-type]

    def test_refuses_what_is_no_function(self) -> None:
        async def later(payload: Any) -> Any:
            return payload

        for make, text in [
            (lambda: define_function("", print), "needs the name"),
            (lambda: define_function("f", 7), "`run` is no function: def f(input, ctx)"),  # type: ignore[call-overload]
            (lambda: define_function("f", lambda payload: 1), "takes the input and the context"),  # type: ignore
            (lambda: define_function("f", lambda a, b: 1, input=7), "neither a function of the payload"),  # type: ignore[call-overload]
            (lambda: define_function("f", lambda a, b: 1, input=Row), "input=lambda payload: Row(**payload)"),
            (lambda: define_function("f", lambda a, b: 1, input=later), "is not awaited"),
        ]:
            with self.subTest(text=text), self.assertRaises(TypeError) as caught:
                make()  # type: ignore[no-untyped-call]
            self.assertIn(text, str(caught.exception))


if __name__ == "__main__":
    unittest.main()
