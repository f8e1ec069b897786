"""What a command of ./psc is: a name, its help, what it needs, and what it does."""

from __future__ import annotations

import signal
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass, field

from commands.environment import Environment


def tidy_up_on_signals() -> None:
    """Have what `timeout`, a CI system or a closed terminal sends tidy up like Ctrl-C; what `nohup` ignores stays."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, lambda got, _: sys.exit(128 + got))


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
