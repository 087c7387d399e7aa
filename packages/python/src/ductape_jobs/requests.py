"""What the API takes.

Made by `npm run generate` from the schemas in lambdas/. Change those instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, NotRequired, TypedDict


Time = float | str | datetime


class RetryConfig(TypedDict):
    """How the attempts of a job are spaced. Omitted fields come from the event."""

    initial_delay: NotRequired[int]
    """Milliseconds before the second attempt, before jitter. Default: 1000."""
    max_delay: NotRequired[int]
    """The longest delay in milliseconds. Only a provider's Retry-After may exceed it. Default: 300,000."""
    backoff_multiplier: NotRequired[float]
    """The factor from each delay to the next one, 1 to 100. Default: 2."""
    jitter: NotRequired[bool]
    """Whether each delay is random: the whole of it unless `jitter_percent` says less. Default: true."""
    jitter_percent: NotRequired[float]
    """The part of each delay that is random, 0 to 1: with 0.3, a delay of 10 s is one of 7 to 10 s. Default: 1,
    which is all of it."""
    retryable_errors: NotRequired[list[str]]
    """Error codes that are retried although they are permanent by default. Codes of this API (TIMEOUT, RATE_LIMITED,
    SERVICE_UNAVAILABLE, CONNECTION_ERROR, CRASHED, VALIDATION_ERROR, NOT_FOUND, UNAUTHORIZED, FORBIDDEN,
    CONFIGURATION_ERROR, PROVIDER_ERROR), or a provider's own codes (`provider_code`), which are compared without
    regard to case and punctuation. Default: none."""
    only_retryable_errors: NotRequired[bool]
    """Whether nothing but `retryable_errors` is retried. Default: false: they are retried besides what is by
    default."""
    non_retryable_errors: NotRequired[list[str]]
    """Error codes that are never retried. Takes precedence over `retryable_errors`. Codes of this API (TIMEOUT,
    RATE_LIMITED, SERVICE_UNAVAILABLE, CONNECTION_ERROR, CRASHED, VALIDATION_ERROR, NOT_FOUND, UNAUTHORIZED,
    FORBIDDEN, CONFIGURATION_ERROR, PROVIDER_ERROR), or a provider's own codes (`provider_code`), which are compared
    without regard to case and punctuation. Default: none."""


RepeatKeywords = TypedDict("RepeatKeywords", {"except": NotRequired[list[str]]})


class Repeat(RepeatKeywords):
    """How a job recurs: either by `cron` or by `every`."""

    cron: NotRequired[str]
    """A cron expression of 5 fields, or of 6 with the seconds first; or `@hourly`, `@daily`, `@weekly`, `@monthly`,
    `@yearly`."""
    every: NotRequired[int]
    """Milliseconds from one run to the next, counted from the first one; at least 1000."""
    tz: NotRequired[str]
    """The IANA time zone of `cron`. Default: UTC."""
    limit: NotRequired[int]
    """The maximum number of runs. Default: no limit."""
    end_date: NotRequired[Time]
    """No run is planned after this time; a bare date means the end of that day in `tz`. Default: never."""
    overlap: NotRequired[Literal["skip", "queue", "cancel_previous"]]
    """What to do when a run lasts beyond the time of the next one: `skip` that one, `queue` one run that starts
    immediately afterwards, or `cancel_previous`: the next one starts on time, and the outcome of the run before it
    is discarded. Default: `skip`."""
    missed: NotRequired[Literal["skip", "once", "all"]]
    """What to do about occurrences that could not start on time, as after an outage: `once` runs one for all of
    them, `all` runs each of them, one after the other and with its own planned time, and `skip` runs none that is
    more than `max_lateness_ms` late. Default: `once`."""
    max_lateness_ms: NotRequired[int]
    """How late a run may start, in milliseconds, at most 31 days. A later one is skipped, and listed among the runs
    as cancelled. Default: no limit, and a minute with `missed: skip`."""
    spread_ms: NotRequired[int]
    """Every run starts later by the same part of this, which is derived from the id of the job, so that many series
    with the same times do not start together. Milliseconds, at most a day. Default: none: runs start at their times."""


class Debounce(TypedDict):
    """How requests that follow each other become one job. Omitted fields come from the event."""

    key: NotRequired[str]
    """Requests of one product, env and event with the same key are alike; plain text of 1 to 255 characters.
    Default: what the event's expression yields for the input, else one key for all requests of the event."""
    delay: NotRequired[int | str]
    """How long after the last request the job starts: milliseconds from 1000, or text with a unit (ms, s, m, h, d).
    Default: that of the event; required if it has none."""
    max_wait: NotRequired[int | str]
    """How long after the first request it starts at the latest, in the same form. Default: that of the event, else
    10 times the delay."""


