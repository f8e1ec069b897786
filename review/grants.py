"""Roles that a stack gives on anything by IAM; who may call Cloud Run is a way in, and told there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from deployment.comparison import Change, Comparison
from deployment.kinds.cloud_run import FIRST_SERVICE, SERVICE
from deployment.stack import Stack
from review.known import Block, View, views
from review.sentence import Sentence, say
from review.ways_in import INVOKING, bindings

# What is not the resource that the role is on.
_BESIDE = frozenset(
    {"//", "condition", "count", "depends_on", "etag", "for_each", "id", "lifecycle", "member", "members",
     "policy_data", "provider", "provisioner", "role"}
)  # fmt: skip
_CALLING = tuple(f"{service.type}_iam_" for service in (SERVICE, FIRST_SERVICE))


@dataclass(frozen=True, kw_only=True)
class Grant:
    """`who` has `role` on `what`, perhaps under a condition."""

    who: str
    role: str
    what: str
    condition: str = ""
    address: str = field(compare=False)
    of: str = field(default="", compare=False)


@lru_cache(maxsize=8)
def grants(stack: Stack) -> tuple[Grant, ...]:
    """Every role that the stack gives, by members, bindings and policies alike."""
    items = (item for item in views(stack) if item.is_resource and "_iam_" in item.type)
    return tuple(grant for item in items for grant in _of(item))


def _of(item: View) -> Iterator[Grant]:
    service = item.type.removeprefix("google_").partition("_iam_")[0].replace("_", " ")
    where = [item.get(name).readable.rpartition("services/")[2] for name in sorted(item.names - _BESIDE)]
    what = " ".join([service, *where])
    for binding in bindings(item):
        for member in [*binding.list("member"), *binding.list("members")]:
            yield Grant(
                who=member.readable,
                role=binding.get("role").readable,
                what=what,
                condition=" ".join(_condition(binding)),
                address=item.address,
                of=item.type,
            )


def _condition(binding: Block) -> Iterator[str]:
    for condition in binding.blocks("condition"):
        yield condition.value.readable if condition.unknown else condition.get("expression").readable


def new_grants(comparison: Comparison) -> Iterator[tuple[Sentence, str]]:
    """Roles that the change gives, each with the address that gives it; a grant that moves is none."""
    before = set(grants(comparison.before)) if comparison.before else set()
    for grant in grants(comparison.after) if comparison.after else ():
        if grant not in before and not _is_way_in(grant):
            yield _said("{who} gets {role} on {what}", grant), grant.address


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
    """Whether it is told as a way in; what that does not know is told here."""
    calling = grant.of.startswith(_CALLING) and grant.role in INVOKING and not grant.condition
    return calling and not grant.of.endswith("_iam_policy")


def _said(text: str, grant: Grant) -> Sentence:
    given = {"who": grant.who, "role": grant.role, "what": grant.what}
    more = {"condition": grant.condition} if grant.condition else {}
    return say(text + (", while {condition}." if more else "."), **given, **more)


@lru_cache(maxsize=8)
def same_grant(stack: Stack) -> dict[str, str]:
    """Of each address that grants what another one does, that other one."""
    first: dict[Grant, str] = {}
    twice: dict[str, str] = {}
    for grant in sorted(grants(stack), key=lambda grant: grant.address):
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
