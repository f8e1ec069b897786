"""Rules about a change itself, whatever kind of resource it is of."""

from __future__ import annotations

from deployment.kinds import KINDS
from review.known import Value, View
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
    id="not-cleared",
    severity=WARNING,
    kinds=tuple(sorted({kind.type for kind in KINDS if kind.uncleared})),
    what="A setting is taken out that the provider cannot clear.",
    why="It sends nothing in place of the value, so Google keeps that, and every later plan takes it out again.",
    remedy="Give another value in place of taking it out.",
    of_change=True,
)
def not_cleared(subject: Subject) -> Answer:
    """Where the same change replaces it, the new one never had the value."""
    if subject.action != "updated" or not subject.former or not subject.item.kind:
        return fine()
    changed = [name for name in subject.item.kind.uncleared if name in subject.changed]
    gone = [name for name in changed if subject.item.get(name).absent or subject.item.get(name).equals("")]
    return finding("{attributes} is taken out", attributes=", ".join(gone)) if gone else fine()


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
    """Told anew whenever it changes, or anything that it is made of; also when it comes or goes."""
    present, former = _many(subject.item), _many(subject.former) if subject.former else None
    if present is not None:
        name, value = present
        comes = subject.former is not None and former is None
        text = "{name} is {value}" + (f", and was not there: {_COMES[name]}" if comes else "")
        return undecided(text, name=name, value=value, item=subject.item)
    if former is not None:
        name, value = former
        return undecided(
            f"{{name}} was {{value}}, and is gone: {_GOES[name]}", name=name, value=value, item=subject.item
        )
    return fine()


# https://developer.hashicorp.com/terraform/language/modules/develop/refactoring#enabling-count-or-for_each-for-a-resource
_COMES = {
    "count": "Terraform takes what stands there for instance 0",
    "for_each": "what stands there is destroyed, unless a moved block says which instance it becomes",
}
_GOES = {
    "count": "Terraform keeps instance 0 and destroys every other one",
    "for_each": "every instance is destroyed, except one that a moved block names",
}


def _many(item: View) -> tuple[str, Value] | None:
    """The attribute that decides how many there are, with its value."""
    given = ((name, item.written_as(name)) for name in ("count", "for_each") if item.is_resource)
    return next(((name, value) for name, value in given if not value.absent), None)
