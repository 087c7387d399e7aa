"""What the API sends.

Made by `npm run generate` from the schemas in lambdas/. Change those instead.
"""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict


JobStatus = Literal["scheduled", "queued", "running", "completed", "failed", "cancelled", "paused"]


class JobReceipt(TypedDict):
    """What the API returns once it has accepted a job."""

    job_id: str
    """The id of the job."""
    status: JobStatus
    scheduled_at: int
    """When the job starts, or starts for the first time. Epoch milliseconds."""
    recurring: bool
    """Whether the job has a series of runs."""
    next_run_at: NotRequired[int]
    """When a recurring job runs next. Epoch milliseconds."""
    debounced: NotRequired[Literal[True]]
    """The request was added to a debounced job that waits: the job runs with this request's input."""
    skipped: NotRequired[Literal[True]]
    """Nothing was made: this is the open job that has the unique key of the request."""
    replaced: NotRequired[str]
    """The job with the same unique key that was cancelled for this one."""


JobType = Literal["action", "notification", "database_action", "function", "storage", "publish", "feature"]


class JobSummaryLatenessLimits(TypedDict):
    limit: str
    ms: int


class JobSummaryLateness(TypedDict):
    """How late the first attempt of the run started, and why. Known once that attempt has ended."""

    total_ms: int
    """Milliseconds from `scheduled_at` to the start of the first attempt."""
    paused_ms: NotRequired[int]
    """Milliseconds for which a pause held it, its turn after the end of the pause included."""
    limits: NotRequired[list[JobSummaryLatenessLimits]]
    """The limit in whose line it stood, and for how many milliseconds."""
    late_ms: int
    """What is left of that: for so long it was late, and nothing held it."""


class JobSummaryRetrying(TypedDict):
    attempt: int
    """Which attempt it is, from 2."""
    of: int
    """How many there may be."""


JobRepeatKeywords = TypedDict("JobRepeatKeywords", {"except": NotRequired[list[str]]})


class JobRepeat(JobRepeatKeywords):
    """The series of a recurring job."""

    cron: NotRequired[str]
    tz: NotRequired[str]
    every: NotRequired[int]
    """Milliseconds."""
    anchor: int
    """The time that `every` is counted from: the first run. Epoch milliseconds."""
    limit: NotRequired[int]
    end_date: NotRequired[int]
    """No run is planned after this time. Epoch milliseconds."""
    overlap: Literal["skip", "queue", "cancel_previous"]
    missed: NotRequired[Literal["skip", "once", "all"]]
    max_lateness_ms: NotRequired[int]
    """How late a run may start, in milliseconds."""
    spread_ms: NotRequired[int]
    """The most that every run may start later, in milliseconds."""
    offset_ms: NotRequired[int]
    """How much later every run starts because of `spread_ms`, in milliseconds."""


class JobSummaryParent(TypedDict):
    job_id: str
    """The feature's job."""
    run: int
    """The run of the feature's job."""
    step: str
    """The step, as `sequence.step`."""
    undo: NotRequired[Literal[True]]
    """The job undoes the step."""


class JobSummarySession(TypedDict):
    tag: str


class JobSummaryDebounce(TypedDict):
    key: str
    """The key, or its hash if it is longer than 64 characters. Empty: all requests of the event share one."""
    until: int
    """When it starts at the latest. Epoch milliseconds."""
    requests: int
    """How many requests it stands for."""


class JobSummaryGates(TypedDict):
    limit: str
    key: str


class JobSummaryUnique(TypedDict):
    key: str
    """The key, or its hash if it is longer than 64 characters. Empty: all requests of the event share one."""


JobErrorCode = Literal["TIMEOUT", "RATE_LIMITED", "SERVICE_UNAVAILABLE", "CONNECTION_ERROR", "CRASHED", "VALIDATION_ERROR", "NOT_FOUND", "UNAUTHORIZED", "FORBIDDEN", "CONFIGURATION_ERROR", "PROVIDER_ERROR"]


