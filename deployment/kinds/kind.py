"""What there is to say of a kind of resource or data source; every part is to be said, if only as NONE."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from deployment.values import Json

# Said on purpose: there is nothing of this sort to say of the kind.
NONE: Final = ""
# A key of Terraform JSON that is a map. A key that holds a mapping of keys is a block, all others are attributes.
MAP: Final = "map"
Keys: TypeAlias = Mapping[str, "Keys | str"]

# What a role can be granted on.
PROJECT = "the project"
SERVICE_IDENTITY = "the service account that the service runs as"
IMAGE_REPOSITORY = "the container image's repository, or its project"
VM_IDENTITY = "the service account that the VM runs as"
BUCKET = "the state bucket"
SECRET = "the secret"  # noqa: S105
SUBNET = "the subnet"
IMPERSONATED = "the impersonated service account"

# The ways in that a kind can open; review/ways_in.py finds out who comes in by them.
ACCEPT, BALANCER, CALL, ENDPOINT, EXTERNAL, FIREWALL, INGRESS, PORT = WAYS_IN = (
    "accept", "balancer", "call", "endpoint", "external", "firewall", "ingress", "port"
)  # fmt: skip

REPLACED = "{address} ({name}) {surely} replaced ({why})."
_ANY: Final = object()


@dataclass(frozen=True, kw_only=True)
class Grant:
    """A predefined role (roles/…) or a single permission, what it is granted on, and why it is needed."""

    name: str
    why: str
    on: str = PROJECT


@dataclass(frozen=True, kw_only=True)
class Noteworthy:
    """Why an attribute is as it is: one text for HCL comments, review rules and docs/known-traps.md.

    `seen` says in which versions, and how, that was learned. `when` is the value that it is said of; any by default.
    """

    why: str
    seen: str
    when: Any = _ANY

    def applies(self, value: Any) -> bool:
        """Whether there is something to say of this value."""
        return self.when is _ANY or (type(self.when) is type(value) and self.when == value)


def _always(values: Json) -> bool:
    del values
    return True


def _never(path: str, before: Any, after: Any, values: Json) -> bool:
    del path, before, after, values
    return False


def within(path: str, paths: tuple[str, ...]) -> bool:
    """Whether a dotted path is one of `paths`, or lies below one."""
    return any(path == one or path.startswith(f"{one}.") for one in paths)


@dataclass(frozen=True, kw_only=True, eq=False)
class Kind:
    """A Terraform type (`data.TYPE` of a data source), or that part of its resources which `fits` says true to.

    `variant` tells the parts of a type apart. `called` is what people call one, and `drawn` whether pictures show it.
    `collection` is its part in Google's links, `import_id` what `terraform import` wants, attributes in braces.
    `comment` stands above it in HCL: a text, or what makes one of its values. `keys` are its blocks and maps.
    `forcing` are the attributes, or dotted paths, that the provider cannot change in place. `in_place` tells of a
    change of one, by its path, its two values and the resource's, whether the provider can all the same. `fixed` are
    attributes that the provider sends as an update although Google is not known to change them, and `uncleared` those
    that it does not send once they are taken out, so that Google keeps them. `unordered` are the dotted paths of lists
    whose order means nothing: sets, if only of other versions of the provider.
    `grants` are the roles that its deployer needs. `way_in` is the way into the service that it opens.

    `replaced` and `destroyed` tell a reviewer what that means: the first a sentence, in which {surely} is "is" or "must
    be" and {meanwhile} what requests meet until it is over, the second what follows on "is removed" (a text, or what
    makes one of its values); with a colon in front it tells of a loss.

    `ours` is false for what the stacks never hold and reviews of other people's stacks know.
    """

    type: str
    called: str
    drawn: bool
    collection: str
    import_id: str
    comment: str | Callable[[Json], str]
    keys: Keys
    forcing: tuple[str, ...]
    grants: tuple[Grant, ...]
    way_in: str
    replaced: str
    destroyed: str | Callable[[Json], str]
    noteworthy: Mapping[str, Noteworthy]
    in_place: Callable[[str, Any, Any, Json], bool] = _never
    fixed: tuple[str, ...] = ()
    uncleared: tuple[str, ...] = ()
    unordered: tuple[str, ...] = ()
    variant: str = ""
    fits: Callable[[Json], bool] = _always
    ours: bool = True

    @property
    def label(self) -> str:
        """The type, with the variant where there is one."""
        return f"{self.type} ({self.variant})" if self.variant else self.type

    def commented(self, values: Json) -> str:
        """The comment for a resource with these values."""
        return self.comment if isinstance(self.comment, str) else self.comment(values)

    def lost(self, values: Json) -> str:
        """What its destruction means, with these values."""
        return self.destroyed if isinstance(self.destroyed, str) else self.destroyed(values)

    def why(self, path: str, value: Any) -> str:
        """Why the attribute at a dotted path has this value; "" where that needs no words."""
        noteworthy = self.noteworthy.get(path)
        return noteworthy.why if noteworthy and noteworthy.applies(value) else ""


def data_source(type_: str, called: str, grants: tuple[Grant, ...], keys: Keys | None = None) -> Kind:
    """A kind that is only read: no picture shows it, no change of it means anything, and nobody imports it."""
    return Kind(
        type=f"data.{type_}",
        called=called,
        drawn=False,
        collection=NONE,
        import_id=NONE,
        comment=NONE,
        keys=keys or {},
        forcing=(),
        grants=grants,
        way_in=NONE,
        replaced=NONE,
        destroyed=NONE,
        noteworthy={},
    )


# What networking and load balancing resources need.
NETWORK_ADMIN = Grant(name="roles/compute.networkAdmin", why="creates, changes and deletes networking resources")
LOAD_BALANCER_ADMIN = Grant(
    name="roles/compute.loadBalancerAdmin", why="creates, changes and deletes load balancers' parts"
)
IN_PROJECT = "projects/{project}/regions/{region}"
EVERYWHERE = ("name", "project", "region", "zone", "location")
