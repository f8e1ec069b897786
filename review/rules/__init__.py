"""The policy rules, each a pure function over plain Terraform values: the same answer, whoever wrote the stack."""

from __future__ import annotations

from review.rules import (
    access,
    changes,
    cloud_run,
    connected_networks,
    connections,
    firewall,
    https,
    load_balancing,
    machines,
    networks,
    stacks,
)
from review.rules.rule import Rule

_MODULES = (
    cloud_run, connections, https, load_balancing, firewall, networks, connected_networks, machines, access, stacks,
    changes,
)  # fmt: skip
RULES = tuple(rule for module in _MODULES for rule in vars(module).values() if isinstance(rule, Rule))
BY_ID = {rule.id: rule for rule in RULES}