class JobFailure(TypedDict):
    """Why an attempt failed."""

    code: JobErrorCode
    message: str
    retryable: bool
    """Whether another attempt may succeed."""
    provider_code: NotRequired[str]
    """The provider's own code of the failure, if it gave one."""


class JobSummaryEnding(TypedDict):
    cause: Literal["failed", "cancelled"]
    """The status that the job will have."""
    since: int
    """When that began. Epoch milliseconds."""
    steps: NotRequired[int]
    """How many steps there are to undo, once that is known."""
    undone: NotRequired[int]
    """How many of them are undone, as of the latest decision."""
    failed: NotRequired[int]
    """How many of them could not be undone."""


class JobSummaryRolledBack(TypedDict):
    """The run of a feature has failed or was cancelled, and its completed steps were undone."""

    steps: int
    """How many steps there were to undo."""
    failed: int
    """How many of them are not undone."""
    error: NotRequired[JobFailure]
    """Why the undo was given up before its end: there may have been more steps to undo."""


class PauseReference(TypedDict):
    """The pause that a job waits for, or that would hold a request."""

    pause: str
    """The id of the pause."""
    reason: str
    """Why it was paused."""
    since: int
    """When it was paused. Epoch milliseconds."""
    until: NotRequired[int]
    """When it ends by itself. Absent if a request has to end it. Epoch milliseconds."""


class LimitWait(TypedDict):
    """The limit that holds the job back."""

    limit: str
    """The name of the limit in the catalog."""
    key: str
    """The key; empty for a limit without keys."""
    since: int
    """Since when the job stands in its line. Epoch milliseconds."""
    position: NotRequired[int]
    """Its place in the line, from 1; absent beyond the first 1,000. An estimate, since jobs with a higher priority
    may pass it."""
    starts_at: NotRequired[int]
    """About when it starts, as the rate has planned it up to a minute ago, or by its place. Nothing is reserved.
    Absent for a limit with slots only, and beyond the first 1,000. Epoch milliseconds."""


class RunWaitSignals(TypedDict):
    signal: str
    key: NotRequired[str]
    """Absent where only messages to the run itself are meant."""


class RunWait(TypedDict):
    """What a run of a feature waits for."""

    step: str
    """The step that waits, as `sequence.step`."""
    since: int
    """Since when it waits. Epoch milliseconds."""
    until: int
    """When it ends by itself. Epoch milliseconds."""
    signals: NotRequired[list[RunWaitSignals]]
    """The first three signals of which a message ends it. Absent for a wait for a time."""
    asked: NotRequired[list[str]]
    """The first three who are asked, of a step that waits for the decision of a person."""


