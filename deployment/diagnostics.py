"""What Terraform says of errors and warnings, as data."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from deployment.values import Json


@dataclass(frozen=True, kw_only=True)
class Diagnostic:
    """An error or warning of Terraform's: the resource it is about, its heading, and the text."""

    severity: str
    address: str
    summary: str
    detail: str


def messages(lines: str) -> Iterator[Json]:
    """The messages of a command that was run with `-json`; whatever else stands in between is left out."""
    for line in lines.splitlines():
        try:
            message = json.loads(line)
        except ValueError:
            continue
        if isinstance(message, dict):
            yield message


def diagnostics(lines: str, errors: str) -> tuple[Diagnostic, ...]:
    """Errors and warnings of a command that was run with `-json`; `errors` is what it wrote to standard error."""
    told = tuple(
        Diagnostic(
            severity=said["severity"],
            address=said.get("address", ""),
            summary=said["summary"],
            detail=said.get("detail", ""),
        )
        for message in messages(lines)
        if message.get("type") == "diagnostic" and (said := message["diagnostic"])
    )
    if told or not errors.strip():
        return told
    return (Diagnostic(severity="error", address="", summary=errors.strip().splitlines()[0], detail=errors),)
