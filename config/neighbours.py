"""What an environment shares with the others of its checkout: names that only one of them can have, and grants."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from config.accounts import runner
from config.rules.advice import EXAMPLE_PROJECTS
from config.rules.finding import services_of
from config.rules.unique_names import shared
from config.settings import Settings


def notes(settings: Settings, others: Mapping[str, Settings]) -> Iterator[str]:
    """A note for each of the `others`, by file: each project in which both make the same, each secret both let read."""
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
        for secret, account in sorted(_grants(settings) & _grants(other)):
            yield (
                f"{file} lets {account} read {secret}, too. Google keeps one grant for both: the environment that "
                "drops it first takes it from the other until that one is deployed again; give the services of one "
                "environment another account"
            )


def _grants(settings: Settings) -> set[tuple[str, str]]:
    """Secrets with who may read them, as far as example projects are not concerned."""
    project = settings.producer.project if settings.producer else ""
    return {
        (reference.secret if "/" in reference.secret else f"projects/{project}/secrets/{reference.secret}", account)
        for _, _, service in services_of(settings)
        for reference in (*service.secrets.values(), *service.secret_files.values())
        if project not in EXAMPLE_PROJECTS
        for account in [runner(settings, service).member or f"the default Compute Engine account of {project}"]
    }