class JobSummary(TypedDict):
    """A job as lists show it."""

    job_id: str
    """The id of the job."""
    status: JobStatus
    scheduled_at: int
    """When the job starts, or starts for the first time. Epoch milliseconds."""
    recurring: bool
    """Whether the job has a series of runs."""
    next_run_at: NotRequired[int]
    """When a recurring job runs next. Epoch milliseconds."""
    product_tag: str
    env: str
    event: str
    type: JobType
    app: NotRequired[str]
    run: int
    """The number of the run, from 1. A one-time job has run 1 only."""
    attempt: int
    """The number of the attempt at this run, from 1."""
    retries: int
    """How many further attempts follow a failed first one."""
    most_attempts: NotRequired[int]
    """Up to which attempt it is tried, once a caller has retried it: its retries count from there. Of others that is
    `retries` + 1."""
    timeout_ms: int
    """How long one attempt may take, in milliseconds."""
    due_at: int
    """When the current attempt may start. Epoch milliseconds."""
    created_at: int
    """When the job was requested. Epoch milliseconds."""
    started_at: NotRequired[int]
    """When the latest attempt started. Epoch milliseconds."""
    first_started_at: NotRequired[int]
    """When the first attempt of the run started: its lateness is counted from scheduled_at to here. Absent before
    that, and once 25 later attempts have been made. Epoch milliseconds."""
    lateness: NotRequired[JobSummaryLateness]
    """How late the first attempt of the run started, and why. Known once that attempt has ended."""
    retrying: NotRequired[JobSummaryRetrying]
    """An attempt of the run has failed, and another one is made or waits for its time."""
    finished_at: NotRequired[int]
    """When the job ended. Epoch milliseconds."""
    expires_at: NotRequired[int]
    """No attempt starts after this time: a job that still waits is cancelled. Epoch milliseconds."""
    labels: NotRequired[list[str]]
    fairness_key: NotRequired[str]
    """The key by which the job takes turns with others in its queue."""
    repeat: NotRequired[JobRepeat]
    """The series of a recurring job."""
    parent: NotRequired[JobSummaryParent]
    """The feature of which the job is a step."""
    session: NotRequired[JobSummarySession]
    """The session of its request. Neither its token nor its claims are shown."""
    schedule: NotRequired[str]
    """The schedule of the catalog that the job belongs to."""
    debounce: NotRequired[JobSummaryDebounce]
    """It takes in later requests of its key until it starts."""
    cache: NotRequired[str]
    """The tag under which its result is remembered."""
    bundle: NotRequired[str]
    """The hash of the code that the run of a feature in code began with, and goes on with."""
    cached_from: NotRequired[str]
    """The job whose result answered this one, which was not executed: it has the same cache tag, event and input."""
    gates: NotRequired[list[JobSummaryGates]]
    """The limits that its attempts pass, with the keys that its input gave. Absent if its event has none."""
    unique: NotRequired[JobSummaryUnique]
    """It is the only open job of this key."""
    error: NotRequired[JobFailure]
    """Why the job failed, or why its latest attempt did."""
    reason: NotRequired[str]
    """Why the job was cancelled."""
    ending: NotRequired[JobSummaryEnding]
    """The run of a feature has failed or was cancelled, and ends once its completed steps are undone."""
    rolled_back: NotRequired[JobSummaryRolledBack]
    """The run of a feature has failed or was cancelled, and its completed steps were undone."""
    waiting_for: NotRequired[PauseReference | LimitWait]
    """What keeps a job from its start: a pause, or the limit in whose line it stands for a slot or a start. Lists
    show that for the first 50 such jobs of a page, without position and start."""
    waits: NotRequired[list[RunWait]]
    """What a run of a feature waits for, as of its latest decision: its first ten open waits, the oldest first."""


class JobSnoozes(TypedDict):
    count: int
    since: int
    """When the first try that was put off had started. Epoch milliseconds."""


class Actor(TypedDict):
    """Who made a job."""

    kind: Literal["key", "identity", "service", "schedule", "parent", "alert"]
    """An API key, an IAM identity, a service of AWS that brought the request, a schedule of the catalog, the feature
    of which the job is a step, or an alert of the catalog."""
    id: NotRequired[str]
    """The id of the key, `deployed` for the one that the deployment created; of the identity, or of the feature's
    job."""
    name: NotRequired[str]
    """The name of the key, of the service, or of the schedule."""


class ChangedBy(TypedDict):
    """The last change of a job by a caller, and not by its own execution."""

    kind: Literal["key", "identity", "service", "schedule", "parent", "alert"]
    """An API key, an IAM identity, a service of AWS that brought the request, a schedule of the catalog, the feature
    of which the job is a step, or an alert of the catalog."""
    id: NotRequired[str]
    """The id of the key, `deployed` for the one that the deployment created; of the identity, or of the feature's
    job."""
    name: NotRequired[str]
    """The name of the key, of the service, or of the schedule."""
    change: Literal["cancel", "pause", "resume", "reschedule", "retry", "run_now", "skip_next", "migrate", "replace"]
    """What was done to the job."""
    at: int
    """When that was. Epoch milliseconds."""
    operation_id: NotRequired[str]
    """The operation on many jobs that has done it."""


class JobThrown(TypedDict):
    """What a function of the product's own code has thrown."""

    name: str
    """The error's name."""
    message: str
    stack: NotRequired[str]
    """Where it was thrown, by the lines of the source. The last three attempts have one."""


