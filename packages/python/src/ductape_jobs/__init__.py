"""Functions in Python as jobs of Ductape Jobs, and a typed client of its API."""

from .client import BatchOutcome, DuctapeJobs, JobPages
from .errors import (
    AuthenticationError,
    ConfigurationError,
    ConflictError,
    ConnectionFailedError,
    DuctapeError,
    Fault,
    ForbiddenError,
    InvalidRequestError,
    JobCancelledError,
    JobFailedError,
    NotFoundError,
    RateLimitError,
    UnavailableError,
    WaitTimeoutError,
)
from .functions import CodeFunction, Context, define_function
from .references import Parameter, Reference, Secret, parameter, secret
from .serve import Answer, Handler, serve

__all__ = [
    "Answer",
    "AuthenticationError",
    "BatchOutcome",
    "CodeFunction",
    "ConfigurationError",
    "ConflictError",
    "ConnectionFailedError",
    "Context",
    "DuctapeError",
    "DuctapeJobs",
    "Fault",
    "ForbiddenError",
    "Handler",
    "InvalidRequestError",
    "JobCancelledError",
    "JobFailedError",
    "JobPages",
    "NotFoundError",
    "Parameter",
    "RateLimitError",
    "Reference",
    "Secret",
    "UnavailableError",
    "WaitTimeoutError",
    "define_function",
    "parameter",
    "secret",
    "serve",
]
