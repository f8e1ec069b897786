"""What a deployment stands on: who acts, as whom a service runs, what it reads, and whose code it is."""

from __future__ import annotations

import re
from collections.abc import Iterator

from deployment.comparison import Comparison
from deployment.kinds.cloud_run import SERVICE
from review.known import Block, Value, View, views
from review.sentence import Sentence, say

_ACTING = {
    "impersonate_service_account": "Terraform acts as {after}, instead of {before}.",
    "credentials": "Terraform acts with other credentials: {after}, instead of {before}.",
    "billing_project": "Terraform's calls count against the project {after}, instead of {before}.",
    "user_project_override": "Whether calls count against the resource's own project is {after}, instead of {before}.",
}
_NUMBERS = re.compile(r"\d+")


def foundations(comparison: Comparison) -> Iterator[tuple[Sentence, str]]:
    """What of it changes, each with the address that it is about."""
    if comparison.before is None or comparison.after is None:
        return
    for item in views(comparison.after):
        former = comparison.former(item.address)
        before = View(former, comparison.before) if former else None
        for text, old, new in _points(before, item):
            if old.shown != new.shown:
                yield say(text, before=old.shown, after=new.shown, name=item.name), item.address


def _points(before: View | None, item: View) -> Iterator[tuple[str, Value, Value]]:
    if item.type == "provider":
        former = before or Block({}, item.stack)
        for name, text in _ACTING.items():
            yield text, former.get(name), item.get(name)
    elif item.type == "constraint" and before is not None:
        old, new = before.get("version"), item.get("version")
        if _lowest(new) < _lowest(old):
            yield "An older provider may be taken: {after}, instead of {before}.", old, new
    elif item.type == SERVICE.type and before is not None:
        yield from _of_service(before, item)


def _lowest(version: Value) -> list[int]:
    """The first version that a constraint names."""
    return [int(number) for number in _NUMBERS.findall(version.text.split(",")[0])]


def _of_service(before: View, item: View) -> Iterator[tuple[str, Value, Value]]:
    for former, template in zip(before.blocks("template"), item.blocks("template"), strict=False):
        yield (
            "{name} runs as {after}, instead of {before}.",
            former.get("service_account"),
            template.get("service_account"),
        )
        for one, other in zip(former.blocks("containers"), template.blocks("containers"), strict=False):
            yield from _image(one.get("image"), other.get("image"))
            yield from _secrets(one, other)


def _image(old: Value, new: Value) -> Iterator[tuple[str, Value, Value]]:
    if old.unknown or new.unknown or _registry(old) != _registry(new):
        yield "The image of {name} comes from elsewhere: {after}, instead of {before}.", old, new


def _registry(image: Value) -> list[str]:
    """Host, project and repository: https://cloud.google.com/artifact-registry/docs/docker/names."""
    return image.text.split("@")[0].split("/")[:-1]


def _secrets(old: Block, new: Block) -> Iterator[tuple[str, Value, Value]]:
    former = dict(_read(old))
    for name, secret in _read(new):
        yield "{name} reads the secret {after}, instead of {before}.", former.get(name, old.given(None)), secret


def _read(container: Block) -> Iterator[tuple[str, Value]]:
    for variable in container.blocks("env"):
        for source in variable.blocks("value_source"):
            for reference in source.blocks("secret_key_ref"):
                yield variable.get("name").text, reference.get("secret")
