"""What a command of ./psc is: a name, its help, what it needs, and what it does."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass, field

from commands.environment import Environment


def _no_arguments(parser: ArgumentParser) -> None:
    del parser


@dataclass(frozen=True, kw_only=True)
class Command:
    """One command.

    A command that `passes_on` gets its words as `args.words` just as they were typed. `chooses` says whether it takes
    --env and --config. `operands` is what its usage line shows behind the options. One that does without anything
    installed says so by `needs_environment`.
    """

    name: str
    summary: str
    details: str
    examples: tuple[str, ...]
    run: Callable[[Namespace, Environment], int]
    arguments: Callable[[ArgumentParser], None] = field(default=_no_arguments)
    chooses: bool = True
    passes_on: bool = False
    operands: str = ""
    needs_environment: bool = True
