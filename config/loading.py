"""From environment variables and a file to settings, or to every problem that stands in the way."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath

from cloudrun_psc.faults import Fault, shown
from config.advice import notes
from config.consistency import findings
from config.derivation import fill
from config.fields import KEY_PATTERN
from config.problems import ConfigurationError, Path, Problem
from config.settings import Settings
from config.unique_names import same_names
from config.validation import validate
from config.yaml_source import Source, read

ENVIRONMENTS = FilePath("config/environments")
DEFAULT = "default"
# The walk-through's three variables and ours: which key each of them sets.
VARIABLES: dict[str, Path] = {
    "PRODUCER_PROJECT": ("producer", "project"),
    "CONSUMER_PROJECT": ("consumers", "consumer", "project"),
    "REGION": ("region",),
    "PSC_PROVIDER_VERSION": ("provider_version",),
}


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """Valid settings; `origins` says of each key path that is no default where its value comes from."""

    settings: Settings
    file: str
    origins: Mapping[Path, str]
    notes: tuple[str, ...]


def load(checkout: FilePath, variables: Mapping[str, str] | None = None) -> Loaded:
    """Read the configuration that PSC_ENV or PSC_CONFIG chooses, with the variables over it.

    Raises:
        ConfigurationError: with all problems at once; nothing has been written anywhere.
    """
    variables = os.environ if variables is None else variables
    file, name, environment = _chosen(checkout, variables)
    source = read(file, name)
    origins = _override(source, variables)
    data, filled = fill(source.data, environment)
    settings, problems = validate(data, source, origins)
    problems = [*source.problems, *problems]
    bad = {problem.path for problem in problems}
    if settings is not None:
        for finding in (*findings(settings), *same_names(settings)):
            if not any(_touches(path, bad) for path in (finding.path, *finding.others)):
                where = _where(finding.path, source, origins)
                problems.append(Problem(where=where, path=finding.path, fault=finding.fault))
    problems += _same_environment(checkout, file, data, source)
    if problems or settings is None:
        raise ConfigurationError(sorted(problems, key=lambda problem: _place(problem, source)))
    origins |= {path: f"{name}:{line}" for path, line in source.lines.items() if path not in origins}
    origins |= {path: "derived" for path in filled if path not in origins}
    return Loaded(settings=settings, file=name, origins=origins, notes=tuple(notes(settings)))


def _refused(where: str, wrong: str, allowed: str = "", remedy: str = "") -> ConfigurationError:
    fault = Fault(wrong=wrong, allowed=allowed, remedy=remedy)
    return ConfigurationError([Problem(where=where, path=(), fault=fault)])


def _chosen(checkout: FilePath, variables: Mapping[str, str]) -> tuple[FilePath, str, str]:
    """The file, its name in messages, and the environment's name."""
    env, config = variables.get("PSC_ENV"), variables.get("PSC_CONFIG")
    if env is not None and config is not None:
        raise _refused("PSC_ENV and PSC_CONFIG", "both are set", remedy="unset one of them")
    if config is not None:
        if not config.strip():
            raise _refused("PSC_CONFIG", "is set but empty", "a file", "unset it, or name a file")
        file = FilePath(config) if FilePath(config).is_absolute() else FilePath.cwd() / config
        try:
            name = file.resolve().relative_to(checkout.resolve()).as_posix()
        except (ValueError, OSError):
            name = config
        return file, name, file.name.partition(".")[0]
    environment = DEFAULT if env is None else env
    if not re.fullmatch(KEY_PATTERN, environment):
        known = ", ".join(sorted(path.stem for path in (checkout / ENVIRONMENTS).glob("*.yaml")))
        raise _refused("PSC_ENV", f"{shown(environment)} is not an environment", known)
    file = checkout / ENVIRONMENTS / f"{environment}.yaml"
    return file, (ENVIRONMENTS / f"{environment}.yaml").as_posix(), environment


def _override(source: Source, variables: Mapping[str, str]) -> dict[Path, str]:
    """Put the variables over the file's values; the keys they set, with the variable's name."""
    origins: dict[Path, str] = {}
    for variable, path in VARIABLES.items():
        value = variables.get(variable)
        if value is None:
            continue
        problem = _unusable(variable, value, source, path)
        if problem is not None:
            source.problems.append(Problem(where=variable, path=(), fault=problem))
            continue
        here = source.data
        for part in path[:-1]:
            if here.get(str(part)) is None:
                here[str(part)] = {}
            here = here[str(part)]
        here[str(path[-1])] = value
        origins[path] = f"environment variable {variable}"
    return origins


def _unusable(variable: str, value: str, source: Source, path: Path) -> Fault | None:
    if not value.strip():
        return Fault(wrong="is set but empty", remedy=f"unset {variable}, or give it a value")
    here: object = source.data
    for part in path[:-1]:
        if not isinstance(here, dict) or part not in here:
            missing = ".".join(str(part) for part in path[:-1])
            return Fault(
                wrong=f"is set, but {source.name} has no {missing}", remedy=f"unset {variable}, or add {missing}"
            )
        here = here[part]
    if here is not None and not isinstance(here, dict):
        return Fault(wrong=f"cannot be set: {'.'.join(map(str, path[:-1]))} in {source.name} is no mapping")
    return None


def _same_environment(checkout: FilePath, file: FilePath, data: Mapping[str, object], source: Source) -> list[Problem]:
    """A file elsewhere must not take the name, and with it the state, of an environment of this checkout."""
    name = data.get("environment")
    if not isinstance(name, str) or not re.fullmatch(KEY_PATTERN, name):
        return []  # refused by its own rule
    own = checkout / ENVIRONMENTS / f"{name}.yaml"
    if not own.exists() or own.resolve() == file.resolve():
        return []
    fault = Fault(
        wrong=f"the environment {name!r} is that of {(ENVIRONMENTS / own.name).as_posix()}, with its Terraform state",
        remedy="rename this file, or give it another name by `environment: NAME`",
    )
    return [Problem(where=source.where(("environment",)), path=("environment",), fault=fault)]


def _where(path: Path, source: Source, origins: Mapping[Path, str]) -> str:
    return origins.get(path) or source.where(path)


def _touches(path: Path, bad: set[Path]) -> bool:
    """Whether a setting is bad itself, stands below a bad one, or has a bad one in it."""
    return any(path[: len(other)] == other or other[: len(path)] == path for other in bad if other)


def _place(problem: Problem, source: Source) -> tuple[int, int, str]:
    match = re.fullmatch(rf"{re.escape(source.name)}:([0-9]+)", problem.where)
    return (1, int(match[1]), str(problem)) if match else (0, 0, str(problem))
