"""What an environment is to have in Google Cloud, with what reads it: for commands that look at what is deployed."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from commands.console import show
from commands.environment import CHECKOUT, Environment
from commands.synth import chosen_by

if TYPE_CHECKING:
    from config.settings import Settings
    from deployment.synthesis import Synthesized
    from live.expected import Words
    from live.subjects import Expected


def expectation(environment: Environment, stacks: Sequence[str]) -> tuple[Synthesized, list[Expected]]:
    """Synthesize, and derive what is to be there of these stacks (all, where none is named).

    Raises:
        NotSynthesizedError: when the configuration cannot be synthesized.
        UnusableError: for an unknown stack, and without credentials.
    """
    from deployment.line import Line
    from deployment.output_folder import chosen, stacks_of
    from deployment.stack_files import read
    from deployment.synthesis import synthesize
    from live.expected import expected
    from live.sides import sides

    with tempfile.TemporaryDirectory(prefix="psc-live-") as folder:
        made = synthesize(str(environment.python), CHECKOUT, Path(folder), environment.variables())
        show((Line(f"note: {note}", "note") for note in made.notes), errors=True)
        names = [stack.name for stack in chosen(stacks_of(made.folder), stacks)]
        read_stacks = read(made.folder, made.environment)
    called = words(made.settings, chosen_by(made.environment))
    return made, expected(sides(read_stacks[name] for name in names), called)


def words(settings: Settings, chosen: str = "") -> Words:
    """What the stacks cannot say of their configuration."""
    from cloudrun_psc.rules.terraform_names import address_name
    from live.expected import Given, Words

    endpoints = [(name, key, one) for name, side in settings.consumers.items() for key, one in side.endpoints.items()]
    keys = [*(settings.producer.services if settings.producer else ()), *(key for _, key, _ in endpoints)]
    return Words(
        keys={address_name(key): key for key in keys},
        given={
            f"{name}.{address_name(key)}": Given(port=one.port or 0, url=one.url or "", host=settings.host_of(one))
            for name, key, one in endpoints
        },
        chosen=chosen,
    )