class ProviderAnswer(TypedDict):
    """What a provider has answered to a failed attempt."""

    status: int
    """The status of the HTTP response."""
    headers: dict[str, str]
    """Its headers, but for those that carry credentials and cookies."""
    body: str
    """The first 4 KB of its body. A credential that it repeats is shown as `[credential]`."""
    body_encoding: NotRequired[Literal["base64"]]
    """The body is not text."""
    cut: NotRequired[Literal[True]]
    """There was more of it."""


class JobAttemptLog(TypedDict):
    """What the product's own code has written with `ctx.log`."""

    text: str
    """The last lines, at most 4 KB, each with its time, level, message and fields. A secret that the code has read
    with `ctx.secret` is shown as `[credential]`."""
    cut: NotRequired[Literal[True]]
    """There were more before them."""


class JobTargetTried(TypedDict):
    name: str
    code: str


class JobTarget(TypedDict):
    """Which target of a fallback or quota ran an attempt."""

    name: str
    """The catalog entry that ran the attempt, or the last one that was tried."""
    tried: NotRequired[list[JobTargetTried]]
    """The entries that were tried before it, in order, and the error code of each."""
    left_out: NotRequired[list[str]]
    """The entries that come before it and were not tried first, because they had just failed."""


class JobAttemptRolledBack(TypedDict):
    """The run of a feature has failed or was cancelled, and its completed steps were undone."""

    steps: int
    """How many steps there were to undo."""
    failed: int
    """How many of them are not undone."""
    error: NotRequired[JobFailure]
    """Why the undo was given up before its end: there may have been more steps to undo."""


class JobAttemptHeldLimits(TypedDict):
    limit: str
    ms: int


class JobAttemptHeld(TypedDict):
    paused_ms: NotRequired[int]
    """Milliseconds for which a pause held it, its turn after the end of the pause included."""
    limits: NotRequired[list[JobAttemptHeldLimits]]
    """The limit in whose line it stood, and for how many milliseconds."""


class JobAttempt(TypedDict):
    """One attempt at a run."""

    attempt: int
    due_at: int
    """When the attempt was due. Epoch milliseconds."""
    started_at: int
    """When it started. Epoch milliseconds."""
    ended_at: int
    """When it ended. Epoch milliseconds."""
    outcome: Literal["completed", "failed", "cancelled"]
    crashes: NotRequired[int]
    """How many executions of this attempt crashed before it ended."""
    cached_from: NotRequired[str]
    """The job whose result answered this one, which was not executed: it has the same cache tag, event and input."""
    error: NotRequired[JobFailure]
    thrown: NotRequired[JobThrown]
    """What the product's own code has thrown. For keys with `jobs:input` only, since it may quote the input."""
    answer: NotRequired[ProviderAnswer]
    """What the provider has answered to the first and to the last failed attempt of the run. For keys with
    `jobs:input` only, since it may quote the input; absent if its event keeps none."""
    log: NotRequired[JobAttemptLog]
    """What the product's own code had written last with `ctx.log` when the first and the last failed attempt of the
    run ended. For keys with `jobs:input` only; absent if its event keeps no answers."""
    target: NotRequired[JobTarget]
    """Which target of a fallback or quota ran it. Absent for events that name a single target."""
    rolled_back: NotRequired[JobAttemptRolledBack]
    """The run of a feature has failed or was cancelled, and its completed steps were undone."""
    trace_id: NotRequired[str]
    """The trace that its calls and messages carried, if it is another one than that of the job."""
    held: NotRequired[JobAttemptHeld]
    """What held it back before it started, if anything did."""
    duration_ms: int
    """Milliseconds from its start to its end."""
    lateness_ms: int
    """Milliseconds from when it was due to when it started."""


class JobStepEarlierAttempts(TypedDict):
    started_at: int
    """When it started. Epoch milliseconds."""
    ended_at: int
    """When it ended. Epoch milliseconds."""


