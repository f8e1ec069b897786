"""What is to be there, as the synthesized stacks say it: the subjects of facts, derived from items and their links."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from cloudrun_psc.rules.defaults import HTTP_PORT, HTTPS_PORT
from deployment.kinds.cloud_run import EXISTING_SERVICE, INVOKER, SERVICE
from deployment.kinds.dns import RECORD_SET
from deployment.kinds.forwarding_rule import FRONTEND, PSC_ENDPOINT
from deployment.kinds.instance import INSTANCE
from deployment.kinds.project import PROJECT_SERVICE
from deployment.kinds.service_attachment import SERVICE_ATTACHMENT
from deployment.references import is_expression, readable, referred, resolved
from deployment.stack import Item, Stack, blocks, texts
from live.expected_https import named, secured
from live.names import ids, linked, provider
from live.reader import Reader
from live.sides import Side
from live.subjects import ENTRIES, Apis, Connection, Endpoint, Expected, Proxies, Published
from stacks.contract import AUDIENCE, PORT, SELF_LINK, URL, outputs_read
from stacks.layout import PRODUCER


@dataclass(frozen=True, kw_only=True)
class Given:
    """What the configuration says of an endpoint by itself; the rest is its producer's to say."""

    port: int = 0
    url: str = ""
    host: str = ""


@dataclass(frozen=True, kw_only=True)
class Words:
    """What the stacks cannot say of the configuration, for texts.

    `keys` are its keys, by what Terraform addresses make of them; `given` is what it says of endpoints, by the stack
    and the address: consumer.psc_endpoint; `chosen` is what ./psc needs to take it, with a blank at its end.
    """

    keys: Mapping[str, str] = field(default_factory=dict)
    given: Mapping[str, Given] = field(default_factory=dict)
    chosen: str = ""

    def key(self, address: str) -> str:
        """The key of a service or endpoint, by the name in its Terraform address."""
        return self.keys.get(address, address)

    def deploy(self, stack: Stack) -> str:
        """The command that deploys a stack."""
        return f"./psc cdktf {self.chosen}deploy {stack.name}"


def expected(sides: Iterable[Side], words: Words) -> list[Expected]:
    """What the sides are to have made."""
    known = {side.stack.name: side for side in sides}
    projects = {side.project for side in known.values()}
    told = []
    for side in known.values():
        endpoints = tuple(_endpoints(side.stack, words))
        producer = known.get(PRODUCER)
        readers = {one.project: one.reader for one in known.values()}
        sources = tuple(_published(producer, words, readers)) if producer else ()
        told.append(
            Expected(
                side=side,
                apis=tuple(
                    one for one in _apis(side, words) if one.project == side.project or one.project not in projects
                ),
                proxies=tuple(_proxies(side, words)),
                published=sources if producer is side else (),
                endpoints=endpoints,
                names=tuple(named(side.stack, words.key, words.deploy(side.stack))),
                connections=tuple(
                    Connection(published=published, endpoint=endpoint, producer=producer)
                    for endpoint in endpoints
                    for published in sources
                    if producer and set(endpoint.attachments) & set(published.attachments)
                ),
            )
        )
    return told


def _apis(side: Side, words: Words) -> Iterator[Apis]:
    by_project: dict[str, list[str]] = {}
    for item in side.stack.of(PROJECT_SERVICE.type):
        project = str(resolved(item.values.get("project", side.project), side.stack))
        by_project.setdefault(project, []).append(str(item.values.get("service")))
    for project, names in by_project.items():
        yield Apis(project=project, names=tuple(sorted(set(names))), deploy=words.deploy(side.stack))


def _proxies(side: Side, words: Words) -> Iterator[Proxies]:
    stack, found = side.stack, dict[tuple[str, str], Proxies]()
    for item in stack.of(FRONTEND.type):
        if item.values.get("load_balancing_scheme") != "INTERNAL_MANAGED":
            continue
        region = str(item.values.get("region", side.region))
        for network in linked(item.values.get("network"), stack)[:1]:
            own = [one for one in stack.of("google_compute_subnetwork") if one.values.get("role") == "ACTIVE"]
            names = [id_ for one in own for id_ in ids(one, stack)]
            found[network, region] = Proxies(
                network=network, region=region, own=next(iter(names), ""), deploy=words.deploy(stack)
            )
    yield from found.values()


