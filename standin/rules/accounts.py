"""IAM: accounts that exist or not, and who is given what.

The stand-in keeps no accounts but the default ones of Compute Engine: every other service account exists unless its
name contains `does-not-exist`.
"""

from __future__ import annotations

import re

from standin.change import Change
from standin.cloud import Cloud
from standin.google_error import GoogleError
from standin.rules.table import rule

_DEFAULT = re.compile(r"([0-9]+)-compute@developer\.gserviceaccount\.com")
_MEMBER = re.compile(
    r"(?:user|group|serviceAccount|domain|principal|principalSet|deleted):.+|allUsers|allAuthenticatedUsers"
)


def exists(cloud: Cloud, email: str) -> bool:
    """Whether a service account exists. A default Compute Engine account does once compute was enabled there.

    Source: https://cloud.google.com/compute/docs/access/service-accounts#default_service_account
    """
    default = _DEFAULT.fullmatch(email)
    if default is None:
        return "does-not-exist" not in email
    project = next((project for project in cloud.projects.values() if project.number == default[1]), None)
    return project is not None and "compute.googleapis.com" in project.apis


@rule("iamPolicies.setIamPolicy", source="https://cloud.google.com/iam/docs/policies#members")
def members_exist(change: Change) -> None:
    """A policy names accounts that exist, in the form that IAM takes."""
    before = {member for binding in change.former.get("bindings", []) for member in binding.get("members", [])}
    for binding in change.wanted.get("bindings", []):
        for member in binding.get("members", []):
            if member in before:
                continue
            kind, _, name = member.partition(":")
            if not _MEMBER.fullmatch(member):
                raise GoogleError(400, f"Invalid member: {member}. The member must be of a known type.")
            if kind == "serviceAccount" and not exists(change.cloud, name):
                raise GoogleError(400, f"Service account {name} does not exist.")


@rule(
    "iamPolicies.setIamPolicy",
    source="https://cloud.google.com/iam/docs/reference/rest/v1/Policy",
    doubt="Which roles fit which resource is not modelled: the form of the name alone is looked at.",
)
def roles_have_a_name(change: Change) -> None:
    """A role is predefined (roles/…) or a custom one of a project or an organization."""
    for binding in change.wanted.get("bindings", []):
        role = binding.get("role", "")
        if not re.fullmatch(r"(?:(?:projects|organizations)/[^/]+/)?roles/[\w.]+", role):
            raise GoogleError(400, f"Role {role} is not supported for this resource.")
