"""Functions of your own that jobs run."""

from __future__ import annotations

import dataclasses
import inspect
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar, overload

from ._json import json_bytes, json_loss_in
from ._log import FunctionLog
from .references import Reference

#: The most bytes of what a function reports as its progress.
_largest_progress = 262_144

Input = TypeVar("Input")
Result = TypeVar("Result")
Made_co = TypeVar("Made_co", covariant=True)


class Adapter(Protocol[Made_co]):
    """An object that checks values, such as a `TypeAdapter` of pydantic."""

    def validate_python(self, value: Any, /) -> Made_co: ...


@dataclass(frozen=True)
class Context:
    """What a function knows of the job that it runs, and may do for it."""

    job_id: str
    #: Which run of a recurring job, from 1.
    run: int
    #: Which attempt at the run, from 1.
    attempt: int
    product: str
    env: str
    event: str
    #: The same for every attempt of a run: pass it to whatever must not happen twice.
    idempotency_key: str
    #: When the attempt is out of time.
    deadline: datetime
    #: What an earlier attempt of this run has reported last.
    last_progress: Any
    #: The headers that put what the function calls into the trace of the attempt (W3C Trace Context). Empty if the job has no trace.
    trace: Mapping[str, str]
    #: Writes lines that can be found by the job.
    log: FunctionLog
    #: By the clock of `time.monotonic`, which nobody sets.
    _until: float = field(repr=False)
    _resolve: Callable[[Reference], str] = field(repr=False)
    _report: Callable[[Any], None] = field(repr=False)

    @property
    def seconds_left(self) -> float:
        """How many seconds the attempt has left, 0 at least."""
        return max(0.0, self._until - time.monotonic())

    @property
    def is_over(self) -> bool:
        """Whether the attempt is out of time: a loop may end itself, since nothing of it counts any more."""
        return self.seconds_left == 0

    def secret(self, reference: Reference) -> str:
        """The value of a secret or parameter, which the `resolve` that `serve` was given knows: `ctx.secret(secret("shop/stripe#key"))`."""
        return self._resolve(reference)

    def progress(self, value: Any) -> None:
        """Reports how far the function has come: any JSON value. The last one is shown with the job, and is `last_progress` of the next attempt."""
        loss = json_loss_in(value)
        if loss:
            place = f" at {loss.pointer}" if loss.pointer else ""
            raise TypeError(f"ctx.progress takes JSON: {loss.what}{place} is none.")
        written = json_bytes(value)
        if len(written) > _largest_progress:
            raise ValueError(f"ctx.progress takes at most {_largest_progress} bytes.")
        # A copy, because the function may go on to change it.
        self._report(json.loads(written))


@dataclass(frozen=True)
class CodeFunction(Generic[Input, Result]):
    """A function that `serve` offers to jobs, by its name in the catalog. It may still be called as the function that it was made of."""

    name: str
    run: Callable[[Input, Context], Result | Awaitable[Result]]
    #: Checks the payload of a job, and makes of it what `run` takes.
    check: Callable[[Any], Any] | None = None

    def __call__(self, input: Input, ctx: Context) -> Result | Awaitable[Result]:
        return self.run(input, ctx)


@overload
def define_function(name: str, run: Callable[[Any, Context], Any]) -> CodeFunction[Any, Any]: ...
@overload
def define_function(
    name: str, run: Callable[[Input, Context], Any], *, input: Callable[[Any], Input] | Adapter[Input] | None
) -> CodeFunction[Input, Any]: ...
@overload
def define_function(name: str) -> Callable[[Callable[[Any, Context], Any]], CodeFunction[Any, Any]]: ...
@overload
def define_function(
    name: str, *, input: Callable[[Any], Input] | Adapter[Input] | None
) -> Callable[[Callable[[Input, Context], Any]], CodeFunction[Input, Any]]: ...
def define_function(name: str, run: Any = None, *, input: Any = None) -> Any:
    """Defines a function that jobs run, by its name in the catalog: `run(input, ctx)`, which may be `async`.

    What it raises fails the attempt. An exception whose `retryable` is False is not retried, and one with `retry_after` (seconds, a
    timedelta, a datetime or a text such as "30s") not before that. What it returns is the job's result: any JSON value.

    `input` checks the payload and makes of it what `run` takes: a model or a `TypeAdapter` of pydantic, or any function of the
    payload. What it raises refuses the payload, without another attempt.

        @define_function("price", input=PriceRequest)
        def price(request: PriceRequest, ctx: Context) -> dict:
            ctx.log.info("looking up a price", sku=request.sku)
            return {"total": 1999}
    """
    if not isinstance(name, str) or not name:
        raise TypeError('define_function needs the name of the function in the catalog: define_function("price", ...)')
    check = _check_of(name, input)
    if run is None:
        return lambda decorated: CodeFunction(name, _runnable(name, decorated), check)
    return CodeFunction(name, _runnable(name, run), check)


def _runnable(name: str, run: Any) -> Callable[[Any, Context], Any]:
    if not callable(run):
        raise TypeError(f"{name}: `run` is no function: def {name}(input, ctx): ...")
    try:
        inspect.signature(run).bind(None, None)
    except TypeError:
        raise TypeError(f"{name}: `run` takes the input and the context: def {name}(input, ctx): ...") from None
    except ValueError:  # some functions written in C do not say what they take
        pass
    return run  # type: ignore[no-any-return]


def _check_of(name: str, input: Any) -> Callable[[Any], Any] | None:
    if input is None:
        return None
    for method in ("model_validate", "validate_python"):
        if callable(getattr(input, method, None)):
            return getattr(input, method)  # type: ignore[no-any-return]
    if isinstance(input, type) and dataclasses.is_dataclass(input):
        fields = f"input=lambda payload: {input.__name__}(**payload)"
        raise TypeError(f"{name}: the dataclass {input.__name__} takes its fields and checks no types: {fields}")
    if inspect.iscoroutinefunction(input):
        raise TypeError(f"{name}: `input` is async, but what checks a payload is not awaited.")
    if callable(input):
        return input  # type: ignore[no-any-return]
    raise TypeError(f"{name}: `input` is neither a function of the payload nor a model of pydantic.")
