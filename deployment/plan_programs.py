"""The programs that a plan alone shows to be run beside Terraform: provisioners, providers, data out of a program.

Of none of them a plan has the version before. A provisioner counts where the plan makes something with it, a provider
as there before if the state has something of it, and a program that every plan starts is started by this one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from deployment.plan_expressions import mapping
from deployment.plan_modules import Modules, bare
from deployment.registries import short
from deployment.stack import Item
from deployment.values import Json

# What starts a program where it is read: https://registry.terraform.io/providers/hashicorp/external/latest/docs and
# https://registry.terraform.io/providers/hashicorp/local/latest/docs
STARTING = frozenset({"data.external", "data.local_command", "ephemeral.local_command"})
# What a provider starts to get its credentials: https://registry.terraform.io/providers/hashicorp/kubernetes/latest/docs
# has it at the top, the one of Helm one deeper.
_FOR_CREDENTIALS = ("exec", "kubernetes")
_BUILT_IN = "terraform.io/builtin/"


def with_provisioners(item: Item, entry: Json, modules: Modules) -> Item:
    """An item with the provisioners that its creation runs."""
    written = modules.written.get(bare(item.address))
    names = written.provisioners if written and "create" in entry["change"]["actions"] else ()
    return replace(item, values={**item.values, "provisioner": [{name: {}} for name in names]}) if names else item


def starts_program(item: Item) -> bool:
    """Whether reading it starts a program."""
    return item.type in STARTING


def providers(plan: Json) -> Iterator[tuple[Item, bool]]:
    """The providers of a plan's configuration, as a stack requires them, and whether the state has anything of each."""
    changes = plan.get("resource_changes") or []
    known = {str(entry.get("provider_name")) for entry in changes if entry["change"].get("before") is not None}
    for one in map(mapping, mapping(plan["configuration"].get("provider_config")).values()):
        source, given = str(one.get("full_name") or ""), mapping(one.get("expressions"))
        if source and not source.startswith(_BUILT_IN):
            values = {"source": source, **{name: given[name] for name in _FOR_CREDENTIALS if name in given}}
            yield Item(f"terraform.required_providers.{short(source)}", "constraint", values), source in known