def _published(side: Side, words: Words, readers: Mapping[str, Reader]) -> Iterator[Published]:
    stack = side.stack
    others = [replace(other, others=stack.others) for other in stack.others.values()]  # each knows the others, too
    endpoints = [one for other in others for one in _endpoints(other, words)]
    for item in stack.of(SERVICE_ATTACHMENT.type):
        address = item.address.rpartition(".")[2]
        service = stack.items.get(f"{SERVICE.type}.{address}") or stack.items.get(f"{EXISTING_SERVICE.type}.{address}")
        attachments = ids(item, stack)
        yield Published(
            label=words.key(address),
            project=side.project,
            attachments=attachments,
            services=_service_ids(service, stack) if service else (),
            rules=linked(item.values.get("target_service"), stack),
            made=service is not None and service.is_resource,
            pipelines=service is None or not service.is_resource or "ignore_changes" in service.lifecycle,
            ingress=str(service.values.get("ingress", "")) if service else "",
            members=tuple(_members(service, stack)) if service else (),
            automatic=item.values.get("connection_preference") == "ACCEPT_AUTOMATIC",
            accept=dict(_accepted(item)),
            reject=tuple(str(one) for one in texts(item.values, "consumer_reject_lists")),
            endpoints=tuple(one for one in endpoints if set(one.attachments) & set(attachments)),
            consumers=frozenset(str(provider(other).get("project", "")) for other in _consumers(stack)),
            readers=readers,
            deploy=words.deploy(stack),
            stack=stack,
            https=secured(address, stack),
        )  # fmt: skip


def _consumers(stack: Stack) -> Iterator[Stack]:
    yield from (other for other in stack.others.values() if other.name != stack.name)


def _service_ids(service: Item, stack: Stack) -> tuple[str, ...]:
    """Also those of a service that exists, which is no resource that anybody would import."""
    if service.is_resource:
        return ids(service, stack)
    values = {"project": provider(stack).get("project"), **service.values}
    return (f"projects/{values['project']}/locations/{values.get('location')}/services/{values.get('name')}",)


def _members(service: Item, stack: Stack) -> Iterator[str]:
    for item in stack.of(INVOKER.type):
        name = item.values.get("name")
        of_it = service.address in {address for address, _ in referred(name)} or name == service.values.get("name")
        if of_it and item.values.get("role") == "roles/run.invoker":
            yield str(item.values.get("member"))


def _accepted(attachment: Item) -> Iterator[tuple[str, int]]:
    for entry in blocks(attachment.values, "consumer_accept_lists"):
        who = next((str(entry[key]) for key in ENTRIES if entry.get(key)), "")
        yield who, int(entry.get("connection_limit") or 1)


def _endpoints(stack: Stack, words: Words) -> Iterator[Endpoint]:
    vms = [id_ for item in stack.of(INSTANCE.type) for id_ in ids(item, stack)]
    for item in stack.of(PSC_ENDPOINT.type):
        if item.kind is not PSC_ENDPOINT:
            continue
        address = item.address.rpartition(".")[2]
        target = item.values.get("target")
        reserved = stack.items.get(next((one for one, _ in referred(item.values.get("ip_address"))), ""))
        place = reserved.values.get("address") if reserved else item.values.get("ip_address")
        given = words.given.get(f"{stack.name}.{address}", Given())
        audience, of_service = _audience(target, stack, by_host=bool(given.host))
        yield Endpoint(
            label=words.key(address),
            consumer=stack.name,
            project=str(item.values.get("project") or provider(stack).get("project", "")),
            ids=ids(item, stack),
            attachments=linked(target, stack),
            address="" if place is None or is_expression(place) else str(place),
            service=str(readable(target, stack)).rpartition("/")[2],
            deploy=words.deploy(stack),
            subnet=next(iter(linked(reserved.values.get("subnetwork"), stack)), "") if reserved else "",
            vm=next(iter(vms), ""),
            port=given.port or _port(target, stack, HTTPS_PORT if given.host else HTTP_PORT),
            host=given.host,
            named=f"{RECORD_SET.type}.{address}" in stack.items,
            audience=given.url or audience,
            services=of_service,
        )


def _port(target: object, stack: Stack, usual: int) -> int:
    """The port that the producer promises, where its stack is here; else the protocol's own."""
    promised = str(_promised(target, stack, PORT))
    return int(promised) if promised.isdigit() else usual


def _audience(target: object, stack: Stack, *, by_host: bool) -> tuple[str, tuple[str, ...]]:
    """The audience of an ID token for what an endpoint leads to, or the ids of the service whose URL it is."""
    promised = (_promised(target, stack, AUDIENCE) if by_host else None) or _promised(target, stack, URL)
    if not is_expression(promised):
        return str(promised or ""), ()
    producer = stack.others[PRODUCER]
    made_by = (producer.items[one] for one, _ in referred(promised) if one in producer.items)
    return "", next((_service_ids(one, producer) for one in made_by), ())


def _promised(target: object, stack: Stack, what: str) -> object:
    """The value of an output about the service that an endpoint points at; None where that stack is not here."""
    producer = stack.others.get(PRODUCER)
    for output in outputs_read(str(target)) if producer else ():
        item = producer.items.get(f"output.{output.removesuffix(SELF_LINK)}{what}") if producer else None
        if item:
            return item.values.get("value")
    return None
