"""A variable of a bundle: what operations may change, with its type, its rules and its present value."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from deployment.values import Json
from handover.templates import literal


@dataclass(frozen=True, kw_only=True)
class Validation:
    """A rule: an HCL expression (without `${}`), and what is said when it is false."""

    condition: str
    error_message: str


@dataclass(frozen=True, kw_only=True)
class Variable:
    """`type` is Terraform's; `value` is what the deployment has now and stands in terraform.tfvars.

    `refused` is a value that the rules refuse, to try them with.

    `nullable`: null is a value of its own, which `description` explains.
    """

    name: str
    type: str
    description: str
    value: Any
    refused: Any
    validations: tuple[Validation, ...] = ()
    nullable: bool = False

    def block(self) -> Json:
        """The `variable` block as Terraform JSON."""
        block: Json = {"description": self.description, "nullable": self.nullable, "type": self.type}
        if self.nullable:
            block["default"] = None
        if self.validations:
            block["validation"] = [
                {"condition": f"${{{validation.condition}}}", "error_message": validation.error_message}
                for validation in self.validations
            ]
        return block


def matches(expression: str, pattern: str) -> str:
    """A condition: the string `expression` matches all of `pattern` (without groups that look around: RE2)."""
    plain = re.sub(r"\(\?(?::|P<\w+>)", "(", pattern)  # what groups hold is not asked for
    return f"can(regex({literal(f'^({plain})$' if _alternatives(plain) else f'^{plain}$')}, {expression}))"


def _alternatives(pattern: str) -> bool:
    """Whether a pattern has alternatives outside of all groups."""
    depth = 0
    for one in re.findall(r"\\.|\[(?:\\.|[^\]])*\]|.", pattern):
        depth += {"(": 1, ")": -1}.get(one, 0)
        if one == "|" and not depth:
            return True
    return False
