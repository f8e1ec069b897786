"""The environment variables that win over a file: the walk-through's three, and one for the provider's version."""

from __future__ import annotations

from collections.abc import Mapping

from cloudrun_psc.rules.faults import Fault, shown
from config.problems import KeyPath, Problem, dotted
from config.rules.advice import EXAMPLE_PROJECTS
from config.source import Source

# The walk-through's three variables and ours: which key each of them sets.
VARIABLES: dict[str, KeyPath] = {
    "PRODUCER_PROJECT": ("producer", "project"),
    "CONSUMER_PROJECT": ("consumers", "consumer", "project"),
    "REGION": ("region",),
    "PSC_PROVIDER_VERSION": ("provider_version",),
}
# Says that variables may retarget an environment that was chosen by name: its state belongs to what the file says.
TWICE = "PSC_OVERRIDE"


def override(source: Source, variables: Mapping[str, str]) -> tuple[dict[KeyPath, str], list[str]]:
    """Put the variables over the file's values; what cannot be used becomes a problem of the source.

    Returns the keys that were set, each with the variable's name, and a note on each that wins over another value.
    """
    origins: dict[KeyPath, str] = {}
    notes: list[str] = []
    for variable, path in VARIABLES.items():
        value = variables.get(variable)
        if value is None:
            continue
        problem = _unusable(variable, value, source, path)
        if problem is None:
            former = _put(source, path, value)
            if former not in {None, value} | EXAMPLE_PROJECTS:
                problem = _retargets(variable, value, former, path, variables)
                file = source.places[path].file
                notes.append(f"{variable}={value} wins over {dotted(path)}: {former} of {file}")
        if problem is not None:
            source.problems.append(Problem(where=variable, path=(), fault=problem))
        else:
            origins[path] = variable
    return origins, notes


def _put(source: Source, path: KeyPath, value: str) -> object:
    """Write the value; returns the one that stood there, as text."""
    here = source.data
    for part in path[:-1]:
        if here.get(str(part)) is None:
            here[str(part)] = {}
        here = here[str(part)]
    former, here[str(path[-1])] = here.get(str(path[-1])), value
    return former if former is None else str(former)


def _retargets(variable: str, value: str, former: object, path: KeyPath, variables: Mapping[str, str]) -> Fault | None:
    """An environment that was chosen by name has a state, which another project or region must not meet by accident."""
    if path[-1] == "provider_version" or "PSC_ENV" not in variables or variables.get(TWICE):
        return None
    return Fault(
        wrong=f"is set ({shown(value)}), and the environment that was chosen has {dotted(path)}: {former}",
        allowed="one of the two",
        remedy=f"unset {variable}, or set {TWICE}=1 if the environment's state is to be deployed there",
    )


def _unusable(variable: str, value: str, source: Source, path: KeyPath) -> Fault | None:
    if not value.strip():
        remedy = f"unset {variable} to take the file's value, or give it one"
        return Fault(wrong="is set but empty", allowed="a value", remedy=remedy)
    here: object = source.data
    for part in path[:-1]:
        if not isinstance(here, dict) or part not in here:
            missing = ".".join(str(part) for part in path[:-1])
            return Fault(
                wrong=f"is set ({shown(value)}), but {source.name} has no {missing}",
                remedy=f"unset {variable}, or add {missing}",
            )
        here = here[part]
    if here is not None and not isinstance(here, dict):
        where = dotted(path[:-1])
        return Fault(
            wrong=f"cannot set {dotted(path)}: {where} in {source.name} is no mapping",
            remedy=f"indent `project: …` below {where}",
        )
    return None
