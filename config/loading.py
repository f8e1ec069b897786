"""From environment variables and a file to settings, or to every problem that stands in the way."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from cloudrun_psc.rules.faults import Fault, shown
from config import DEFAULT_ENVIRONMENT, neighbours
from config.fields import KEY_PATTERN
from config.files import read, strays
from config.overriding import override
from config.problems import ConfigurationError, KeyPath, KeyPaths, Problem, dotted, printable
from config.rules.advice import notes
from config.rules.every_rule import findings
from config.settings import Settings
from config.source import Source
from config.validation import MOST_PROBLEMS, Verdict, validate

ENVIRONMENTS = Path("config/environments")


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """Valid settings; `origins` says of each key path that is no default where its value comes from.

    `files` are those that it was read from, the environment's own `file` first.
    """

    settings: Settings
    file: str
    files: tuple[str, ...]
    origins: Mapping[KeyPath, str]
    notes: tuple[str, ...]


def load(checkout: Path, variables: Mapping[str, str] | None = None) -> Loaded:
    """Read the configuration that PSC_ENV or PSC_CONFIG chooses, with the variables over it.

    Raises:
        ConfigurationError: with all problems at once; nothing has been written anywhere.
    """
    variables = os.environ if variables is None else variables
    file, name, environment = _chosen(checkout, variables)
    folder = checkout / ENVIRONMENTS
    if file.parent == folder and file.exists() and (unread := list(strays(folder, ENVIRONMENTS.as_posix()))):
        raise ConfigurationError(unread)
    loaded = _loaded(checkout, file, name, environment, variables)
    others = _others(checkout, file)
    return replace(loaded, notes=(*loaded.notes, *neighbours.notes(loaded.settings, others)))


def _loaded(checkout: Path, file: Path, name: str, environment: str, variables: Mapping[str, str]) -> Loaded:
    source = read(checkout, file, name)
    origins, remarks = override(source, variables)
    verdict = validate(source, environment, origins)
    settings, problems = verdict.settings, [*source.problems, *verdict.problems]
    if settings is not None:
        problems += _between(settings, verdict, source, origins, nothing_else=not problems)
        problems += _same_environment(checkout, file, settings.environment, source)
    if problems or settings is None:
        raise ConfigurationError(_first(sorted(problems, key=lambda problem: _place(problem, source)), name))
    origins = {path: f"environment variable {variable}" for path, variable in origins.items()}
    origins |= {path: str(place) for path, place in source.places.items() if path not in origins}
    for path, cause in verdict.filled.items():
        nothing = "derived from the file's name" if path == ("environment",) else "default"
        origins.setdefault(path, f"derived from {dotted(cause)}" if cause else nothing)
    told = (*remarks, *notes(settings))
    return Loaded(settings=settings, file=name, files=tuple(source.files), origins=origins, notes=told)


def _first(problems: list[Problem], name: str) -> list[Problem]:
    """As many as somebody reads, and that there are more."""
    if len(problems) <= MOST_PROBLEMS:
        return problems
    fault = Fault(wrong=f"there are more problems than these {MOST_PROBLEMS}", remedy="correct these first")
    return [*problems[:MOST_PROBLEMS], Problem(where=name, path=(), fault=fault)]


def _others(checkout: Path, file: Path) -> dict[str, Settings]:
    """The settings of the checkout's other environments, by file; one that cannot be used is told when it is chosen."""
    found: dict[str, Settings] = {}
    for other in sorted((checkout / ENVIRONMENTS).glob("*.yaml")):
        name = (ENVIRONMENTS / printable(other.name)).as_posix()
        with suppress(ConfigurationError, OSError):
            if not other.samefile(file):
                found[name] = _loaded(checkout, other, name, other.stem, {}).settings
    return found


def _between(
    settings: Settings, verdict: Verdict, source: Source, origins: Mapping[KeyPath, str], *, nothing_else: bool
) -> Iterator[Problem]:
    """What is wrong between settings, leaving out what only follows from a single one that was refused."""
    refused = KeyPaths(verdict.replaced | {problem.path for problem in source.problems if problem.path})
    for finding in islice(findings(settings), MOST_PROBLEMS + 1):
        paths = [finding.path, *finding.others]
        paths += [verdict.filled[path] for path in paths if verdict.filled.get(path)]
        follows = any(path and refused.overlaps(path) for path in paths)
        if not follows and (finding.path or nothing_else):
            where = origins.get(finding.path) or source.where(finding.path)
            yield Problem(where=where, path=finding.path, fault=finding.fault)


def _refused(where: str, wrong: str, allowed: str = "", remedy: str = "") -> ConfigurationError:
    fault = Fault(wrong=wrong, allowed=allowed, remedy=remedy)
    return ConfigurationError([Problem(where=where, path=(), fault=fault)])


def _chosen(checkout: Path, variables: Mapping[str, str]) -> tuple[Path, str, str]:
    """The file, its name in messages, and the environment's name."""
    env, config = variables.get("PSC_ENV"), variables.get("PSC_CONFIG")
    if env is not None and config is not None:
        raise _refused(
            "PSC_ENV and PSC_CONFIG",
            f"both are set ({shown(env)} and {shown(config)})",
            "one of them",
            "unset PSC_CONFIG to take the environment, PSC_ENV to take the file",
        )
    if config is not None:
        if not config.strip():
            raise _refused("PSC_CONFIG", "is set but empty", "a file's path", "unset PSC_CONFIG, or name a file")
        file = Path(config) if Path(config).is_absolute() else Path.cwd() / config
        try:
            called = file.resolve().relative_to(checkout.resolve()).as_posix()
        except (ValueError, OSError, RuntimeError):  # RuntimeError: symbolic links in a circle, before Python 3.13
            called = config
        return file, printable(called, limit=4096), file.name.partition(".")[0]
    environment = DEFAULT_ENVIRONMENT if env is None else env
    if not re.fullmatch(KEY_PATTERN, environment):
        known = ", ".join(sorted(printable(path.stem) for path in (checkout / ENVIRONMENTS).glob("*.yaml")))
        wrong = f"{shown(environment)} is not the name of an environment" if environment.strip() else "is set but empty"
        files = f"name a file of {ENVIRONMENTS.as_posix()}, or use PSC_CONFIG"
        remedy = f"unset PSC_ENV to take {DEFAULT_ENVIRONMENT}, {files}"
        raise _refused("PSC_ENV", wrong, known, remedy)
    file = checkout / ENVIRONMENTS / f"{environment}.yaml"
    return file, (ENVIRONMENTS / f"{environment}.yaml").as_posix(), environment


def _same_environment(checkout: Path, file: Path, name: str, source: Source) -> list[Problem]:
    """A file elsewhere must not take the name, and with it the state, of an environment of this checkout."""
    own = checkout / ENVIRONMENTS / f"{name}.yaml"
    if not own.exists() or own.samefile(file):
        return []
    fault = Fault(
        wrong=f"the environment {name!r} is that of {(ENVIRONMENTS / own.name).as_posix()}, with its Terraform state",
        allowed="a name of its own for every file",
        remedy="rename this file, or give it another name by `environment: NAME`",
    )
    return [Problem(where=source.where(("environment",)), path=("environment",), fault=fault)]


def _place(problem: Problem, source: Source) -> tuple[int, int, str]:
    """File by file and line by line, behind what has no line."""
    file, _, line = problem.where.rpartition(":")
    known = file in source.files and line.isdecimal()
    return (1 + source.files.index(file), int(line), str(problem)) if known else (0, 0, str(problem))
