"""Each configured invoker really holds the role.

Replacing a service drops its policy without any difference in a plan (issue 18831 of the google provider), and an
account that was deleted and made anew has the old name but none of its roles.
"""

from __future__ import annotations

from collections.abc import Iterator
from shlex import quote

from deployment.references import is_expression, readable
from deployment.values import Json
from live.fact import Outcome, fails, holds, unknown
from live.failures import AnswerError, NotAllowedError
from live.names import with_numbers
from live.reader import Reader
from live.subjects import Published

_ROLE = "roles/run.invoker"
# Those of Cloud Run that hold run.routes.invoke: https://cloud.google.com/run/docs/reference/iam/roles
_HOLDING = (_ROLE, "roles/run.servicesInvoker", "roles/run.admin")
_EVERYBODY = ("allUsers", "allAuthenticatedUsers")
_NUMBER = "cloudresourcemanager.projects.get"
# Else conditions are left out: https://cloud.google.com/iam/docs/policies#versions.
_WITH_CONDITIONS = {"options.requestedPolicyVersion": 3}


def may_call(published: Published, reader: Reader) -> Iterator[Outcome]:
    """One outcome for each configured invoker, and one for everybody who would be let in."""
    for id_ in published.services:
        policy = reader.get("run.projects.locations.services.getIamPolicy", resource=id_, **_WITH_CONDITIONS)
        if policy is not None:
            break
    else:
        return  # there is no service, which is told already
    holders = _holders(policy)
    for member in published.members:
        yield _judged(
            published,
            with_numbers(member, published.stack, lambda one: _number(one, published.readers.get(one, reader))),
            holders,
            reader,
        )
    for everybody in (one for one in _EVERYBODY if one in holders):
        yield fails(
            f"{everybody} may call: whoever reaches the service needs no account that is let in",
            _command(published, "remove", everybody),
        )


def _judged(published: Published, member: str, holders: dict[str, str], reader: Reader) -> Outcome:
    if is_expression(member):
        who = readable(member, published.stack)
        return unknown(
            f"whether {who} may call is not known: its project's number is not", "roles/browser on its project"
        )
    if member in holders:
        return holds(f"{member} may call{holders[member]}")
    gone = next((one for one in holders if one.startswith(f"deleted:{member}?uid=")), "")
    if gone:
        return fails(
            f"{member} may not call: the grant is for an account of that name that was deleted",
            f"{_command(published, 'remove', gone)}; then {published.deploy}",
        )
    note = ""
    try:
        body: Json = {"options": {"requestedPolicyVersion": 3}}
        project = reader.get(
            "cloudresourcemanager.projects.getIamPolicy", body, resource=f"projects/{published.project}"
        )
        of_project = _holders(project or {}, _HOLDING)
        if member in of_project:
            return holds(f"{member} may call, by a role on the whole project{of_project[member]}")
    except NotAllowedError as error:
        note = f" (unless a role on the project lets it, which is not known: needs {error.needs})"
    except AnswerError:
        note = " (unless a role on the project lets it, which is not known)"
    return fails(f"{member} may not call: it does not hold {_ROLE}{note}", f"{published.deploy} grants it anew")


def _holders(policy: Json, roles: tuple[str, ...] = (_ROLE,)) -> dict[str, str]:
    """Who holds one of these roles, each with what is to be added about how."""
    holders: dict[str, str] = {}
    for binding in policy.get("bindings", []):
        if binding.get("role") in roles:
            title = binding.get("condition", {}).get("title")
            how = f" under the condition {title!r}" if "condition" in binding else ""
            holders |= {
                member: how
                for member in binding.get("members", [])
                if holders.get(member, how) or member not in holders
            }
    return holders


def _number(project: str, reader: Reader) -> str | None:
    try:
        answer = reader.get(_NUMBER, name=f"projects/{project}")
    except AnswerError:
        return None
    return str(answer["name"]).rpartition("/")[2] if answer else None


def _command(published: Published, verb: str, member: str) -> str:
    _, project, _, region, _, name = published.services[0].split("/")
    return (
        f"gcloud run services {verb}-iam-policy-binding {name} --member={quote(member)} --role={_ROLE} "
        f"--project={project} --region={region}"
    )
