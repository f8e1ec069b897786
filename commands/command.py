"""What a command of ./psc is: a name, its help, what it needs, and what it does."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from commands.environment import Environment


def _no_arguments(parser: ArgumentParser) -> None:
    del parser


def _no_groups(args: Namespace) -> Sequence[str]:
    return ()


@dataclass(frozen=True, kw_only=True)
class Command:
    """One command.

    `groups` are the lock's groups that it needs beside the default one, `groups_for` those that its arguments need.
    A command that `passes_on` gets its words as `args.words` just as they were typed. `chooses` says whether it takes
    --env and --config. `operands` is what its usage line shows behind the options.
    """

    name: str
    summary: str
    details: str
    examples: tuple[str, ...]
    run: Callable[[Namespace, Environment], int]
    groups: tuple[str, ...] = ()
    groups_for: Callable[[Namespace], Sequence[str]] = field(default=_no_groups)
    arguments: Callable[[ArgumentParser], None] = field(default=_no_arguments)
    chooses: bool = True
    passes_on: bool = False
    operands: str = ""
