"""The sides of a deployment: each stack with what reads its projects, by that side's own rights."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from deployment.stack import Item, Stack
from live.access import Access, session
from live.client import Client
from live.names import ids, linked, provider
from live.reader import Reader


@dataclass(frozen=True, kw_only=True, eq=False)
class Side:
    """A stack, the project and region that its provider has, and a reader with that side's credentials."""

    stack: Stack
    project: str
    region: str
    client: Client
    reader: Reader

    def ids(self, item: Item) -> tuple[str, ...]:
        """The ids that a resource of this side can have in Google Cloud."""
        return ids(item, self.stack)

    def linked(self, value: object) -> tuple[str, ...]:
        """The ids of what an attribute of this side's resources refers to."""
        return linked(value, self.stack)


def clients(variables: Mapping[str, str] | None = None) -> Callable[[Access], Client]:
    """What gives a client for an access; `variables` are by default this process's own.

    Raises (when a client is asked for):
        UnreachableError: when there are no credentials.
    """
    given = os.environ if variables is None else variables
    return lambda access: Client(session(access, given), given)


def sides(
    stacks: Iterable[Stack],
    connect: Callable[[Access], Client] | None = None,
    variables: Mapping[str, str] | None = None,
) -> list[Side]:
    """The sides of stacks, in their order. Stacks with the same access share a reader, and with it what it was told.

    Raises:
        UnreachableError: when there are no credentials.
    """
    given = os.environ if variables is None else variables
    connect = connect or clients(given)
    known: dict[Access, tuple[Client, Reader]] = {}
    told = []
    for stack in stacks:
        access = Access.of(stack, given)
        if access not in known:
            client = connect(access)
            known[access] = client, Reader(client)
        client, reader = known[access]
        settings = provider(stack)
        project, region = str(settings.get("project", "")), str(settings.get("region", ""))
        told.append(Side(stack=stack, project=project, region=region, client=client, reader=reader))
    return told