class JobStepWaitsFor(TypedDict):
    signal: str
    key: NotRequired[str]
    """Absent where only messages to the run itself are meant."""


class JobStepReceived(TypedDict):
    signal: str
    id: str
    at: int
    """When it was accepted. Epoch milliseconds."""


class JobStepApprovalDecision(TypedDict):
    choice: str
    by: NotRequired[str]
    """One of `asked`, or the id of an API key. Absent where the time-out decided."""
    at: int
    """When it was decided. Epoch milliseconds."""
    note: NotRequired[str]


class JobStepApproval(TypedDict):
    id: str
    """For `POST /v1/approvals/{id}`."""
    title: str
    choices: list[str]
    asked: list[str]
    """Who is asked. The first to decide does so for all."""
    decision: NotRequired[JobStepApprovalDecision]


class JobStepForEach(TypedDict):
    """How far the items of a step have come, as its pages have recorded it."""

    items: int
    """The items of the list."""
    done: int
    """Those that have completed."""
    failed: int
    """Those that have failed."""
    open: int
    """Those that have started and not ended."""


class JobStepUndoEarlierAttempts(TypedDict):
    started_at: int
    """When it started. Epoch milliseconds."""
    ended_at: int
    """When it ended. Epoch milliseconds."""


class JobStepUndoForEach(TypedDict):
    """How far the items of a step have come, as its pages have recorded it."""

    items: int
    """The items of the list."""
    done: int
    """Those that have completed."""
    failed: int
    """Those that have failed."""
    open: int
    """Those that have started and not ended."""


class JobStepUndo(TypedDict):
    """The state of the undo of a step, once that has begun."""

    status: Literal["scheduled", "queued", "running", "completed", "failed", "cancelled", "paused", "not_started"]
    """`not_started`: its event is missing. Otherwise the status of its job."""
    job_id: NotRequired[str]
    """The job that undoes the step."""
    created_at: NotRequired[int]
    """When its job was made. Epoch milliseconds."""
    earlier_attempts: NotRequired[list[JobStepUndoEarlierAttempts]]
    """The latest three of the attempts before the one of `started_at`. Absent if there were none, and in runs of
    more than 1,000 steps."""
    started_at: NotRequired[int]
    """When it started. Epoch milliseconds."""
    finished_at: NotRequired[int]
    """When it ended. Epoch milliseconds."""
    for_each: NotRequired[JobStepUndoForEach]
    """The items that had completed, of a step whose items are undone one by one."""
    error: NotRequired[JobFailure]


class JobStep(TypedDict):
    """The state of a step of a feature."""

    status: Literal["scheduled", "queued", "running", "completed", "failed", "cancelled", "paused", "skipped", "waiting", "not_started"]
    """`skipped`: its condition was not met. `waiting`: it waits for a signal, a decision or a time. `not_started`:
    the feature has not reached it yet."""
    job_id: NotRequired[str]
    """The job that runs the step."""
    created_at: NotRequired[int]
    """When its job was made. Epoch milliseconds."""
    earlier_attempts: NotRequired[list[JobStepEarlierAttempts]]
    """The latest three of the attempts before the one of `started_at`. Absent if there were none, and in runs of
    more than 1,000 steps."""
    started_at: NotRequired[int]
    """When it started: the latest attempt of its job. Epoch milliseconds."""
    finished_at: NotRequired[int]
    """When it ended. Epoch milliseconds."""
    waits_for: NotRequired[list[JobStepWaitsFor]]
    """The signals of which the first message ends it, of a step that waits or has waited for signals."""
    until: NotRequired[int]
    """When it ends by itself, of a step that waits or has waited. Epoch milliseconds."""
    received: NotRequired[JobStepReceived]
    """The message that ended the wait."""
    approval: NotRequired[JobStepApproval]
    """The decision of a person, of a step that waits or has waited for one."""
    timed_out: NotRequired[Literal[True]]
    """No message or decision came in time."""
    for_each: NotRequired[JobStepForEach]
    """The items, of a step that runs for each item of a list."""
    error: NotRequired[JobFailure]
    returned: NotRequired[Any]
    """What own code of a run of code has returned, for keys with `jobs:input`. Absent if it has more than 1 KB of
    JSON, if the event hides anything (`redact`), and in runs of more than 1,000 steps."""
    thrown: NotRequired[JobThrown]
    """What own code of a run of code has thrown, for keys with `jobs:input`. Absent in runs of more than 1,000
    steps."""
    undo: NotRequired[JobStepUndo]
    """The state of the undo of a step, once that has begun."""


