"""What the client raises. No error contains the API key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .answers import Job


@dataclass(frozen=True)
class Fault:
    """One fault of a request: where it is (a JSON pointer, RFC 6901) and what is wrong with it."""

    pointer: str
    detail: str


class DuctapeError(Exception):
    """The base class of every error that the client raises."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        status: int | None = None,
        errors: tuple[Fault, ...] = (),
        request_id: str | None = None,
        job_id: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__("\n".join([message, *(f"  {fault.pointer or '/'}: {fault.detail}" for fault in errors)]))
        #: A stable code that says what went wrong.
        self.code = code
        #: The HTTP status of the answer, if the API answered.
        self.status = status
        #: What to change in the request, in at most 100 entries.
        self.errors = errors
        #: The id of the request in the logs of the API.
        self.request_id = request_id
        #: The job that the error is about, or that exists in spite of it.
        self.job_id = job_id
        #: Seconds to wait before the next try, if the API says so.
        self.retry_after = retry_after


class ConfigurationError(DuctapeError):
    """The address or the API key is missing or invalid. The message says what to set."""

    def __init__(self, message: str) -> None:
        super().__init__("CONFIGURATION_ERROR", message)


class InvalidRequestError(DuctapeError):
    """The request is not valid (400, 413, 415). `errors` says what to change."""


class AuthenticationError(DuctapeError):
    """The request has no API key, or one that the API does not know (401)."""


class ForbiddenError(DuctapeError):
    """The API key does not allow this (403). API Gateway also answers 403 for a key that it does not know."""


class NotFoundError(DuctapeError):
    """There is no such product, environment, event or job (404)."""


class ConflictError(DuctapeError):
    """The job's status forbids the change, or the idempotency key was used for a different request (409)."""


class RateLimitError(DuctapeError):
    """The API is still limiting requests (429) after all retries."""


class UnavailableError(DuctapeError):
    """The API is still unavailable (5xx) after all retries."""


class ConnectionFailedError(DuctapeError):
    """The API could not be reached, or did not answer in time, after all retries."""

    def __init__(self, message: str, *, job_id: str | None = None) -> None:
        super().__init__("CONNECTION_FAILED", message, job_id=job_id)


class WaitTimeoutError(DuctapeError):
    """The job did not finish within the `timeout` of the call. It continues: `client.wait(error.job_id)` waits on."""

    def __init__(self, job_id: str, timeout: float) -> None:
        super().__init__(
            "WAIT_TIMEOUT", f"Job {job_id} did not finish within {timeout} s; it continues.", job_id=job_id
        )


class JobFailedError(DuctapeError):
    """The job failed after all its attempts. `code` is that of its last failure, such as `PROVIDER_ERROR`."""

    def __init__(self, job: Job) -> None:
        error: Any = job.get("error") or {}
        text = f"Job {job['job_id']} failed: {error.get('message', 'the API gave no reason')}"
        super().__init__(error.get("code", "UNKNOWN"), text, job_id=job["job_id"])
        self.job = job


class JobCancelledError(DuctapeError):
    """The job was cancelled or expired before it finished."""

    def __init__(self, job: Job) -> None:
        reason = job.get("reason")
        super().__init__(
            "JOB_CANCELLED", f"Job {job['job_id']} was cancelled{f': {reason}' if reason else ''}", job_id=job["job_id"]
        )
        self.job = job
