"""Which part of the stacks is adopted: all of them, or some services and endpoints with whatever those need."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from deployment.output_folder import StackFolder
from deployment.references import needed
from deployment.stack import Stack
from deployment.unusable import UnusableError
from deployment.values import Json
from live.sides import Side
from stacks.layout import PRODUCER, endpoint_parts, service_part


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What of a stack is adopted.

    `only` says of whom (`service hello`), () for the whole stack; `targets` are the addresses that Terraform plans then
    with all that they need, which is `addresses`. `outside` is what else the stack manages.
    """

    addresses: frozenset[str] = frozenset()
    only: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class Chosen:
    """A stack that is adopted: the folder that Terraform runs in, its side, and how much of it."""

    folder: StackFolder
    side: Side
    scope: Scope

    @property
    def name(self) -> str:
        """The stack's."""
        return self.folder.name

    @property
    def stack(self) -> Stack:
        """What it says."""
        return self.side.stack


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What somebody wants adopted, by keys of the configuration; everything where nothing is named."""

    stacks: Sequence[str] = ()
    services: Sequence[str] = ()
    endpoints: Sequence[str] = ()

    def check(self, services: Iterable[str], endpoints: Mapping[str, Iterable[str]]) -> None:
        """Refuse names that the configuration does not have; its `endpoints` are by consumer.

        Raises:
            UnusableError: all of them in one.
        """
        there = {"service": sorted(services), "endpoint": sorted({key for keys in endpoints.values() for key in keys})}
        problems = []
        for what, given in (("service", self.services), ("endpoint", self.endpoints)):
            if unknown := sorted(set(given) - set(there[what])):
                known = f"there are {', '.join(there[what])}" if there[what] else "there are none"
                problems.append(f"there is no {what} {', '.join(unknown)}; {known}")
        if problems:
            raise UnusableError(*problems)

    def scopes(self, folders: Iterable[StackFolder], stacks: Mapping[str, Stack]) -> dict[str, Scope]:
        """How much of each of these stacks is wanted; one of which nothing is wanted is left out.

        Raises:
            UnusableError: for a stack that is named and has nothing of what is named.
        """
        scopes = {one.name: self._scope(one, stacks[one.name]) for one in folders}
        idle = sorted(name for name, scope in scopes.items() if scope is None and name in self.stacks)
        if idle:
            raise UnusableError(f"--stack {idle[0]}: nothing in it belongs to {' or '.join(self._words())}")
        return {name: scope for name, scope in scopes.items() if scope is not None}

    def _words(self) -> list[str]:
        return [f"service {one}" for one in self.services] + [f"endpoint {one}" for one in self.endpoints]

    def _scope(self, folder: StackFolder, stack: Stack) -> Scope | None:
        managed = {item.address for item in stack.items.values() if item.is_resource}
        if not (self.services or self.endpoints):
            return Scope(addresses=frozenset(managed))
        parts = dict(self._parts(folder.name))
        parted = {address: part for address, part in _parted(folder.content()) if part in parts and address in managed}
        if not parted:
            return None
        within = _with_needs(stack, parted)
        return Scope(
            addresses=frozenset(within & managed),
            only=tuple(dict.fromkeys(words for part, words in parts.items() if part in parted.values())),
            targets=tuple(sorted(parted)),
            outside=tuple(sorted(managed - within)),
        )

    def _parts(self, stack: str) -> Iterator[tuple[str, str]]:
        """The parts of a stack that are wanted, each with the words for it."""
        if stack == PRODUCER:
            yield from ((service_part(key), f"service {key}") for key in self.services)
        else:
            yield from ((part, f"endpoint {key}") for key in self.endpoints for part in endpoint_parts(key))


def _parted(content: Json) -> Iterator[tuple[str, str]]:
    """Each resource of a synthesized stack with the part that it is of, which CDKTF notes beside it."""
    for type_, named in content.get("resource", {}).items():
        for name, values in named.items():
            path = str(values.get("//", {}).get("metadata", {}).get("path", ""))
            yield f"{type_}.{name}", [*path.split("/"), ""][1]


def _with_needs(stack: Stack, addresses: Iterable[str]) -> set[str]:
    """Addresses with everything that they refer to or depend on, however far."""
    found, waiting = set[str](), list(addresses)
    while waiting:
        address = waiting.pop()
        if address in found or address not in stack.items:
            continue
        found.add(address)
        waiting += needed(stack.items[address])
    return found
