"""Whom an IAM resource names, as rules answer it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from review.known import Block, Value
from review.rules.rule import Answer, finding, fine, together, undecided
from review.way import EVERYONE


def named(granting: Iterable[Block], everyone: str) -> Answer:
    """A finding where everyone is named, said as `everyone` with {member} and {who}; undecided if nobody can tell.

    It says every such member with the role, so that one more of them, or another role, is another finding.
    """
    given = [(member, block) for block in granting for member in (*block.list("member"), *block.list("members"))]
    members = [member for member, _ in given]
    public = sorted({(member.text, _role(block)) for member, block in given if member.text in EVERYONE})
    if public:
        said = _found(everyone, sorted({member for member, _ in public}), sorted({role for _, role in public}))
        return together((_found(everyone, [member], [role]) for member, role in public), said)
    # A prefix is enough: `serviceAccount:${…}` cannot become everyone, nor can what is made of an account of the stack.
    open_ = [
        member for member in members if member.unknown and not member.beginning.endswith(":") and not _account(member)
    ]
    return undecided("the member {value} is not known", value=open_[0]) if open_ else fine()


def _found(everyone: str, members: Sequence[str], roles: Sequence[str]) -> Answer:
    text = f"{everyone}, with {{roles}}"
    return finding(text, member=" and ".join(members), who=EVERYONE[members[-1]], roles=", ".join(roles))


def _role(block: Block) -> str:
    return f"{block.get('role').readable}{' under a condition' if block.blocks('condition') else ''}"


def _account(member: Value) -> bool:
    target = member.target
    of_it = target is not None and target.type == "google_service_account"
    return of_it and all(attribute in {"email", "member"} for _, attribute in member.addresses)
