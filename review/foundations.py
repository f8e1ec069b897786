"""What a deployment stands on: who acts, as whom a service runs, what it reads, and whose code it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from deployment.comparison import Comparison
from deployment.kinds.cloud_run import SERVICE
from deployment.kinds.secrets import EPHEMERAL_VERSION, VERSION
from deployment.registries import short
from deployment.stack import Stack
from review.beside import Beside
from review.grants import readable_secrets
from review.known import Block, Value, View, views
from review.rules.stacks import OPENING
from review.sentence import Sentence, contrasted, say

STATE = "data.terraform_remote_state"
_ACTING = {
    "impersonate_service_account": "Terraform acts as {after}, instead of {before}.",
    "credentials": "Terraform acts with other credentials: {after}, instead of {before}.",
    "billing_project": "Terraform's calls count against the project {after}, instead of {before}.",
    "user_project_override": "Whether calls count against the resource's own project is {after}, instead of {before}.",
}
# What else of a provider changes nothing of who acts, and where requests go, as long as it is written down there.
_OF_NO_MATTER = frozenset(
    {"//", "add_terraform_attribution_label", "alias", "batching", "default_labels", "poll_interval",
     "request_reason", "request_timeout"}
)  # fmt: skip
_READS = "{name} reads the secret {after}, instead of {before}."
_OF_SECRETS = (VERSION.type, EPHEMERAL_VERSION.type)
_NUMBERS = re.compile(r"\d+")


class _Point(NamedTuple):
    """What is said if two values differ; `attribute` is a third one, such as the name of what holds them."""

    text: str
    before: Value
    after: Value
    attribute: str = ""


def foundations(comparison: Comparison) -> Iterator[tuple[Sentence, str]]:
    """What of it changes, each with the address that it is about."""
    if comparison.after is None:
        return
    if comparison.before is None:
        # A stack that is new as a whole stands on nothing else yet, but its services run what they run.
        for item in Beside(comparison.after).of(SERVICE.type):
            given = (point for point in _of_new_service(item, []) if not point.after.absent)
            yield from ((say(one.text, after=one.after.shown, name=item.name), item.address) for one in given)
        return
    gone = (
        item for item in comparison.before.of("provider", "terraform") if item.address not in comparison.after.items
    )
    unsaid = [View(replace(item, values={}), comparison.after) for item in gone]
    for item in (*views(comparison.after), *unsaid):
        was = comparison.former(item.address)
        before = View(was, comparison.before) if was else None
        for text, old, new, attribute in _points(before, item, comparison.before):
            # What is not written is left to the provider: a plan has a value of it before, and none yet after.
            if old.differs(new) and not (comparison.source == "plan" and new.absent):
                former, present = contrasted(old.shown, new.shown)
                yield say(text, before=former, after=present, name=item.name, attribute=attribute), item.address


def _points(before: View | None, item: View, former_stack: Stack) -> Iterator[_Point]:
    if item.type == "provider":
        former = before or Block({}, item.stack)
        for name, text in _ACTING.items():
            yield _Point(text, former.get(name), item.get(name))
        words = {name for name in _OF_NO_MATTER if not item.get(name).inputs}
        used = before or _is_used(item, former_stack)
        for name in sorted((former.names | item.names) - words - _ACTING.keys()) if used else ():
            text = "{name} calls Google with another {attribute}: {after}, instead of {before}."
            yield _Point(text, _whole(former, name), _whole(item, name), name)
    elif item.type in {"constraint", "lock", "terraform"} and before is not None:
        yield from _of_constraint(before, item)
    elif item.type == STATE:
        yield from _of_state(before, item)
    elif item.type == "backend" and before is not None:
        for name in sorted(OPENING - {"lock_table", "retry_max"}):
            text = "The state is opened with another {attribute}: {after}, instead of {before}."
            yield _Point(text, before.get(name), item.get(name), name)
    elif item.type in _OF_SECRETS:
        text = _READS if before else "The new {name} reads the secret {after}."
        yield _Point(text, _secret(before or Block({}, item.stack)), _secret(item))
    elif item.type == SERVICE.type:
        yield from _of_service(before, item) if before else _of_new_service(item, _registries(former_stack))


def _is_used(provider: View, stack: Stack) -> bool:
    """Whether something was made by a provider although nothing was written of it."""
    named = provider.address.removeprefix("provider.")
    return any(item.provider == named for item in Beside(stack).all())


def _of_constraint(before: View, item: View) -> Iterator[_Point]:
    """An older Terraform or provider, or a provider of somebody else."""
    what = "Terraform" if item.type == "terraform" else "provider"
    was, now = before.block("providers"), item.block("providers")
    locked = ((was.get(name), now.get(name)) for name in sorted(was.names & now.names))
    for old, new in ((before.get("version"), item.get("version")), *locked):
        if _lowest(new) < _lowest(old):
            yield _Point(f"An older {what} may be taken: {{after}}, instead of {{before}}.", old, new)
    yield _Point(
        "Another provider is taken: {after}, instead of {before}.",
        before.given(short(before.get("source").text or item.name)),
        item.given(short(item.get("source").text or item.name)),
    )


def _of_state(before: View | None, item: View) -> Iterator[_Point]:
    """Which other stack's state is read, newly or from elsewhere."""
    if before is None:
        text = "The state of another stack is newly read, with every output in it: {after}."
        yield _Point(text, item.given(None), _whole(item, "config"))
    for name in sorted(before.names | item.names) if before else ():
        text = "The state of another stack is read from another {attribute}: {after}, instead of {before}."
        yield _Point(text, _whole(before or item, name), _whole(item, name), name)


