"""The two formats of a bundle: Terraform JSON, and HCL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from deployment.values import Json
from handover import hcl_format, json_format
from handover.variables import Variable


class Format(Protocol):
    """What the module of a format has. NAME is also what Markdown calls the language.

    ENDING is that of a stack's files, VALUES the file of the variables' values.
    """

    NAME: str
    ENDING: str
    VALUES: str

    def stack_files(self, files: Mapping[str, Json]) -> dict[str, str]:
        """The files of a stack, by their names without ending."""

    def values_file(self, variables: Sequence[Variable]) -> str:
        """The file of values."""

    def values_added(self, text: str, variables: Sequence[Variable]) -> str:
        """A file of values with those of further variables."""

    def assignment(self, values: Mapping[str, Any]) -> str:
        """Values as they stand in that file, for showing an edit of it."""


FORMATS: Mapping[str, Format] = {hcl_format.NAME: hcl_format, json_format.NAME: json_format}