class Unique(TypedDict):
    """Which jobs are alike, so that only one of them is open. Omitted fields come from the event."""

    key: NotRequired[str]
    """Requests of one product, env and event with the same key are alike; plain text of 1 to 255 characters.
    Default: what the event's expression yields for the input, else one key for all requests of the event."""
    on_conflict: NotRequired[Literal["skip", "replace", "cancel_running"]]
    """What happens while a job of the key is open. `skip`: the receipt is that of the open job (`skipped`), and
    nothing is made. `replace`: a job that waits is cancelled, and a new one is made; while it runs, the request is
    refused. `cancel_running`: it is cancelled even if it runs. Default: that of the event, else `skip`."""


class Session(TypedDict):
    """A token of one of the product's sessions."""

    tag: str
    """The session's name in the catalog."""
    token: str
    """The JWT, of at most 8192 characters. It is checked, and never stored or shown."""


class JobRequest(TypedDict):
    """The job to schedule: an event of a product in one of its environments, the input and the start time. Over HTTP
    it may also be spelled as Ductape does."""

    env: str
    """The slug of the environment in which the job runs."""
    product_tag: str
    """The tag of the product."""
    event: str
    """The tag of the event to run, or what it runs: `database:action` or `notification:message`."""
    app: NotRequired[str]
    """The app that the job belongs to. It must be the app of the event's action. Default: that of the event."""
    input: Mapping[str, Any]
    """The input of the job. Its shape depends on the type of the event."""
    start_at: NotRequired[Time]
    """When to start. Unix time in seconds (a number below 1e11) or milliseconds, or an RFC 3339 string with an
    offset. 0 and times in the past mean now; at most 5 years ahead."""
    retries: NotRequired[int]
    """How many further attempts follow a failed one, 0 to 20. Default: that of the event, else that of its type."""
    retry_config: NotRequired[RetryConfig]
    """How the attempts are spaced. Default: that of the event, else 1 s doubling up to 5 minutes."""
    repeat: NotRequired[Repeat]
    """Makes the job recur. Default: it runs once."""
    expires_at: NotRequired[Time]
    """No attempt starts after this time: a job that still waits, for its start or for a retry, is cancelled with the
    reason `expired`. Must be later than `start_at`. Default: it never expires."""
    timeout_ms: NotRequired[int]
    """Milliseconds that one attempt may take, at least 100. Default: that of the event, else that of its type."""
    debounce: NotRequired[Debounce]
    """Requests that follow each other with one key run once, with the input of the last one: each moves the job's
    start. For one-time jobs without a `start_at`, and not together with `unique`. Default: that of the event, else
    each request runs."""
    unique: NotRequired[Unique]
    """At most one job of a key is open, which is any job that has not ended. Not together with `debounce`. Default:
    that of the event, else any number of jobs."""
    labels: NotRequired[list[str]]
    """Up to 10 strings of 1 to 64 characters to find the job by. Default: none."""
    cache: NotRequired[str]
    """A tag under which the result is remembered, 1 to 128 letters, digits and `_ . ~ -`: a later job of the same
    product, env, event, tag and input gets it without being executed, for as long as the event's `cache_ttl` says: a
    day by default. Default: the job is executed."""
    priority: NotRequired[int]
    """Whole seconds of head start in the lines of the event's limits, -3600 to 3600. It orders jobs that wait, and
    does not start any without a free slot. Default: that of the event, else 0."""
    fairness_key: NotRequired[str]
    """Jobs of a product and env that have different keys take turns in the queue, so that a burst of one, such as
    one of its customers, does not delay the others. 1 to 64 characters. Default: that of the event, else none: all
    jobs without a key share a turn."""
    task_token: NotRequired[str]
    """A task token of Step Functions (`.waitForTaskToken`), 1 to 2048 characters: the task receives the outcome of
    the job. For one-time jobs. Over HTTP it requires a key with `jobs:admin`. It is never shown. Default: none."""
    session: NotRequired[Session]
    """For whom the request is made: a token (JWT) of one of the product's `sessions`, to whose claims
    `$Session{tag}{claim}` refers. It is checked when the request is accepted, and is not stored. Default: none."""
    idempotency_key: NotRequired[str]
    """Identifies the request, 1 to 255 characters: the same request with the same key never creates a second job,
    and returns the receipt of the first one. Default: none."""
    traceparent: NotRequired[str]
    """The trace in which the job stands (W3C Trace Context), instead of the header or attribute of this name. What
    is malformed is ignored. Default: none."""
    tracestate: NotRequired[str]
    """What tracing systems add to `traceparent`. Default: none."""


class SignalRequest(TypedDict):
    product_tag: str
    """The product."""
    env: str
    """The env."""
    signal: str
    """A signal that a feature of the product declares."""
    key: NotRequired[str]
    """For every run that waits with this key. Either `key` or `job_id`."""
    job_id: NotRequired[str]
    """For one run: the id of its job."""
    payload: NotRequired[Any]
    """JSON of at most 256 KB, with the fields that the feature declares."""
    id: NotRequired[str]
    """Names the message, so that a request may be repeated: a run takes a message of an id once. Default: a fresh
    id."""
