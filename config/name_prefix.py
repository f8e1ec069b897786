"""`name_prefix`: it stands in front of every name that a file does not give, so that two environments fit in a project.

Resources alone are named by it. Keys, Terraform addresses, outputs, stacks and states stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cloudrun_psc.rules.faults import Fault

# 20: enough for a team and a stage; what becomes too long with it all the same is refused name by name.
PATTERN = r"(?=.{1,20}$)[a-z](?:-?[a-z0-9])*"


def front(prefix: str | None) -> str:
    """What is written in front of a name: the prefix and a hyphen, or nothing."""
    return f"{prefix}-" if prefix else ""


def front_of(data: Mapping[str, Any]) -> str:
    """The same out of a file's data, which nobody has checked yet; nothing where the prefix itself is refused."""
    prefix = data.get("name_prefix")
    return front(prefix) if isinstance(prefix, str) and re.fullmatch(PATTERN, prefix) else ""


def lengthened(fault: Fault | None, name: object, beginning: str) -> Fault | None:
    """The fault of a name that may be too long by its prefix alone, with what to do then."""
    if fault is None or fault.remedy != "shorten it" or not beginning or not str(name).startswith(beginning):
        return fault
    return replace(fault, remedy="shorten name_prefix, or write a shorter name here")
