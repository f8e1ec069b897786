"""Names that change with what they name, so that a replacement can stand before the original is gone.

Google Cloud refuses two resources of one name, and refuses to delete what is in use. A resource that must be replaced
while in use therefore needs a new name for its new content. The content of the reference deployment keeps the plain
name, and so does whatever is deployed first where somebody chose the name (docs/adr/0013).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from cloudrun_psc.rules import defaults
from cloudrun_psc.rules.faults import Fault, shown

# 6 hexadecimal digits: two contents of one resource collide once in 16 million edits.
_DIGITS = 6
LONGEST_BASE = 63 - 1 - _DIGITS
_LONGEST_BEFORE_A_RANGE = 63 - len("-255-255-255-255-32")


def content_name(name: str, content: Mapping[str, object], plain: Mapping[str, object]) -> str:
    """`name` itself while `content` equals `plain`, else with a short hash of the content at its end."""
    if content == plain:
        return name
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return f"{name}-{hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]}"


def rule_content(
    port: int, address: str | None, subnet: str, *, global_access: bool, https: bool
) -> dict[str, str | int | bool | None]:
    """What cannot be edited in place of a load balancer's rule; Google re-points it to a proxy of its own kind only."""
    content: dict[str, str | int | bool | None] = {"port": port, "address": address, "subnet": subnet}
    return content | ({"global_access": True} if global_access else {}) | ({"protocol": "HTTPS"} if https else {})


def forwarding_rule_name(name: str, content: Mapping[str, object]) -> str:
    """The name of a load balancer's rule of `rule_content`: with a hash of that, unless it is the default."""
    plain = {"port": defaults.HTTP_PORT, "address": None, "subnet": defaults.LOAD_BALANCER_SUBNET.range}
    return content_name(name, content, plain)


def endpoint_group_name(name: str, service: str, plain_service: str) -> str:
    """The name of a serverless NEG: a hash of its service, unless that has the name made of its key."""
    return content_name(name, {"service": service}, {"service": plain_service})


def range_name(name: str, range_: str, plain: str) -> str:
    """`name` itself for the range `plain`, else with the range at its end: producer-subnet-10-0-4-0-24."""
    return name if range_ == plain else f"{name}-{range_.replace('.', '-').replace('/', '-')}"


def leaves_room_for_a_range(name: str) -> bool:
    """Whether a range can be added later, which a name that is taken as it stands must leave room for."""
    return len(name) <= _LONGEST_BEFORE_A_RANGE


def free_name(name: str, later: str, *, taken: str) -> str:
    """`name` as it stands unless the expression `taken` says that it is in use: a first deployment has it."""
    return f'${{{taken} ? "{later}" : "{name}"}}'


def base_name(value: str) -> Fault | None:
    """A name that leaves room for the hash of a later edit; a name is never cut."""
    if len(value) <= LONGEST_BASE:
        return None
    return Fault(
        wrong=f"{shown(value)} has {len(value)} characters",
        allowed=f"at most {LONGEST_BASE}: a later edit adds a hash to it",
        remedy="shorten it",
    )


def shared_address_name(rule: str, address: str) -> str:
    """The name of the reserved address of a forwarding rule whose address is fixed: hello-forwarding-rule-10-0-1-9."""
    return f"{rule}-{address.replace('.', '-')}"


def grown_name(value: str, because: str) -> Fault | None:
    """A name that became longer than it was written: it must still be one that Google takes (63 characters)."""
    if len(value) <= 63:
        return None
    return Fault(
        wrong=f"{because} it becomes {shown(value, 100)}, {len(value)} characters",
        allowed="at most 63",
        remedy="shorten it",
    )
