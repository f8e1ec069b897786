"""Rules of firewall policies in the words of google_compute_firewall, so that one judgement holds for both.

https://cloud.google.com/firewall/docs/firewall-policies-rule-details
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from deployment.kinds.firewall import POLICY_RULES, WITH_RULES
from deployment.references import is_open
from deployment.values import Json
from review.raw_blocks import blocks_of, listed

# What a source of the whole internet is called that is given by its country or by a list of Google's.
FROM_INTERNET = "the internet: "
# A source that is limited to these comes from no address of the internet, whatever its range.
_INSIDE = frozenset({"INTRA_VPC", "NON_INTERNET", "VPC_NETWORKS"})
# What becomes of traffic that a rule applies to; what inspects it may let it through.
_ACTIONS = {"allow": "allow", "apply_security_profile_group": "allow", "deny": "deny", "goto_next": "goto_next"}
_TARGETS = ("target_service_accounts", "target_resources")


def as_firewall_rules(type_: str, values: Any) -> Iterator[Json]:
    """The values of each rule of an item as a google_compute_firewall has them; of that itself its own."""
    if type_ in WITH_RULES:
        for rule in blocks_of(values, "rule"):
            policy = {"firewall_policy": values.get("name") or values.get("short_name") or ""}
            priority = rule.get("priority") if isinstance(rule, dict) else None
            yield {"name": f"priority {priority}"} | _translated(rule) | policy
    elif type_ in POLICY_RULES:
        yield _translated(values)
    else:
        yield values


def _translated(rule: Any) -> Json:
    if not isinstance(rule, dict):
        return {"name": rule, "allow": [rule], "source_ranges": [rule]}
    matches = [inner for match in blocks_of(rule, "match") for inner in _configured(match)]
    action, outcome = rule.get("action"), _ACTIONS.get(str(rule.get("action")))
    through = [block for match in matches for block in _through(match)]
    # Of an action that nobody can tell it may let in.
    decides = {outcome: through} if outcome else {"allow": [action]} if is_open(action) else {}
    tags = _named(rule, "target_secure_tags", "target_secure_tag")
    name = {"name": rule["rule_name"]} if rule.get("rule_name") else {}
    given = {key: rule.get(key) for key in ("direction", "disabled", "priority", *_TARGETS)}
    limits = {
        "firewall_policy": rule.get("firewall_policy") or rule.get("policy_id") or "",
        "source_ranges": [range_ for match in matches for range_ in _ranges(match)],
        "destination_ranges": [one for match in matches for one in _many(match, "dest_ip_ranges")],
        "source_address_groups": [one for match in matches for one in _many(match, "src_address_groups")],
        "source_tags": [tag for match in matches for tag in _named(match, "src_secure_tags", "src_secure_tag")],
        "target_tags": [*tags, *_many(rule, "target_forwarding_rules")],
    }
    return {**name, **given, **limits, **decides}


def _configured(match: Any) -> list[Any]:
    """What a rule matches, which organization security policies have one level deeper."""
    return blocks_of(match, "config") or [match] if isinstance(match, dict) else [match]


def _through(match: Any) -> Iterator[Any]:
    if not isinstance(match, dict):
        yield match
        return
    for name in ("layer4_configs", "layer4_config"):
        for one in blocks_of(match, name):
            yield {"protocol": one.get("ip_protocol"), "ports": one.get("ports")} if isinstance(one, dict) else one


def _ranges(match: Any) -> Iterator[Any]:
    """The ranges of a source, those of the inside with what they are limited to, and countries, lists and names."""
    if not isinstance(match, dict):
        yield match
        return
    scope = str(match.get("src_network_context") or match.get("src_network_scope") or "")
    networks = ", ".join(str(one).rpartition("/")[2] for one in _many(match, "src_networks"))
    for range_ in _many(match, "src_ip_ranges"):
        inside = scope in _INSIDE and not is_open(range_)
        yield f"{range_} of {networks or scope}" if inside else range_
    for name in ("src_region_codes", "src_threat_intelligences"):
        for one in _many(match, name):
            yield one if is_open(one) else f"{FROM_INTERNET}{one}"
    yield from _many(match, "src_fqdns")


def _named(values: Any, *names: str) -> list[Any]:
    """The names of secure tags."""
    found = (one for name in names for one in blocks_of(values, name)) if isinstance(values, dict) else ()
    return [one.get("name") if isinstance(one, dict) else one for one in found]


def _many(values: Any, name: str) -> list[Any]:
    return listed(values.get(name)) if isinstance(values, dict) else []
