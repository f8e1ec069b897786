"""What exists in the real cloud before anything is deployed: state buckets, and projects that are given by number."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Protocol

from deployment.output_folder import StackFolder, buckets
from deployment.values import strings

# The account of a project whose number the configuration gives; where it is looked up instead, an expression stands.
_BY_NUMBER = re.compile(r"\b([0-9]+)-compute@developer\.gserviceaccount\.com")


class Cloud(Protocol):
    """What can be made in the stand-in beside Google's APIs."""

    def make_bucket(self, name: str) -> None:
        """Make a state bucket."""

    def make_project(self, number: str) -> None:
        """Make a project of which only the number is known, with Compute Engine enabled."""


class Beforehand:
    """Makes what is missing, once; `buckets` are those that were made."""

    def __init__(self, cloud: Cloud) -> None:
        """Nothing is there yet."""
        self._cloud = cloud
        self.buckets: set[str] = set()
        self._projects: set[str] = set()

    def make(self, stacks: Iterable[StackFolder]) -> None:
        """Whatever these stacks take for granted."""
        stacks = list(stacks)
        numbers = {
            number for stack in stacks for text in strings(stack.content()) for number in _BY_NUMBER.findall(text)
        }
        for names, made, make in (
            (buckets(stacks), self.buckets, self._cloud.make_bucket),
            (numbers, self._projects, self._cloud.make_project),
        ):
            for name in sorted(names - made):
                make(name)
                made.add(name)
