"""What the runbook is written from: the stacks of a bundle, the configuration, and where both came from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network
from pathlib import Path

from config.settings import ConsumerSettings, Settings
from deployment.kinds.service_attachment import SERVICE_ATTACHMENT
from deployment.values import Json, strings
from handover.endpoint_variables import HandedEndpoint
from handover.formats import Format
from handover.handed_stack import VERSIONS, HandedStack
from handover.source import BundleSource
from handover.value_tests import can_be_tried
from stacks import instructions
from stacks.contract import SELF_LINK
from stacks.layout import PRODUCER

_RANGE = re.compile(r"^\d+\.\d+\.\d+\.\d+/\d+$")


@dataclass(frozen=True, kw_only=True)
class Facts:
    """`stacks` in the order of their deployment; `links` maps each published service's address to its self link."""

    settings: Settings
    stacks: tuple[HandedStack, ...]
    links: dict[str, str]
    format: Format
    source: BundleSource
    program: str

    @property
    def producer(self) -> HandedStack | None:
        """The producer's stack, when it is in the bundle."""
        return next((stack for stack in self.stacks if stack.name == PRODUCER), None)

    @property
    def consumers(self) -> list[HandedStack]:
        """The others."""
        return [stack for stack in self.stacks if stack is not self.producer]

    @property
    def local(self) -> bool:
        """Whether the states are files."""
        return self.stacks[0].backend[0] == "local"

    @property
    def versions(self) -> dict[str, str]:
        """Terraform's (or OpenTofu's) and the provider's constraints."""
        terraform = self.stacks[0].files[VERSIONS]["terraform"]
        return {
            self.product: terraform["required_version"],
            "google provider": terraform["required_providers"]["google"]["version"],
        }

    @property
    def product(self) -> str:
        """What the program is called in a sentence."""
        return "OpenTofu" if self.program == "tofu" else "Terraform"

    @property
    def both(self) -> bool:
        """Whether there is a producer and somebody who reads its outputs."""
        return self.producer is not None and bool(self.consumers)

    def is_tested(self, stack: HandedStack) -> bool:
        """Whether it has tests of its values."""
        return bool(stack.variables) and can_be_tried(stack.content, self.program)

    def side(self, stack: HandedStack) -> ConsumerSettings:
        """A consumer's settings."""
        return self.settings.consumers[stack.name]

    @property
    def state_files(self) -> list[str]:
        """The names of the local states' files: the same in the checkout and in the bundle."""
        return [Path(stack.backend[1]["path"]).name for stack in self.stacks]

    def texts(self, stack: HandedStack, endpoint: HandedEndpoint) -> dict[str, str]:
        """The commands of steps 7 to 10 for an endpoint, with the present values filled in."""
        side = self.side(stack)
        configured = next(known for known in side.endpoints.values() if known.name == endpoint.name)
        link = configured.service_attachment or self.links[(configured.service or "").replace("-", "_")]
        texts = instructions.of(
            instructions.Endpoint(
                settings=self.settings, side=side, endpoint=configured, self_link=link, url="", port=""
            )
        )
        return {what: text for what, (text, _) in texts.items()}


def self_links(producer: Json | None) -> dict[str, str]:
    """Service's address → its attachment's self link as Google will spell it, from the producer's synthesized stack."""
    attachments = (producer or {}).get("resource", {}).get(SERVICE_ATTACHMENT.type, {})
    return {
        address: f"https://www.googleapis.com/compute/v1/projects/{attachment['project']}/regions/{attachment['region']}"
        f"/serviceAttachments/{attachment['name']}"
        for address, attachment in attachments.items()
    }


def promises(producer: Json | None) -> Json:
    """What is known of the producer's outputs before it is deployed: self links, regions, ports."""
    links = self_links(producer)
    known: Json = {}
    for name, output in (producer or {}).get("output", {}).items():
        value = output["value"]
        if name.endswith(f"_{SELF_LINK}"):
            known[name] = links[name.removesuffix(f"_{SELF_LINK}")]
        elif not (isinstance(value, str) and "${" in value):
            known[name] = value
    return known


def in_order(stacks: Iterable[HandedStack], *verbs: str) -> Iterator[str]:
    """Terraform's commands, stack after stack."""
    for stack in stacks:
        for verb in verbs:
            yield f"terraform -chdir={stack.name} {verb}"


def free_range(stack: HandedStack, like: str) -> str:
    """A range as large as `like`, behind it, that none of the stack overlaps, for showing how one is added."""
    taken = [IPv4Network(found) for text in strings(stack.synthesized) for found in _RANGE.findall(text)]
    candidate = IPv4Network(like)
    while any(candidate.overlaps(one) for one in taken):
        candidate = IPv4Network((int(candidate.broadcast_address) + 1, candidate.prefixlen))
    return str(candidate)


def another_address(stack: HandedStack, endpoint: HandedEndpoint) -> str:
    """A free address of the endpoint's subnet, for showing how it is moved."""
    network, taken = IPv4Network(endpoint.range), {lifted.ip.value for lifted in stack.endpoints}
    free = (str(network[index]) for index in range(6, network.num_addresses - 2))
    return next((candidate for candidate in free if candidate not in taken), str(network[2]))
