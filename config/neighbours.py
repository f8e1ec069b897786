"""What an environment shares with the others of its checkout: names that only one of them can have."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from config.rules.advice import EXAMPLE_PROJECTS
from config.rules.unique_names import shared
from config.settings import Settings


def notes(settings: Settings, others: Mapping[str, Settings]) -> Iterator[str]:
    """A note for each of the `others`, by file, and each project in which both would make the same resources."""
    for file, other in others.items():
        by_project: dict[str, list[str]] = defaultdict(list)
        for named in shared(settings, other):
            if named.project not in EXAMPLE_PROJECTS and named.name not in by_project[named.project]:
                by_project[named.project].append(named.name)
        for project, names in by_project.items():
            if names:
                yield (
                    f"{file} has the same names in project {project}: {', '.join(names)}. Whichever is deployed second "
                    "ends with 409; give one of the two a name_prefix, or a project of its own"
                )
