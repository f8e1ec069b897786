"""Both sides of a review, synthesized: every environment of the base revision and of the work tree."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from config.loading import ENVIRONMENTS
from config.overriding import VARIABLES
from deployment.hidden import scrub
from deployment.stack_files import read
from deployment.synthesis import EndedError, synthesize
from deployment.unusable import UnusableError
from review.side import Side

# What would make the files say something else than they do: a review is about the files.
_OVERRIDES = {*VARIABLES, "PSC_ENV", "PSC_CONFIG", "CDKTF_OUTDIR", "SYNTH_HCL_OUTPUT"}


def environments(checkout: Path) -> list[str]:
    """The environments of a checkout, by name; `default` first."""
    names = {file.stem for file in (checkout / ENVIRONMENTS).glob("*.yaml")}
    return sorted(names, key=lambda name: (name != "default", name))


def sides(
    python: str, checkout: Path, wanted: Sequence[str], into: Path, tell: Callable[[str], None]
) -> dict[str, Side]:  # fmt: skip
    """Synthesize those of the `wanted` environments that a checkout has, two at a time, each below `into`.

    Raises:
        EndedError: when a synthesis was ended from outside.
    """
    present = set(environments(checkout))

    def side_of(name: str) -> Side:
        if name not in present:
            return Side(environment=name)
        folder = into / name
        folder.mkdir(parents=True)
        side = _synthesized(python, checkout, name, folder)
        tell(f"{into.name}: {name}{': does not load' if side.problem else ''}")
        return side

    with ThreadPoolExecutor(max_workers=2) as pool:
        return {side.environment: side for side in pool.map(side_of, wanted)}


def _synthesized(python: str, checkout: Path, name: str, folder: Path) -> Side:
    variables = {key: value for key, value in os.environ.items() if key not in _OVERRIDES} | {"PSC_ENV": name}
    try:
        made = synthesize(python, checkout, folder / "out", variables)
        return Side(environment=name, exists=True, folder=made.folder, stacks=read(made.folder, name))
    except EndedError:
        raise  # no fault of the configuration's, and whoever ended it may have meant us, too
    except UnusableError as error:
        text = str(error).replace(f"{checkout}{os.sep}", "").replace(str(folder), "")
        return Side(environment=name, exists=True, problem=scrub(text))


def from_folder(output: Path, environment: str) -> Side:
    """An output folder as it is.

    Raises:
        UnusableError: when it has no stacks.
    """
    return Side(environment=environment, exists=True, folder=output, stacks=read(output, environment))
