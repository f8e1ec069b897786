"""The record of a subnet: what it is called and which addresses it has."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Subnet:
    """A subnet of our own: its resource name and its primary IPv4 range in CIDR notation.

    `as_given` is for a name that somebody chose: what is deployed first has it as it stands, whatever its range.
    """

    name: str
    range: str
    as_given: bool = False