def _secret(read: Block) -> Value:
    """The secret that a version is read of, with its project where both are written down."""
    project, secret = read.get("project"), read.get("secret")
    return read.given(f"projects/{project.text}/secrets/{secret.text}") if project.text and secret.text else secret


def _whole(block: Block, name: str) -> Value:
    """An attribute, or a block of one, as it stands there."""
    found = block.blocks(name)
    return found[0].value if found and not found[0].unknown else block.get(name)


def _lowest(version: Value) -> list[int]:
    """The lowest version that a constraint lets through: of its parts that bound it from below the first number."""
    parts = [part.strip() for part in version.text.split(",")]
    return max((_ordered(part) for part in parts if not part.startswith(("<", "!="))), default=_ordered(""))


def _ordered(part: str) -> list[int]:
    """The numbers of a version, and after them whether it is a release: a pre-release comes before it."""
    version, pre_release, _ = part.partition("-")
    numbers = [int(number) for number in _NUMBERS.findall(version)]
    return [*[*numbers, 0, 0, 0][:3], 0 if pre_release else 1]


def _of_service(before: View, item: View) -> Iterator[_Point]:
    for former, template in zip(before.blocks("template"), item.blocks("template"), strict=False):
        yield _runs_as(former.get("service_account"), template.get("service_account"), before.stack)
        mounted = dict(_mounted(former))
        for volume, secret in _mounted(template):
            yield _Point(_READS, mounted.get(volume, former.given(None)), secret)
        old, new = former.blocks("containers"), template.blocks("containers")
        for added in new[len(old) :]:
            yield _Point("{name} runs a further container: {after}.", former.given(None), added.get("image"))
        for gone in old[len(new) :]:
            yield _Point("{name} no longer runs the container {before}.", gone.get("image"), former.given(None))
        for one, other in zip(old, new, strict=False):
            yield from _image(one.get("image"), other.get("image"))
            yield from _secrets(one, other)


def _runs_as(old: Value, new: Value, stack: Stack) -> _Point:
    """Another account, with what it may read already; what it is given by the same change is told there."""
    more = sorted(readable_secrets(new.readable, stack) - readable_secrets(old.readable, stack))
    also = ", which may read {attribute}" if more else ""
    return _Point(f"{{name}} runs as {{after}}{also}, instead of {{before}}.", old, new, ", ".join(more))


@lru_cache(maxsize=8)
def _registries(stack: Stack) -> list[list[str]]:
    """Where the images of a stack's services come from."""
    services = Beside(stack).of(SERVICE.type)
    return [_registry(container.get("image")) for service in services for container in _containers(service)]


def _of_new_service(item: View, known: list[list[str]]) -> Iterator[_Point]:
    """As whom it runs, what it reads, and where its images come from if they come from nowhere that is `known`."""
    for template in item.blocks("template"):
        nothing = template.given(None)
        yield _Point("The new service {name} runs as {after}.", nothing, template.get("service_account"))
        containers = template.blocks("containers")
        for _, secret in (*_mounted(template), *chain.from_iterable(map(_read, containers))):
            yield _Point("The new service {name} reads the secret {after}.", nothing, secret)
        for image in (container.get("image") for container in containers):
            if image.unknown or _registry(image) not in known:
                yield _Point("The image of the new service {name} comes from {after}.", nothing, image)


def _containers(item: View) -> Iterator[Block]:
    for template in item.blocks("template"):
        yield from template.blocks("containers")


def _image(old: Value, new: Value) -> Iterator[_Point]:
    if old.unknown or new.unknown or _registry(old) != _registry(new):
        yield _Point("The image of {name} comes from elsewhere: {after}, instead of {before}.", old, new)
    elif "@" in old.text and "@" not in new.text:
        yield _Point("The image of {name} is no longer pinned by its digest: {after}, instead of {before}.", old, new)


def _registry(image: Value) -> list[str]:
    """Host, project and repository: https://cloud.google.com/artifact-registry/docs/docker/names."""
    return image.text.split("@")[0].split("/")[:-1]


def _secrets(old: Block, new: Block) -> Iterator[_Point]:
    former = dict(_read(old))
    for name, secret in _read(new):
        yield _Point(_READS, former.get(name, old.given(None)), secret)


def _mounted(template: Block) -> Iterator[tuple[str, Value]]:
    for volume in template.blocks("volumes"):
        for secret in volume.blocks("secret"):
            yield volume.get("name").text, secret.get("secret")


def _read(container: Block) -> Iterator[tuple[str, Value]]:
    for variable in container.blocks("env"):
        for source in variable.blocks("value_source"):
            for reference in source.blocks("secret_key_ref"):
                yield variable.get("name").text, reference.get("secret")
