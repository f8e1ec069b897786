"""What may be worked on side by side."""

from __future__ import annotations

from pathlib import Path

from deployment.output_folder import StackFolder
from rehearsal.waves import waves


def named(needs: dict[str, set[str]]) -> list[list[str]]:
    stacks = [StackFolder(name, Path(name), frozenset(needed)) for name, needed in needs.items()]
    return [[stack.name for stack in wave] for wave in waves(stacks)]


def test_consumers_stand_beside_each_other_and_behind_the_producer() -> None:
    assert named({"producer": set(), "b": {"producer"}, "a": {"producer"}}) == [["producer"], ["b", "a"]]


def test_what_needs_a_consumer_waits_for_it() -> None:
    needs = {"producer": set(), "a": {"producer"}, "b": {"producer"}, "c": {"producer", "a"}}
    assert named(needs) == [["producer"], ["a", "b"], ["c"]]


def test_what_is_needed_and_not_asked_for_is_there_already() -> None:
    assert named({"a": {"producer"}, "b": {"producer"}}) == [["a", "b"]]
    assert named({}) == []