class JobForEach(TypedDict):
    """How far the items of a step have come, as its pages have recorded it."""

    items: int
    """The items of the list."""
    done: int
    """Those that have completed."""
    failed: int
    """Those that have failed."""
    open: int
    """Those that have started and not ended."""


class JobGraphStepWaitsFor1(TypedDict):
    signals: list[str]


class JobGraphStepWaitsFor2(TypedDict):
    time: Literal[True]


class JobGraphStepWaitsFor3(TypedDict):
    approval: Literal[True]


class JobGraphStepForEach(TypedDict):
    concurrency: int
    """How many items may be open at a time."""


class JobGraphStep(TypedDict):
    """A step of a feature as the catalog has it."""

    step: str
    """The step, as `sequence.step`: the name of its state in `steps`."""
    sequence: str
    event: NotRequired[str]
    """The tag of the event that the step runs. A step that waits runs none."""
    waits_for: NotRequired[JobGraphStepWaitsFor1 | JobGraphStepWaitsFor2 | JobGraphStepWaitsFor3]
    """What a step that waits is for: the signals of which the first message ends it, a time, or the decision of a
    person."""
    app: NotRequired[str]
    """The app of the event, if the step names one."""
    depends_on: list[str]
    """The steps that end before it starts, as `sequence.step`."""
    conditional: bool
    """Whether the step is skipped unless a condition holds."""
    delay: NotRequired[int]
    """Milliseconds between the end of the steps that it depends on and its start."""
    allow_fail: NotRequired[bool]
    """Whether the feature continues if the step fails."""
    undo: NotRequired[str]
    """The tag of the event that undoes the step."""
    undo_each: NotRequired[Literal[True]]
    """Its items are undone one by one. Absent: the step is undone as a whole."""
    on_parent_end: NotRequired[Literal["abandon"]]
    """The job of the step goes on when the feature ends. Absent: it is cancelled."""
    for_each: NotRequired[JobGraphStepForEach]
    """Of a step that runs for each item of a list."""


class JobDefinition(TypedDict):
    id: str
    """The same for runs that keep the same definition."""
    current: bool
    """Whether the catalog still says the same. A new run would keep what it says now."""
    behind: int
    """How many definitions the event has had since, that of the present catalog included."""


class JobChannel1Sent(TypedDict):
    to: str
    id: str


class JobChannel1Dead(TypedDict):
    to: str
    reason: str


class JobChannel1(TypedDict):
    status: Literal["sent"]
    sent: NotRequired[list[JobChannel1Sent]]
    """The recipients that were reached, each with the provider's message id."""
    dead: NotRequired[list[JobChannel1Dead]]
    """Recipients that no longer exist and should be removed."""
    response_status: NotRequired[int]
    """The HTTP status of the callback URL's response."""


class JobChannel2Sent(TypedDict):
    to: str
    id: str


class JobChannel2Dead(TypedDict):
    to: str
    reason: str


class JobChannel2(TypedDict):
    status: Literal["failed"]
    code: JobErrorCode
    provider_code: NotRequired[str]
    """The provider's own code of the failure, if it gave one."""
    sent: NotRequired[list[JobChannel2Sent]]
    """The recipients that were reached, each with the provider's message id."""
    dead: NotRequired[list[JobChannel2Dead]]
    """Recipients that no longer exist and should be removed."""
    response_status: NotRequired[int]
    """The HTTP status of the callback URL's response."""


JobChannel = JobChannel1 | JobChannel2


