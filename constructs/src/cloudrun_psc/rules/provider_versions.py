"""Which versions of the google provider a constraint admits, for what the provider can do only since a version.

Versions are those of the provider's CHANGELOG.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

Version = tuple[int, int, int]
# Logging ends with its block; before, the provider leaves it on (#22289).
FLOW_LOGS_END: Version = (7, 0, 0)


@dataclass(frozen=True)
class NewerField:
    """An attribute or block of a resource that the bindings of provider 6.50 lack, and the first provider that has it.

    Constructs set it by an override of this name; an older provider calls it unsupported at plan.
    """

    name: str
    since: Version

    @property
    def needed(self) -> str:
        """The first version, as a constraint names it: 7.24."""
        return ".".join(map(str, self.since[:2]))


# Of google_network_management_vpc_flow_logs_config (#24896).
SUBNETS_LOGGED = NewerField("subnet", (7, 10, 0))
# Of google_cloud_run_v2_service (#24602).
DEFAULT_URI_DISABLED = NewerField("default_uri_disabled", (7, 7, 0))
# Of google_compute_service_attachment: entries with `endpoint_url` (#26434).
ENDPOINTS_ACCEPTED = NewerField("consumer_accept_lists", (7, 24, 0))
# Of google_certificate_manager_certificate, in self_managed.
WRITE_ONLY_KEY = NewerField("pem_private_key_wo", (7, 45, 0))

_CLAUSE = re.compile(r"(~>|>=|<=|!=|=|>|<)? ?([0-9.]+)")


def admits_older(constraint: str, version: Version) -> bool:
    """Whether Terraform could take a provider older than `version`."""
    lowest = _lowest(constraint)
    return lowest is not None and lowest < version


def admits_any(constraint: str) -> bool:
    """Whether there can be a version that a constraint admits."""
    return _lowest(constraint) is not None


def _lowest(constraint: str) -> Version | None:
    """The lowest version that a constraint admits; None where it admits none.

    It is 0.0.0, a version that the constraint names, or the next one after such a version.
    """
    clauses = [(match[1] or "=", match[2]) for match in _CLAUSE.finditer(constraint)]
    named = [_version(text) for _, text in clauses]
    nearby = {(0, 0, 0), *named, *((major, minor, patch + 1) for major, minor, patch in named)}
    return min((one for one in nearby if all(_admits(*clause, one) for clause in clauses)), default=None)


def _admits(operator: str, text: str, version: Version) -> bool:
    """Terraform's rules: https://developer.hashicorp.com/terraform/language/expressions/version-constraints."""
    bound = _version(text)
    if operator == "~>":  # only the last part that is written may be higher; Terraform reads ~> 7 as ~> 7.0
        fixed = max(text.count("."), 1)
        return version >= bound and version[:fixed] == bound[:fixed]
    return {
        "=": version == bound,
        "!=": version != bound,
        ">": version > bound,
        ">=": version >= bound,
        "<": version < bound,
        "<=": version <= bound,
    }[operator]


def _version(text: str) -> Version:
    major, minor, patch = [*map(int, text.split(".")), 0, 0][:3]
    return major, minor, patch
