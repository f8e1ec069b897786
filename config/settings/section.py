"""A mapping of the file, and what the two sides have in common."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from config import fields


class Section(BaseModel):
    """A mapping of the file: its keys are known, and no value is taken for one of another type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def or_boolean(schema: dict[str, Any]) -> None:
    """What `true` and `false` say of a mapping without anything in it, or of none, for editors (`derivation`)."""
    schema["anyOf"].append({"type": "boolean"})


def is_given(section: Section, key: str) -> bool:
    """Whether the file itself says this key, even if it says what would be derived."""
    return key in section.model_fields_set


class Side(Section):
    """What a producer and a consumer have both."""

    project: fields.Project = Field(description="The project's id.")
    impersonate_service_account: fields.ServiceAccount | None = Field(
        None, description="The account that Terraform acts as on this side."
    )
    quota_project: fields.Project | None = Field(
        None, description="The project that API calls are billed to and counted against."
    )
