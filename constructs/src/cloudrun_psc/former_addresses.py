"""Addresses that earlier versions gave to what has another one now: Terraform moves it instead of replacing it."""

from __future__ import annotations

from itertools import pairwise
from weakref import WeakKeyDictionary

from cdktf import TerraformElement, TerraformStack

from cloudrun_psc.addresses import claimed
from constructs import Construct

# Addresses that are let go of, and of each address what those who want it once had for themselves.
_left: WeakKeyDictionary[TerraformStack, set[str]] = WeakKeyDictionary()
_former: WeakKeyDictionary[TerraformStack, dict[str, set[frozenset[str]]]] = WeakKeyDictionary()


def formerly(element: TerraformElement, address: str, *names: str) -> None:
    """Remember under which names of its type an earlier version had what is at `address` now."""
    type_ = address.rpartition(".")[0]
    former = frozenset(f"{type_}.{name}" for name in names) - {address}
    if former:
        _former.setdefault(TerraformStack.of(element), {}).setdefault(address, set()).add(former)


def leave(element: Construct, address: str) -> None:
    """Have Terraform let go of what an earlier version may have made at `address`, without destroying it."""
    _left.setdefault(TerraformStack.of(element), set()).add(address)


def moved_blocks(stack: TerraformStack) -> list[dict[str, str]]:
    """The `moved` blocks of a stack, for `stack.add_override("moved", …)`.

    Terraform wants one `from` and one `to` of each address, so those of one resource are a chain.
    """
    blocks = []
    for address, former in _of(stack).items():
        chain = [*sorted(frozenset().union(*former)), address]
        blocks += [{"from": one, "to": other} for one, other in pairwise(chain)]
    return blocks


def removed_blocks(stack: TerraformStack) -> list[dict[str, object]]:
    """The `removed` blocks of a stack (Terraform 1.7), for `stack.add_override("removed", …)`.

    Where more than one wanted a grant, more than one address of it may be deployed, and only one can be moved.
    Terraform forgets the others: destroying them would take the grant from everyone. So it does with what was `leave`d.
    """
    several = [former for former in _of(stack).values() if len(former) > 1]
    left = _left.get(stack, set()) - frozenset(claimed(stack))
    addresses = sorted(left.union(*(one for former in several for one in former)))
    return [{"from": address, "lifecycle": {"destroy": False}} for address in addresses]


def _of(stack: TerraformStack) -> dict[str, list[frozenset[str]]]:
    """Without those that something else has now."""
    taken = frozenset(claimed(stack))
    left = {address: [one - taken for one in former] for address, former in sorted(_former.get(stack, {}).items())}
    return {address: [one for one in former if one] for address, former in left.items() if any(former)}
