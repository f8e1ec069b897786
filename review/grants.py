"""Roles that a stack gives on anything by IAM; who may call Cloud Run is a way in, and told there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from deployment.comparison import Change, Comparison
from deployment.kinds.kind import CALL
from deployment.stack import Stack
from review.callers import ABOVE, CALLING, OF_SERVICE, bindings, conditions_of
from review.known import View, views
from review.sentence import Sentence, say
from review.ways_in import ways_in

# The types of what gives roles: their members are told as grants.
GRANTING = ("_iam_member", "_iam_binding", "_iam_policy")
# What is not the resource that the role is on.
_BESIDE = frozenset(
    {"//", "condition", "count", "depends_on", "etag", "for_each", "id", "lifecycle", "member", "members",
     "policy_data", "provider", "provisioner", "role"}
)  # fmt: skip
# Roles that let their members act as an account, or mint its tokens:
# https://cloud.google.com/iam/docs/roles-permissions/iam
_ACTING = frozenset(
    {"roles/iam.serviceAccountOpenIdTokenCreator", "roles/iam.serviceAccountTokenCreator",
     "roles/iam.serviceAccountUser", "roles/iam.workloadIdentityUser"}
)  # fmt: skip
# Roles with secretmanager.versions.access: https://cloud.google.com/iam/docs/roles-permissions/secretmanager
_READING = frozenset({"roles/secretmanager.secretAccessor", "roles/secretmanager.admin", "roles/owner"})


@dataclass(frozen=True, kw_only=True)
class Grant:
    """`who` has `role` on `what`, perhaps under a condition; `later` if part of that is only known after apply."""

    who: str
    role: str
    what: str
    condition: str = ""
    address: str = field(compare=False)
    of: str = field(default="", compare=False)
    on: str = field(default="", compare=False)
    later: bool = field(default=False, compare=False)


@lru_cache(maxsize=8)
def grants(stack: Stack) -> tuple[Grant, ...]:
    """Every role that the stack gives, by members, bindings and policies alike."""
    items = (item for item in views(stack) if item.is_resource and "_iam_" in item.type)
    return tuple(grant for item in items for grant in _of(item))


def _of(item: View) -> Iterator[Grant]:
    service = item.type.removeprefix("google_").partition("_iam_")[0].replace("_", " ")
    places = [item.get(name) for name in sorted(item.names - _BESIDE)]
    what = " ".join([service, *(place.readable.rpartition("services/")[2] for place in places)])
    for binding in bindings(item):
        for member in [*binding.list("member"), *binding.list("members")]:
            yield Grant(
                who=member.readable,
                role=binding.get("role").readable,
                what=what,
                condition=" ".join(conditions_of(binding)),
                address=item.address,
                of=item.type,
                on=item.first("service_account_id", "project").readable.rpartition("/")[2],
                later=any(value.later for value in (member, binding.get("role"), *places)),
            )


def new_grants(comparison: Comparison) -> Iterator[tuple[Sentence, str]]:
    """Roles that the change gives, each with the address that gives it; a grant that moves is none."""
    before = set(grants(comparison.before)) if comparison.before else set()
    for grant in grants(comparison.after) if comparison.after else ():
        if grant not in before and not _is_way_in(grant):
            yield _gets(grant, comparison.after), grant.address


def _gets(grant: Grant, stack: Stack | None) -> Sentence:
    """Who gets a role; of one that lets them act as an account also whom that account may call."""
    called = sorted(_callable(grant, stack)) if stack and grant.role in _ACTING else []
    if not called:
        return _said("{who} gets {role} on {what}", grant)
    return _said(
        "{who} gets {role} on {what}, and can call {services} as that account", grant, services=", ".join(called)
    )


def _callable(grant: Grant, stack: Stack) -> Iterator[str]:
    """The services that may be called by the account that a grant is on, or by those of its project."""
    for way in ways_in(stack):
        account = way.who.removeprefix("serviceAccount:")
        of_project = grant.of.startswith("google_project_iam") and account.endswith(
            f"@{grant.on}.iam.gserviceaccount.com"
        )
        if way.by == CALL and (of_project or account == grant.on):
            yield way.what


def readable_secrets(account: str, stack: Stack) -> frozenset[str]:
    """What an account may read of Secret Manager, as far as the stack gives it that."""
    return frozenset(
        grant.what.removeprefix("secret manager ").replace("project ", "every secret of ")
        for grant in grants(stack)
        if grant.who == f"serviceAccount:{account}" and grant.role in _READING and not grant.later
    )


def lost_grants(comparison: Comparison) -> Iterator[tuple[Sentence, str]]:
    """Roles that the change takes away at an address that stays; what goes as a whole is told as destroyed."""
    before, after = comparison.before, comparison.after
    if before is None or after is None:
        return
    present = set(grants(after))
    # What it is on may only be called otherwise.
    still = {(grant.address, grant.who, grant.role, grant.condition) for grant in present}
    for grant in grants(before):
        address = after.moved.get(grant.address, grant.address)
        kept = grant in present or (address, grant.who, grant.role, grant.condition) in still
        if address in after.items and not kept and not _is_way_in(grant):
            yield _said("{who} no longer has {role} on {what}", grant), address


def _is_way_in(grant: Grant) -> bool:
    """Whether it is told as a way in; whatever it gives beside that is told here."""
    return grant.of.startswith((*OF_SERVICE, *ABOVE)) and grant.role in CALLING and not grant.condition


def _said(text: str, grant: Grant, **others: str) -> Sentence:
    given = {"who": grant.who, "role": grant.role, "what": grant.what}
    more = {"condition": grant.condition} if grant.condition else {}
    given |= others
    return say(text + (", while {condition}." if more else "."), **given, **more)


@lru_cache(maxsize=8)
def same_grant(stack: Stack) -> dict[str, str]:
    """Of each address that grants what another one does, that other one."""
    first: dict[Grant, str] = {}
    twice: dict[str, str] = {}
    for grant in sorted((one for one in grants(stack) if not one.later), key=lambda grant: grant.address):
        other = first.setdefault(grant, grant.address)
        if other != grant.address:
            twice.setdefault(grant.address, other)
    return twice


def given_elsewhere(change: Change, comparison: Comparison) -> str | None:
    """Which address of the stack gives what another one gave that goes; None where one of its roles is nowhere."""
    gone = (
        [grant for grant in grants(comparison.before) if grant.address == change.address] if comparison.before else []
    )
    present = {grant: grant.address for grant in grants(comparison.after)} if comparison.after else {}
    return present[gone[0]] if gone and all(grant in present for grant in gone) else None


def beside_roles(change: Change, comparison: Comparison) -> Iterator[str]:
    """What changes of a grant beside who gets which role: who gives it, and what is logged of its use."""
    if any(one.dotted == "provider" for one in change.differences):
        yield "provider"
    old, new = comparison.former(change.address), comparison.stack.items.get(change.address)
    if old and new and comparison.before:
        was, now = _logged(View(old, comparison.before)), _logged(View(new, comparison.stack))
        if was is not None and now is not None and was != now:
            yield "policy_data.auditConfigs"


def _logged(item: View) -> str | None:
    """The audit logs that a policy asks for (https://cloud.google.com/iam/docs/reference/rest/v1/Policy)."""
    policy = item.get("policy_data").parsed
    return None if policy.unknown else policy.get("auditconfigs").exact
