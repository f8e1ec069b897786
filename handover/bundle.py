"""A whole bundle in memory: every file with its bytes, from synthesized stacks and the configuration."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from config.settings import Settings
from handover.credentials import Suspect, elsewhere, in_environment
from handover.facts import Facts, promises, self_links
from handover.formats import FORMATS, Format
from handover.handed_stack import PRODUCER, VERSIONS, HandedStack, hand
from handover.manifest import MANIFEST, SUMS, Manifest, sums
from handover.plain import plain
from handover.runbook import runbook
from handover.source import Source
from handover.variables import Json
from rehearsal.stacks_folder import Stack, local_states

RUNBOOK = "README.md"
_LOCK = ".terraform.lock.hcl"


class UnfitError(Exception):
    """The bundle must not be made as it was asked for; the message says why and what to do."""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is wanted: a format's name, the stacks (all when empty), and variables that only look like credentials."""

    format: str = "json"
    stacks: tuple[str, ...] = ()
    harmless: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """`files` maps each path below the bundle's folder to its content, SHA256SUMS included."""

    files: Mapping[str, bytes]
    manifest: Manifest
    stacks: tuple[HandedStack, ...]


def bundle(stacks: Sequence[Stack], settings: Settings, source: Source, wish: Wish) -> Bundle:
    """Make a bundle of the synthesized `stacks`, which are all of the environment, in the order of deployment.

    Raises:
        UnfitError: for a stack that does not exist, or an environment variable that looks like a credential.
        InexpressibleError: for what cannot be written as HCL.
    """
    wanted = _wanted(stacks, wish.stacks)
    contents: dict[str, Json] = {stack.name: json.loads(stack.file.read_text(encoding="utf-8")) for stack in stacks}
    _refuse_credentials({stack.name: contents[stack.name] for stack in wanted}, frozenset(wish.harmless))
    producer = plain(contents[PRODUCER]) if PRODUCER in contents else None
    alone = PRODUCER not in {stack.name for stack in wanted}
    states = {path: f"../{Path(path).name}" for path in local_states(list(stacks))}
    handed = tuple(
        hand(
            stack.name,
            contents[stack.name],
            states=states,
            promised=promises(producer) if alone else None,
            lock=_lock(stack),
        )
        for stack in wanted
    )
    format_ = FORMATS[wish.format]
    facts = Facts(settings=settings, stacks=handed, links=self_links(producer), format=format_, source=source)
    manifest = Manifest(
        environment=settings.environment,
        format=format_.name,
        stacks=tuple(stack.name for stack in handed),
        harmless=tuple(sorted(wish.harmless)),
        provider=handed[0].files[VERSIONS]["terraform"]["required_providers"]["google"]["version"],
        source=source,
    )
    files = {path: content for stack in handed for path, content in _files(stack, format_).items()}
    files |= {RUNBOOK: runbook(facts).encode(), MANIFEST: manifest.text().encode()}
    files[SUMS] = sums(files)
    return Bundle(files=dict(sorted(files.items())), manifest=manifest, stacks=handed)


def _wanted(stacks: Sequence[Stack], names: Sequence[str]) -> list[Stack]:
    known = [stack.name for stack in stacks]
    unknown = sorted(set(names) - set(known))
    if unknown:
        raise UnfitError(f"there is no stack {', '.join(unknown)}; there are {', '.join(sorted(known))}")
    wanted = [stack for stack in stacks if not names or stack.name in names]
    # The producer depends on nobody; a consumer that does not read its state would else come in any place.
    return sorted(wanted, key=lambda stack: stack.name != PRODUCER)


def _refuse_credentials(contents: Mapping[str, Json], harmless: frozenset[str]) -> None:
    suspects: list[Suspect] = []
    for name, content in contents.items():
        suspects += [*in_environment(name, content, harmless), *elsewhere(name, content)]
    if suspects:
        listed = "\n".join(f"{one.where} looks like {one.looks_like}" for one in suspects)
        raise UnfitError(
            f"{listed}\nnothing was written: a bundle passes on what stands in the configuration. Put it into Secret "
            "Manager and name it under `secrets:` of the service; for an env variable that is none: --harmless NAME"
        )


def _lock(stack: Stack) -> bytes | None:
    file = stack.folder / _LOCK
    return file.read_bytes() if file.exists() else None


def _files(stack: HandedStack, format_: Format) -> dict[str, bytes]:
    found = {
        f"{stack.name}/{name}{format_.ending}": format_.stack_file(content).encode()
        for name, content in stack.files.items()
    }
    if stack.variables:
        found[f"{stack.name}/{format_.values}"] = format_.values_file(stack.variables).encode()
    if stack.lock is not None:
        found[f"{stack.name}/{_LOCK}"] = stack.lock
    return found
