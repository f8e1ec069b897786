"""What exists in the real cloud before anything is deployed: state buckets, projects, networks of others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Protocol

from deployment.existing import Granted, granted
from deployment.output_folder import StackFolder, buckets
from deployment.values import Json, strings

# The account of a project whose number the configuration gives; where it is looked up instead, an expression stands.
_BY_NUMBER = re.compile(r"\b([0-9]+)-compute@developer\.gserviceaccount\.com")


class Cloud(Protocol):
    """What can be made in the stand-in beside Google's APIs."""

    def make_bucket(self, name: str) -> None:
        """Make a state bucket."""

    def make_project(self, number: str) -> None:
        """Make a project of which only the number is known, with Compute Engine enabled."""

    def make_existing(self, granted: Granted) -> None:
        """Make what others have made, and share what they share."""

    def state(self) -> Json:
        """Everything that exists."""


class Beforehand:
    """Makes what is missing, once; `buckets` are those that were made, `resources` what others have, by path."""

    def __init__(self, cloud: Cloud) -> None:
        """Nothing is there yet."""
        self._cloud = cloud
        self.buckets: set[str] = set()
        self._projects: set[str] = set()
        self.resources: dict[str, Json] = {}

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
        contents = [stack.content() for stack in stacks]
        wanted = granted(contents)
        if wanted != Granted():
            there = _all(self._cloud.state())
            used = [body["ipCidrRange"] for body in there.values() if "ipCidrRange" in body]
            self._make_existing(granted(contents, used), there)

    def _make_existing(self, wanted: Granted, there: Json) -> None:
        missing = {path: body for path, body in wanted.resources.items() if path not in there}
        services = {path: body for path, body in wanted.services.items() if path not in there}
        certificates = {path: body for path, body in wanted.certificates.items() if path not in there}
        zones = {path: body for path, body in wanted.zones.items() if path not in there}
        self._cloud.make_existing(Granted(missing, services, wanted.shared, certificates, zones, wanted.secrets))
        made = _all(self._cloud.state())
        held = {path for path in made if "/secrets/" in path and path not in there}
        self.resources |= {path: made[path] for path in (*missing, *services, *certificates, *zones, *held)}

    def changed(self) -> Iterator[str]:
        """What of others is not any more, or not as it was; users of a resource are no change of it."""
        now = _all(self._cloud.state()) if self.resources else {}
        for path, body in self.resources.items():
            if path not in now:
                yield f"{path} is gone"
            elif _lasting(now[path]) != _lasting(body):
                yield f"{path} is not as it was"


def _all(state: Json) -> Json:
    return {**state["compute"], **state["run"], **state["certificates"], **state["dns"], **state["secrets"]}


def _lasting(body: Json) -> Json:
    return {key: value for key, value in body.items() if key not in {"etag", "fingerprint", "subnetworks", "users"}}
