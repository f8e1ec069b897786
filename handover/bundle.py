"""A whole bundle in memory: every file with its bytes, from synthesized stacks and the configuration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from config.settings import Settings
from deployment.existing import granted
from deployment.output_folder import StackFolder, chosen, local_states
from deployment.terraform import ProgramName
from deployment.unusable import UnusableError
from deployment.values import Json
from handover.credentials import Suspect, elsewhere, in_environment, telling_names
from handover.facts import Facts, promises, self_links
from handover.formats import FORMATS, Format
from handover.handed_stack import VERSIONS, HandedStack, hand
from handover.manifest import MANIFEST, SUMS, Manifest, sums
from handover.plain import plain
from handover.runbook import runbook
from handover.source import BundleSource
from handover.value_tests import FILE
from stacks.layout import LOCK_FILE, PRODUCER

RUNBOOK = "README.md"


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is wanted: a format's name, the stacks (all when empty), and variables that only look like credentials.

    `program` is the one that the readers of the runbook will type.
    """

    format: str = "json"
    stacks: tuple[str, ...] = ()
    harmless: tuple[str, ...] = ()
    program: ProgramName = "terraform"


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """`files` maps each path below the bundle's folder to its content, SHA256SUMS included.

    `names` are those of the configuration that sound like a credential's.
    """

    files: Mapping[str, bytes]
    manifest: Manifest
    stacks: tuple[HandedStack, ...]
    names: frozenset[str]


def bundle(stacks: Sequence[StackFolder], settings: Settings, source: BundleSource, wish: Wish) -> Bundle:
    """Make a bundle of the synthesized `stacks`, which are all of the environment, in the order of deployment.

    Raises:
        UnusableError: for a stack that does not exist, an environment variable that looks like a credential, or what
            cannot be written as HCL.
    """
    wanted = _wanted(stacks, wish.stacks)
    contents: dict[str, Json] = {stack.name: stack.content() for stack in stacks}
    names = telling_names(settings)
    _refuse_credentials({stack.name: contents[stack.name] for stack in wanted}, frozenset(wish.harmless), names)
    producer = plain(contents[PRODUCER]) if PRODUCER in contents else None
    alone = PRODUCER not in {stack.name for stack in wanted}
    states = {path: f"../{Path(path).name}" for path in local_states(list(stacks))}
    existing = granted(contents.values())
    handed = tuple(
        hand(
            stack.name,
            contents[stack.name],
            states=states,
            known=promises(producer),
            alone=alone,
            existing=existing,
            lock=stack.lock_file.read_bytes() if stack.lock_file.exists() else None,
        )
        for stack in wanted
    )
    format_ = FORMATS[wish.format]
    facts = Facts(
        settings=settings,
        stacks=handed,
        links=self_links(producer),
        format=format_,
        source=source,
        program=wish.program,
    )
    manifest = Manifest(
        environment=settings.environment,
        format="hcl" if format_.NAME == "hcl" else "json",
        stacks=tuple(stack.name for stack in handed),
        harmless=tuple(sorted(wish.harmless)),
        provider=handed[0].files[VERSIONS]["terraform"]["required_providers"]["google"]["version"],
        source=source,
        program=wish.program,
    )
    files = {path: content for stack in handed for path, content in _files(stack, format_).items()}
    tested = {f"{stack.name}/{FILE}": stack.tests.encode() for stack in handed if facts.is_tested(stack)}
    files |= tested | {RUNBOOK: runbook(facts).encode(), MANIFEST: manifest.text().encode()}
    files[SUMS] = sums(files)
    return Bundle(files=dict(sorted(files.items())), manifest=manifest, stacks=handed, names=names)


def _wanted(stacks: Sequence[StackFolder], names: Sequence[str]) -> list[StackFolder]:
    # The producer depends on nobody; a consumer that does not read its state would else come in any place.
    return sorted(chosen(list(stacks), names), key=lambda stack: stack.name != PRODUCER)


def _refuse_credentials(contents: Mapping[str, Json], harmless: frozenset[str], names: frozenset[str]) -> None:
    suspects: list[Suspect] = []
    for name, content in contents.items():
        suspects += [*in_environment(name, content, harmless), *elsewhere(name, content, names)]
    if suspects:
        raise UnusableError(
            *(f"{suspect.where} looks like {suspect.looks_like}" for suspect in suspects),
            "nothing was written: a bundle passes on what stands in the configuration. Put it into Secret "
            "Manager and name it under `secrets:` of the service; for an env variable that is none: --harmless NAME",
        )


def _files(stack: HandedStack, format_: Format) -> dict[str, bytes]:
    files = {
        f"{stack.name}/{name}{format_.ENDING}": text.encode() for name, text in format_.stack_files(stack.files).items()
    }
    if stack.variables:
        files[f"{stack.name}/{format_.VALUES}"] = format_.values_file(stack.variables).encode()
    if stack.lock is not None:
        files[f"{stack.name}/{LOCK_FILE}"] = stack.lock
    return files
