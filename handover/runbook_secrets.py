"""The runbook on the secrets that services read: how one is rotated, and what reads the new version when.

When Cloud Run reads them: https://cloud.google.com/run/docs/configuring/services/secrets.
"""

from __future__ import annotations

from collections.abc import Iterator

from handover.edits import applied, edit
from handover.facts import Facts
from handover.handed_stack import HandedStack
from handover.markdown import shell
from handover.secret_variables import ReadSecret
from handover.service_variables import HandedService

_FILE, _VARIABLE = "its newest version, each time the file is read", "its newest version, by each instance that starts"


def rotate(facts: Facts, stack: HandedStack) -> str:
    """One section for all services."""
    reading = [service for service in stack.services if service.secrets]
    first = reading[0].secrets[0]
    secrets = [secret for service in reading for secret in service.secrets]
    return "\n".join(
        [
            "### Rotate a secret",
            "",
            "Add the new value as a further version; no value stands here or in a state:",
            "",
            shell(f"gcloud secrets versions add {first.secret} --project={first.project} --data-file=FILE"),
            "",
            "| service | secret | read as | what is read |",
            "|---|---|---|---|",
            *(_row(service, secret) for service in reading for secret in service.secrets),
            "",
            *_restarted(reading, secrets),
            *_numbered(facts, stack, reading),
            "Disable the former version once nothing reads it any more. An instance does not start whose version is "
            "disabled:",
            "",
            shell(f"gcloud secrets versions disable NUMBER --secret={first.secret} --project={first.project}"),
        ]
    )


def _row(service: HandedService, secret: ReadSecret) -> str:
    read = "its version in " + f"`{service.versions.name}`" if service.versions and secret.is_fixed else ""
    newest = _FILE if secret.is_file else _VARIABLE
    kind = "file" if secret.is_file else "variable"
    return f"| {service.name} | `{secret.secret}` of {secret.project} | {kind} `{secret.key}` | {read or newest} |"


def _restarted(reading: list[HandedService], secrets: list[ReadSecret]) -> Iterator[str]:
    if all(secret.is_file or secret.is_fixed for secret in secrets):
        return
    service = next(one for one in reading if any(not secret.is_file and not secret.is_fixed for secret in one.secrets))
    assert service.scaling
    yield (
        "Instances that run keep the value of a variable with which they started. To have all of them start anew, make "
        f"a new revision: apply another `max_instances` in `{service.scaling.name}`, and the former again, or another "
        "image."
    )
    yield ""


def _numbered(facts: Facts, stack: HandedStack, reading: list[HandedService]) -> Iterator[str]:
    """Where a version is read by its number."""
    versions = next((service.versions for service in reading if service.versions), None)
    if not versions:
        return
    key, number = next(iter(versions.value.items()))
    shown = edit(facts, stack, **{versions.name: versions.value | {key: str(int(number) + 1)}})
    yield "\n".join([f"What is read by its number is exchanged by another one. {shown}", "", applied(stack), ""])
