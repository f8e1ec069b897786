"""All rules between settings, one after the other."""

from __future__ import annotations

from collections.abc import Iterator

from config.rules import addresses, admission, consistency, derived_names, existing, https, services, unique_names
from config.rules.finding import Finding
from config.settings import Settings

_RULES = (consistency, existing, https, addresses, admission, services, unique_names, derived_names)


def findings(settings: Settings) -> Iterator[Finding]:
    """All that is wrong between the settings, by rule and in the file's order."""
    return (finding for rule in _RULES for finding in rule.findings(settings))
