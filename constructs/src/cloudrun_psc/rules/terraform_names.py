"""Terraform names out of keys: whoever checks a configuration must foresee the addresses."""

from __future__ import annotations

import re


def address_name(text: str) -> str:
    """A Terraform name out of keys, ranges or e-mail addresses: everything but letters and digits becomes `_`."""
    name = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")
    return f"_{name}" if name[:1].isdigit() else name


def member_name(member: str) -> str:
    """The part of a grant's address that names who it is for: an IAM member, or a service account's e-mail address."""
    return address_name(member.removeprefix("serviceAccount:"))


def default_account_name(project: str) -> str:
    """The same for a project's default Compute Engine account while only Terraform knows the project's number."""
    return address_name(f"{project} compute")


def secret_name(secret: str, project: str) -> str:
    """The part of a grant's address that names the secret: its id, behind its project when that is not `project`.

    `secret` is NAME or projects/PROJECT/secrets/NAME.
    """
    owner, _, name = secret.removeprefix("projects/").rpartition("/secrets/")
    return address_name(name if owner in ("", project) else f"{owner} {name}")
