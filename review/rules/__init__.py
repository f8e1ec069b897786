"""The policy rules, each a pure function over plain Terraform values: the same answer, whoever wrote the stack."""

from __future__ import annotations

from review.rules import cloud_run, connections, load_balancing, machines, networks, stacks
from review.rules.rule import Rule

RULES: tuple[Rule, ...] = (
    *cloud_run.RULES,
    *connections.RULES,
    *load_balancing.RULES,
    *networks.RULES,
    *machines.RULES,
    *stacks.RULES,
)
BY_ID = {rule.id: rule for rule in RULES}
