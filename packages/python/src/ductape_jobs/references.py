"""References to secrets and parameters, as the catalog has them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Secret:
    """A value in AWS Secrets Manager: the whole secret, or one key of a secret that holds a JSON object."""

    name: str
    key: str | None = None

    def __str__(self) -> str:
        return f'secret("{self.name}{"" if self.key is None else f"#{self.key}"}")'


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value in the SSM Parameter Store."""

    path: str

    def __str__(self) -> str:
        return f'parameter("{self.path}")'


Reference = Secret | Parameter


def secret(reference: str) -> Secret:
    """A reference to a secret: `secret("shop/smtp")`, or one key of it: `secret("shop/smtp#password")`."""
    name, hash_sign, key = reference.partition("#")
    return Secret(name, key if hash_sign else None)


def parameter(path: str) -> Parameter:
    """A reference to a parameter: `parameter("/shop/base-url")`."""
    return Parameter(path)
