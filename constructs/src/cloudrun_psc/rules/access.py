"""Who may be let in: invokers of the Cloud Run service, and the accounts that things run as."""

from __future__ import annotations

import re

from cloudrun_psc.rules.faults import Fault, shown

# Every service account's address ends so: user-managed, default Compute Engine, App Engine and Google's own agents.
SERVICE_ACCOUNT = r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?@(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?\.)?gserviceaccount\.com"
_PERSON = r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?"
MEMBER = rf"serviceAccount:{SERVICE_ACCOUNT}|(?:user|group):{_PERSON}|principal(?:Set)?://iam\.googleapis\.com/[A-Za-z0-9./:_@*-]+"
_EVERYONE = frozenset({"allusers", "allauthenticatedusers"})


def service_account(value: str) -> Fault | None:
    """The e-mail address of a service account."""
    if re.fullmatch(SERVICE_ACCOUNT, value):
        return None
    bare = value.strip().lower().removeprefix("serviceaccount:")
    return Fault(
        wrong=f"{shown(value)} is not a service account",
        allowed="its e-mail address, NAME@PROJECT.iam.gserviceaccount.com",
        remedy=f"did you mean {bare!r}?"
        if re.fullmatch(SERVICE_ACCOUNT, bare)
        else "`gcloud iam service-accounts list` prints them",
    )


def invoker(value: str) -> Fault | None:
    """An IAM member that may invoke: a service account, user, group or workload identity; never everyone."""
    if value.rpartition(":")[2].lower() in _EVERYONE:
        return Fault(
            wrong=f"{shown(value)} would let everyone who reaches the endpoint invoke the service",
            allowed="service accounts, users, groups and workload identities, each by name",
            remedy="name the callers' service accounts",
        )
    if re.fullmatch(SERVICE_ACCOUNT, value) or re.fullmatch(MEMBER, value):
        return None
    return Fault(
        wrong=f"{shown(value)} is not an invoker",
        allowed="a service account's e-mail address, or serviceAccount:…, user:…, group:… or principal://…",
        remedy="write it out, for example NAME@PROJECT.iam.gserviceaccount.com",
    )


def member(value: str) -> str:
    """The IAM member of an invoker: a bare e-mail address is a service account's."""
    return value if ":" in value else f"serviceAccount:{value}"


def identity(value: str) -> str:
    """What two spellings of one invoker share: capitals count in a principal's path, not in an e-mail address."""
    return value if "://" in value else member(value).lower()


def default_compute_account(project_number: str) -> str:
    """The default Compute Engine service account, which exists once the Compute Engine API was enabled."""
    return f"{project_number}-compute@developer.gserviceaccount.com"


def compute_project(email: str) -> str:
    """The number of the project whose default Compute Engine service account it is; "" for any other."""
    found = re.fullmatch(r"(\d+)-compute@developer\.gserviceaccount\.com", email)
    return found[1] if found else ""
