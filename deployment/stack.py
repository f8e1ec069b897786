"""One stack as a review sees it: everything in it that has an address, with plain values, wherever they come from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from deployment.kinds import ENDPOINTS, kind_of
from deployment.kinds.kind import Kind
from deployment.values import Json
from stacks.layout import label


class _Unknown:
    """What a plan calls "known after apply"."""

    def __repr__(self) -> str:
        return "(known after apply)"


UNKNOWN = _Unknown()
# A `removed` block that runs programs when Terraform destroys what it names.
REMOVED = "removed"
_NO_RESOURCES = frozenset(
    {"output", "provider", "backend", "constraint", "lock", "check", "variable", "module", "local", "terraform", "file",
     REMOVED}
)  # fmt: skip


# The sections of Terraform JSON that hold blocks by type and name, with what stands in front of a type there.
SECTIONS = {"": "resource", "data.": "data", "ephemeral.": "ephemeral"}


def manages(type_: str) -> bool:
    """Whether Terraform manages items of a type, rather than reads or evaluates them."""
    return type_ not in _NO_RESOURCES and not reads(type_)


def reads(type_: str) -> bool:
    """Whether items of a type are read anew at each plan: data sources, and what no state keeps."""
    return type_.startswith(("data.", "ephemeral."))


@dataclass(frozen=True)
class Item:
    """Something with an address: a resource, a data source, an output, a provider, the backend and so on.

    `type` is a resource's type (`data.TYPE` of a data source, `ephemeral.TYPE` of what no state keeps), else `output`,
    `provider`, `backend`, `constraint`, `lock`, `check` and so on, or `file` for what else Terraform would read.
    `values` are attributes as Terraform has them; hidden ones are wrapped, unknown ones `UNKNOWN`.
    """

    address: str
    type: str
    values: Json = field(repr=False)

    @cached_property
    def kind(self) -> Kind | None:
        """What is known of its kind; None where nothing is."""
        return kind_of(self.type, self.values)

    @property
    def is_psc_endpoint(self) -> bool:
        """Whether it is a PSC endpoint for a published service."""
        return self.kind in ENDPOINTS

    @property
    def lifecycle(self) -> Json:
        """Its lifecycle block, which only synthesized stacks have."""
        return next(iter(blocks(self.values, "lifecycle")), {})

    @property
    def is_resource(self) -> bool:
        """Whether Terraform manages it."""
        return manages(self.type)


@dataclass(frozen=True, eq=False)
class Stack:
    """A stack's items by address. `environment` is "" for stacks that no configuration of ours made.

    `none` is what the code describes and makes nothing of (`count = 0`), which are no items. `left` are those that
    Terraform forgets without destroying anything.
    `moved` maps former addresses to present ones; `written` is false for what a plan says instead of the code. `others`
    are the stacks that are deployed with it, by name: their outputs are what its remote states hold. `numbers` maps
    project numbers to ids, where they are known.
    """

    environment: str
    name: str
    items: Mapping[str, Item] = field(repr=False)
    moved: Mapping[str, str] = field(default_factory=dict)
    written: bool = True
    others: Mapping[str, Stack] = field(default_factory=dict, repr=False, compare=False)
    numbers: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)
    none: Mapping[str, Item] = field(default_factory=dict, repr=False, compare=False)
    left: frozenset[str] = frozenset()

    def of(self, *types: str) -> Iterator[Item]:
        """The items of some types, by type and address."""
        return (item for type_ in types for item in self._by_type.get(type_, ()))

    @cached_property
    def described(self) -> Mapping[str, Item]:
        """Its items, and what the code makes nothing of."""
        return {**self.items, **self.none}

    def called(self, type_: str, name: str) -> Item | None:
        """The first item of a type with a literal name."""
        return self._by_name.get((type_, name))

    def linked(self, link: str) -> Item | None:
        """The item that a link of Google's leads to, where a state knows it."""
        return self._by_link.get(_path(link))

    @cached_property
    def _by_type(self) -> Mapping[str, list[Item]]:
        by_type: dict[str, list[Item]] = {}
        for item in self.items.values():
            by_type.setdefault(item.type, []).append(item)
        return by_type

    @cached_property
    def _by_name(self) -> Mapping[tuple[str, str], Item]:
        by_name: dict[tuple[str, str], Item] = {}
        for item in self.items.values():
            name = item.values.get("name")
            if isinstance(name, str):
                by_name.setdefault((item.type, name), item)
        return by_name

    @cached_property
    def _by_link(self) -> Mapping[str, Item]:
        links = ((item.values.get(name), item) for item in self.items.values() for name in ("id", "self_link"))
        return {_path(link): item for link, item in links if isinstance(link, str) and "/" in link}

    @property
    def label(self) -> str:
        """ENVIRONMENT/STACK, or the stack alone in the environment `default`."""
        return label(self.environment, self.name)


def _path(link: str) -> str:
    """A link without what stands in front of the project."""
    return link[link.find("projects/") :] if "projects/" in link else link


def provider_project(content: Mapping[str, Any]) -> str:
    """The project of what says none, in a stack's Terraform JSON."""
    return next((str(block.get("project", "")) for block in blocks(content.get("provider", {}), "google")), "")


def blocks(values: Mapping[str, Any], name: str) -> list[Json]:
    """The blocks of a name: Terraform JSON has one as a mapping or a list, state always has a list."""
    value = values.get(name)
    return [block for block in (value if isinstance(value, list) else [value]) if isinstance(block, dict)]


def single(values: Mapping[str, Any], name: str) -> Any:
    """An attribute that is one plain value; a list or mapping in its place is not known to mean anything."""
    value = values.get(name)
    return UNKNOWN if isinstance(value, (list, dict)) else value


def texts(values: Mapping[str, Any], name: str) -> list[Any]:
    """The entries of a list attribute; a single value counts as a list of one."""
    value = values.get(name)
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]
