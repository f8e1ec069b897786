"""Readable Terraform addresses without a hash, and never two resources under one.

cdktf derives an address from the construct's path and appends a hash as soon as the construct is nested; moving a
construct would then destroy and create again what it stands for. Here the address is chosen: it is a promise.
"""

from __future__ import annotations

import re
from weakref import WeakKeyDictionary

from cdktf import TerraformElement, TerraformStack

from cloudrun_psc.rules.terraform_names import address_name
from constructs import Construct, IConstruct

_claimed: WeakKeyDictionary[TerraformStack, dict[str, TerraformElement]] = WeakKeyDictionary()


def default_address(scope: IConstruct) -> str:
    """The address of a construct to which none was given: its path below the stack."""
    stack = TerraformStack.of(scope)
    below = scope.node.path.removeprefix(stack.node.path)
    return address_name(below)


def claim(element: TerraformElement, type_: str, name: str) -> str:
    """Give `element` the address `type_`.`name` and return it.

    Raises:
        ValueError: when another element of the stack has that address already.
    """
    taken = _claimed.setdefault(TerraformStack.of(element), {})
    address = f"{type_}.{name}"
    if address in taken:
        raise ValueError(
            f"{element.node.path}: the Terraform address {address} is taken by {taken[address].node.path}; "
            "give one of the two another key or `address`"
        )
    taken[address] = element  # and not its path: asking for that is two calls to the kernel
    element.override_logical_id(name)
    return address


def resource_address(scope: Construct, address: str | None) -> str:
    """The `address` that a construct was given, or its default.

    Raises:
        ValueError: when the address is not a Terraform name.
    """
    if address is None:
        return default_address(scope)
    if not re.fullmatch(r"[a-z_][a-z0-9_]*", address):
        raise ValueError(
            f"{scope.node.path}: address {address!r} is not a Terraform name; allowed: lower-case letters, digits and _"
        )
    return address


def claimed(stack: TerraformStack) -> list[str]:
    """Every address that was claimed in `stack` so far, in order."""
    return list(_claimed.get(stack, {}))


def holder(scope: IConstruct, address: str) -> TerraformElement | None:
    """What has an address of the scope's stack, if anything."""
    return _claimed.get(TerraformStack.of(scope), {}).get(address)
