"""Rules about a change itself, whatever kind of resource it is of."""

from __future__ import annotations

from deployment.kinds import KINDS
from review.rules.rule import ERROR, WARNING, Answer, Subject, finding, fine, rule, undecided


@rule(
    id="replacement-meets-itself",
    severity=ERROR,
    kinds=tuple(sorted({kind.type for kind in KINDS if kind.collection})),
    what="A replacement is created under the name that the old resource still has.",
    why="With create_before_destroy the replacement is created first, and Google takes each name once: every apply "
    "stops there with 409 (already exists).",
    remedy="Give the replacement another name, or leave what forces the replacement (named in the finding) as it was.",
    of_change=True,
)
def replacement_meets_itself(subject: Subject) -> Answer:
    """Where the name is not known before apply, something gives the new one a name of its own."""
    if subject.action != "replaced" or not subject.meets_itself:
        return fine()
    why = "; ".join(subject.because) or "a reason Terraform keeps"
    return finding("it is replaced, because of {why}, and stays {name}", why=why, name=subject.item.name)


@rule(
    id="update-not-taken",
    severity=WARNING,
    kinds=tuple(sorted({kind.type for kind in KINDS if kind.fixed})),
    what="An update is planned of what Google is not known to change.",
    why="The provider sends it as an update in place: the apply stops half-way at what Google refuses, such as another "
    "region with 404.",
    remedy="Leave it as it was, or make another one under another name and take this one out.",
    of_change=True,
)
def update_not_taken(subject: Subject) -> Answer:
    """Where the same change replaces it anyway, the new one simply has the new value."""
    fixed = subject.item.kind.fixed if subject.item.kind else ()
    changed = sorted(set(fixed) & subject.changed) if subject.action == "updated" else []
    if not changed or {*changed, "all"} & {one.text for one in subject.item.lifecycle.list("ignore_changes")}:
        return fine()
    return finding("{attributes} changes in place", attributes=", ".join(changed))


@rule(
    id="instances-not-told",
    severity=WARNING,
    kinds=("*",),
    what="How many there are of something is decided by count or for_each.",
    why="An instance that leaves it is destroyed, and one with another key is destroyed and made anew. Which they are, "
    "only a plan tells.",
    remedy="Review a plan of the change; give moved blocks for what only gets another key.",
    code_only=True,
)
def instances_not_told(subject: Subject) -> Answer:
    """Told anew whenever it changes, or anything that it is made of."""
    for name in ("count", "for_each") if subject.item.is_resource else ():
        value = subject.item.written_as(name)
        if not value.absent:
            return undecided("{name} is {value}", name=name, value=value, item=subject.item)
    return fine()
