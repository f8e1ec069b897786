"""The two formats of a bundle: Terraform JSON, and HCL."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from deployment.values import Json
from handover import hcl_format, json_format
from handover.variables import Variable


@dataclass(frozen=True, kw_only=True)
class Format:
    """How files are written; `values` is the file of the variables' values, `fence` what Markdown calls the language.

    `assignment` shows an edit of that file.
    """

    name: str
    ending: str
    values: str
    fence: str
    stack_file: Callable[[Json], str]
    values_file: Callable[[Sequence[Variable]], str]
    assignment: Callable[[Mapping[str, Any]], str]


FORMATS: Mapping[str, Format] = {
    format_.name: format_
    for format_ in (
        Format(
            name="json",
            ending=json_format.ENDING,
            values=json_format.VALUES,
            fence="json",
            stack_file=json_format.stack_file,
            values_file=json_format.values_file,
            assignment=json_format.assignment,
        ),
        Format(
            name="hcl",
            ending=hcl_format.ENDING,
            values=hcl_format.VALUES,
            fence="hcl",
            stack_file=hcl_format.stack_file,
            values_file=hcl_format.values_file,
            assignment=hcl_format.assignment,
        ),
    )
}
