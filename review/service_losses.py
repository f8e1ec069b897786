"""What a Cloud Run service has less of, so that requests may be refused, take longer or fail."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from cloudrun_psc.rules import defaults
from cloudrun_psc.rules.instance_sizes import DEFAULT_CPU, DEFAULT_MEMORY, amount
from deployment.comparison import Comparison
from deployment.kinds.cloud_run import SERVICE
from review.known import Block, Value, View
from review.lessening import Setting, at_least, given, is_on, less, was_and_now
from review.sentence import Sentence, say

_UNLIMITED = "unlimited"


def service_losses(comparison: Comparison) -> Iterator[tuple[Sentence, str]]:
    """Sentences about each service that may run within tighter limits, or is no longer given something."""
    for was, now in was_and_now(comparison, SERVICE.type):
        if limits := "; ".join(less(_settings(was, now))):
            yield say("{name} may run within tighter limits: {limits}.", name=now.name, limits=limits), now.address
        for sort, gone in zip(("variable", "files under"), _no_longer_given(was, now), strict=True):
            for name in gone:
                yield say(f"{{name}} no longer gets the {sort} {{what}}.", name=now.name, what=name), now.address


def _no_longer_given(was: View, now: View) -> tuple[list[str], list[str]]:
    """The variables, and the paths of mounted files, that a container had; none where nobody can tell what it has."""
    variables, paths = [], []
    containers = (view.block("template").blocks("containers") for view in (was, now))
    for old, new in zip(*containers, strict=False):
        variables += _gone(old, new, "env", "name")
        paths += _gone(old, new, "volume_mounts", "mount_path")
    return variables, paths


def _gone(old: Block, new: Block, blocks: str, name: str) -> list[str]:
    there = [block.get(name) for block in new.blocks(blocks)]
    if any(not value.known for value in there):
        return []
    texts = {value.text for value in there}
    return [text for block in old.blocks(blocks) if (text := block.get(name).text) and text not in texts]


def _settings(was: View, now: View) -> Iterator[Setting]:
    """Cloud Run's defaults: https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.services."""
    old, new = was.block("scaling"), now.block("scaling")
    yield _setting(old, new, "max_instance_count", _UNLIMITED, _no_fewer)
    yield _setting(old, new, "min_instance_count", str(defaults.RUN_MIN_INSTANCES), at_least)
    old, new = was.block("template"), now.block("template")
    yield _setting(old, new, "timeout", f"{defaults.RUN_TIMEOUT_SECONDS}s", _as_much)
    # Fewer at a time are refused earlier; of more at a time each has less CPU and memory.
    yield _setting(old, new, "max_instance_request_concurrency", str(defaults.RUN_CONCURRENCY), lambda *_: False)
    scaling, its = old.block("scaling"), new.block("scaling")
    yield _setting(scaling, its, "max_instance_count", str(defaults.RUN_MAX_INSTANCES), at_least)
    yield _setting(scaling, its, "min_instance_count", str(defaults.RUN_MIN_INSTANCES), at_least)
    for one, other in zip(old.blocks("containers"), new.blocks("containers"), strict=False):
        yield from _of_container(one.block("resources"), other.block("resources"))


def _of_container(old: Block, new: Block) -> Iterator[Setting]:
    limits, its = old.block("limits"), new.block("limits")
    yield _setting(limits, its, "cpu", DEFAULT_CPU, _as_much)
    yield _setting(limits, its, "memory", DEFAULT_MEMORY, _as_much)
    # Between requests there is no CPU, unless limits are given and nothing is said.
    idle, now_idle = (given(block, "cpu_idle", "false" if block.names else "true") for block in (old, new))
    yield "cpu_idle", idle, now_idle, lambda _, value: value.equals(False) is True
    yield _setting(old, new, "startup_cpu_boost", "false", is_on)


def _setting(old: Block, new: Block, name: str, default: str, as_much: Callable[[Value, Value], bool]) -> Setting:
    return name, given(old, name, default), given(new, name, default), as_much


def _no_fewer(old: Value, new: Value) -> bool:
    return new.equals(_UNLIMITED) is True or at_least(old, new)


def _as_much(old: Value, new: Value) -> bool:
    """Quantities such as 500m, 512Mi or 300s."""
    was, now = (amount(value.text.removesuffix("s")) for value in (old, new))
    return was is not None and now is not None and now >= was
