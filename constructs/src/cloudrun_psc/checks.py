"""Rules at the constructs' door: applied to what is known now, skipped for what only Terraform will know."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from cdktf import Token

from cloudrun_psc.rules.faults import Fault

T = TypeVar("T")


def is_known(value: object) -> bool:
    """Whether a value is a plain one: neither a cdktf token nor a Terraform expression."""
    return not Token.is_unresolved(value) and not (isinstance(value, str) and "${" in value)


def known(value: T, rule: Callable[[T], Fault | None]) -> Fault | None:
    """The rule's fault, or None for a value that only Terraform will know."""
    return rule(value) if is_known(value) else None
