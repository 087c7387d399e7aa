"""The functions that a server offers to the conformance script: the same as test/support/code/protocol-functions.ts."""

from __future__ import annotations

import threading
import time
from typing import Any

from ductape_jobs import CodeFunction, Context, Handler, Reference, define_function, secret, serve

#: What the script signs with.
key = "whsec_" + "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc="


class CardDeclined(Exception):
    retryable: bool
    retry_after: str
    code: str


def price_input(payload: Any) -> dict[str, Any]:
    if not isinstance(payload, dict) or not isinstance(payload.get("sku"), str):
        raise ValueError("/sku: expected a string")
    return {"quantity": 1, **payload}


@define_function("price", input=price_input)
def price(request: dict[str, Any], ctx: Context) -> dict[str, Any]:
    ctx.log.info("looking up a price", sku=request["sku"])
    return {"total": request["quantity"] * 1999, "currency": "EUR"}


@define_function("echo")
def echo(payload: Any, ctx: Context) -> Any:
    return payload


@define_function("tidy")
async def tidy(payload: Any, ctx: Context) -> None:
    return None


@define_function("told")
def told(payload: Any, ctx: Context) -> dict[str, Any]:
    return {
        "job_id": ctx.job_id,
        "run": ctx.run,
        "attempt": ctx.attempt,
        "product": ctx.product,
        "env": ctx.env,
        "event": ctx.event,
        "idempotency_key": ctx.idempotency_key,
        "last_progress": ctx.last_progress,
        "seconds_left": round(ctx.seconds_left),
    }


@define_function("fail")
async def fail(payload: dict[str, Any], ctx: Context) -> None:
    error = CardDeclined(payload["message"])
    for name in ("retryable", "retry_after", "code"):
        if name in payload:
            setattr(error, name, payload[name])
    raise error


@define_function("report")
def report(payload: Any, ctx: Context) -> str:
    ctx.progress({"page": 1})
    state = {"page": 2}
    ctx.progress(state)
    state["page"] = 3
    if payload == "throw":
        raise CardDeclined("no money")
    return "reported"


@define_function("slow")
def slow(milliseconds: int, ctx: Context) -> str:
    time.sleep(milliseconds / 1000)
    return "late"


two = threading.Barrier(2)


@define_function("meet")
def meet(payload: Any, ctx: Context) -> str:
    two.wait(ctx.seconds_left)
    return "met"


@define_function("odd")
def odd(kind: str, ctx: Context) -> Any:
    cyclic: dict[str, Any] = {}
    cyclic["self/it"] = cyclic
    deep: list[Any] = []
    for _ in range(70):
        deep = [deep]
    values = {"nan": {"n": float("nan")}, "cyclic": cyclic, "deep": deep, "large": "x" * 7_000_000}
    return values[kind]


@define_function("secret")
def its_secret(payload: Any, ctx: Context) -> str:
    return ctx.secret(secret("shop/stripe#key"))


functions: list[CodeFunction[Any, Any]] = [price, echo, tidy, told, fail, report, slow, meet, odd, its_secret]


def handler_of(secrets: str | list[str] = key) -> Handler:
    def resolve(reference: Reference) -> str:
        return {'secret("shop/stripe#key")': "s3cret"}[str(reference)]

    return serve(functions, secret=secrets, resolve=resolve, write=lambda line: None)