class JobParked(TypedDict):
    """Why the run of a feature in code cannot go on. It is tried again, more and more rarely, until a deployment or
    `POST /v1/jobs/{id}/migrate` mends it."""

    code: Literal["NON_DETERMINISTIC", "OUTSIDE_STEP", "NO_PROGRESS", "TOO_MANY_STEPS", "DUPLICATE_KEY", "CRASHED", "UNKNOWN_DEFINITION", "UNKNOWN_FEATURE", "PROTOCOL", "TOO_LARGE"]
    message: str
    step: NotRequired[str]
    """The key of the step."""
    at: NotRequired[str]
    """Where in the source, as `file:line`."""
    since: int
    """Since when. Epoch milliseconds."""
    advice: NotRequired[str]
    """What mends it, where the message does not say that."""


class Job(JobSummary):
    """A job as the API shows it. Its input is not part of it."""

    priority: NotRequired[int]
    """Seconds of head start in the lines of limits, if any."""
    snoozes: NotRequired[JobSnoozes]
    """How often a provider has put off the current attempt by a Retry-After, and since when. That spends no attempt."""
    trace_id: NotRequired[str]
    """The trace of its request, as hexadecimal digits. Absent if that brought none, and no spans are exported."""
    made_by: NotRequired[Actor]
    """Who requested it. Absent if it was made before jobs kept that."""
    by: NotRequired[ChangedBy]
    """The last change by a caller, if there was any."""
    attempts: list[JobAttempt]
    """The attempts of the current run, oldest first. The last 25 are kept."""
    steps: NotRequired[dict[str, JobStep]]
    """The state of each step of a feature, by `sequence.step` and in the order of its definition. Of a list, which
    runs the items of a step with `for_each`: its items, as `main.ship[7]`, or its pages of up to 100 items, as
    `main.ship[100-199]`. Features only."""
    for_each: NotRequired[JobForEach]
    """How far the items have come, of a list or a page."""
    graph: NotRequired[list[JobGraphStep]]
    """The steps of a feature in the order of its definition, those included that have not begun, and what each
    depends on. Features only, and absent once the catalog has lost the event of a run that keeps none."""
    definition: NotRequired[JobDefinition]
    """The definition that the run of a feature keeps, from its first decision on, whatever is deployed meanwhile. Of
    a run of code, the entry of the catalog: its code is `bundle`."""
    channels: NotRequired[dict[str, JobChannel]]
    """The outcome of each channel of a notification that has failed or will be retried. Once it has completed, its
    result has them."""
    state: NotRequired[dict[str, Any]]
    """What the handler of a feature in code has set last, by `ctx.setState`."""
    parked: NotRequired[JobParked]
    """Why the run of a feature in code cannot go on. It is tried again, more and more rarely, until a deployment or
    `POST /v1/jobs/{id}/migrate` mends it."""
    progress: NotRequired[Any]
    """What a function of the product's own code has reported last, by `ctx.progress`."""
    result: NotRequired[Any]
    """The result of a completed job. Its shape depends on the event."""
    result_url: NotRequired[str]
    """Where to download the JSON of a result that is too large for an answer. The URL is valid for an hour."""
    result_bytes: NotRequired[int]
    """The size of a result that is too large for an answer and has no URL, since its event hides parts of it."""
    redacted: NotRequired[list[str]]
    """The JSON pointers of the parts of the result that are shown as `[redacted]`, as the catalog has them."""


class JobPage(TypedDict):
    jobs: list[JobSummary]
    next_cursor: NotRequired[str]
    """The cursor of the next page. Absent on the last page."""
    examined: NotRequired[int]
    """How many jobs were looked at for this page, if it is short although more follow."""
    looked_back_to: NotRequired[int]
    """The time of the last job that was looked at for such a page: `due_at` while a job is pending, `finished_at`
    afterwards. Absent for paused jobs, which have none. Epoch milliseconds."""


class JobRunRolledBack(TypedDict):
    """The run of a feature has failed or was cancelled, and its completed steps were undone."""

    steps: int
    """How many steps there were to undo."""
    failed: int
    """How many of them are not undone."""
    error: NotRequired[JobFailure]
    """Why the undo was given up before its end: there may have been more steps to undo."""


class JobRun(TypedDict):
    """One occurrence of a job. A one-time job has only one."""

    run: int
    """The number of the run, from 1."""
    status: JobStatus
    scheduled_at: int
    """When it was planned to start. Epoch milliseconds."""
    due_at: int
    """When the last of its attempts was due, or the next one is. Epoch milliseconds."""
    started_at: NotRequired[int]
    """When its latest attempt started. Epoch milliseconds."""
    finished_at: NotRequired[int]
    """When it ended. Epoch milliseconds."""
    attempts: list[JobAttempt]
    error: NotRequired[JobFailure]
    reason: NotRequired[str]
    cached_from: NotRequired[str]
    """The job whose result answered this one, which was not executed: it has the same cache tag, event and input."""
    rolled_back: NotRequired[JobRunRolledBack]
    """The run of a feature has failed or was cancelled, and its completed steps were undone."""
    result: NotRequired[Any]
    """The result of a completed job. Its shape depends on the event."""
    result_url: NotRequired[str]
    """Where to download the JSON of a result that is too large for an answer. The URL is valid for an hour."""
    result_bytes: NotRequired[int]
    """The size of a result that is too large for an answer and has no URL, since its event hides parts of it."""
    redacted: NotRequired[list[str]]
    """The JSON pointers of the parts of the result that are shown as `[redacted]`, as the catalog has them."""


class RunPage(TypedDict):
    runs: list[JobRun]
    next_cursor: NotRequired[str]
    """The cursor of the next page. Absent on the last page."""


class SignalSent(TypedDict):
    """What became of a signal."""

    id: str
    """The id of the message: that of the request, or a fresh one."""
    offered: list[str]
    """The jobs of the runs that wait for it, and are woken. Of a key for which more wait, the first hundred: all go
    on."""
    kept_until: int
    """Until when it waits for runs that come to wait for it later. Epoch milliseconds."""


class Person(TypedDict):
    """Whom an issuer has vouched for at sign-in."""

    issuer: str
    """Who has vouched for the person."""
    sub: str
    """The id that the issuer has for the person."""
    name: NotRequired[str]
    email: NotRequired[str]
    """The address that the issuer has verified."""


JobVerb = Literal["jobs:read", "jobs:write", "jobs:input", "jobs:admin", "audit:read"]


class Deployment(TypedDict):
    """The names of the AWS resources of a deployment."""

    region: str
    account: str
    """The id of the AWS account."""
    table: str
    """The table of jobs. A job is the item with the partition key `JOB#<id>` and the sort key `STATE`."""
    schedule_group: str
    """The EventBridge Scheduler group of jobs that are due later."""
    log_groups: dict[JobType, str]
    """The CloudWatch log group of each type's consumer, whose lines have a `job_id`."""
    queues: dict[JobType, str]
    """The URL of each type's queue."""


class Me(TypedDict):
    """A key as the API knows it."""

    caller: str
    """The id of the key, `deployed` for the one that the deployment created, or that of an IAM identity."""
    name: NotRequired[str]
    """The name of the key, if it has one."""
    role: NotRequired[Literal["viewer", "operator", "admin"]]
    """The role whose verbs these are: `viewer`, `operator` or `admin`. Absent for another set of verbs."""
    person: NotRequired[Person]
    """Who has signed in to get the key."""
    expires_at: NotRequired[int]
    """When the key expires. Absent if it does not. Epoch milliseconds."""
    verbs: list[JobVerb]
    """What the key may do, with what `jobs:admin` implies."""
    products: list[str]
    """The products that the key has access to; `*` stands for all."""
    envs: list[str]
    """The envs that the key has access to; `*` stands for all."""
    version: str
    """The version of Ductape Jobs."""
    aws: NotRequired[Deployment]
    """The AWS resources of the deployment, to link to the AWS console. Absent on this machine."""
