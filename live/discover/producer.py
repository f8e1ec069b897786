"""The producer's part of the configuration: network, load balancers, services, and who may connect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Any

from cloudrun_psc.rules.content_names import leaves_room_for_a_range, range_name
from deployment.values import Json
from live.discover import cloud_run
from live.discover.chain import Network, Published, network
from live.discover.found import Discovery, Place
from live.facts.attachment import accepted
from live.names import plain

_INVOKER = "roles/run.invoker"
_EVERYBODY = ("allUsers", "allAuthenticatedUsers")


@dataclass
class Producer:
    """What stands in the project `place`; `consumers` are by their keys. What is found is told to `found`."""

    place: Place
    region: str
    consumers: Mapping[str, Place]
    found: Discovery

    def settings(self, chains: list[Published], keys: Mapping[str, str]) -> dict[str, Any]:
        """The section `producer`; `keys` are those that the attachments are to have.

        Raises:
            AnswerError: for what may not be read.
        """
        ours = [one for one in chains if not one.odd]
        networks = sorted({plain(one.rule.get("network")) for one in ours})
        subnets = sorted({plain(one.rule.get("subnetwork")) for one in ours})
        if len(networks) > 1 or len(subnets) > 1:
            here = ", ".join(networks if len(networks) > 1 else subnets)
            self.found.unsaid.append(f"the load balancers stand in more than one network or subnet: {here}")
        made: dict[str, Any] = {"project": self.place.project}
        nat = {one.name: [plain(link) for link in one.attachment.get("natSubnets", [])] for one in chains}
        own_nat = False
        if ours:
            there = network(self.place.reader, networks[0])
            made["network"], own_nat = self._network(
                there, subnets[0], [link for one in ours for link in nat[one.name]]
            )
        made["services"] = {
            keys[one.name]: self._service(one, keys[one.name], nat[one.name], own_nat=own_nat and not one.odd)
            for one in chains
        }
        return made

    def _network(self, there: Network, subnet: str, nat: list[str]) -> tuple[dict[str, Any], bool]:
        """The keys of the network; whether the NAT subnets are made with it."""
        proxies = [one for one in there.subnets if one.get("purpose") == "REGIONAL_MANAGED_PROXY"
                   and one.get("role") == "ACTIVE" and str(one.get("region")).endswith(self.region)]  # fmt: skip
        links = {subnet, *nat, *(plain(one["selfLink"]) for one in proxies)}
        logged = any(one.get("logConfig", {}).get("enable") for one in there.subnets)  # which no key of this side says
        own = there.link.split("/")[1] == self.place.project and len(proxies) == 1 and not logged
        if not own or not there.only_has(links):
            self.found.notes.append(
                f"{there.link} belongs to others, or holds more than this deployment: it is used as it is"
            )
            existing = {"load_balancer_subnet": {"existing": subnet}, "proxy_only_subnet": {"existing": True}}
            return {"existing": there.link, **existing}, False
        balancers, proxy = there.subnet(subnet), proxies[0]
        ranges = {one["name"]: str(one["ipCidrRange"]) for one in map(there.subnet, nat)}
        name = _nat_name(ranges)
        if not name and ranges:
            self.found.notes.append(
                f"{', '.join(ranges)}: not called by one name with their ranges behind it, so these NAT subnets are "
                f"only read; as long as they stand, a destroy stops at the network {there.body['name']}"
            )
        return {
            "name": there.body["name"],
            "load_balancer_subnet": {"name": balancers["name"], "range": balancers["ipCidrRange"]},
            "proxy_only_subnet": {"name": proxy["name"], "range": proxy["ipCidrRange"]},
            **({"nat_subnet_name": name} if name else {}),
        }, bool(name)

    def _service(self, one: Published, key: str, nat: list[str], *, own_nat: bool) -> dict[str, Any]:
        reader, attachment = self.place.reader, one.attachment
        made: dict[str, Any] = {}
        if one.odd:
            made |= self._balancer_of_others(one, key)
        else:
            made |= self._balancer(one)
            made |= self._cloud_run(one, key)
            if "run_service" in made:
                del made["names"]["service"]
        if own_nat:
            made["nat_ranges"] = [str((reader.at(link) or {}).get("ipCidrRange")) for link in nat]
        else:
            made["nat_subnets"] = nat
        made.setdefault("names", {})["service_attachment"] = one.name
        for odd in ("domainNames", "enableProxyProtocol"):
            if attachment.get(odd):
                self.found.unsaid.append(f"the service attachment {one.name} has {odd}")
        return made | self._admission(attachment)

    def _balancer(self, one: Published) -> dict[str, Any]:
        rule = one.rule
        proxies = {"https_proxy": one.proxy, "ssl_policy": one.policy} if one.https else {"http_proxy": one.proxy}
        parts = {
            "url_map": one.url_map, **proxies, "backend_service": one.backend,
            "network_endpoint_group": one.group, "forwarding_rule": rule,
        }  # fmt: skip
        made: dict[str, Any] = {
            "names": {"service": one.service, **{key: part["name"] for key, part in parts.items()}},
            **({"https": one.https} if one.https else {}),
            "port": int(str(rule.get("portRange", "80")).partition("-")[0]),
        }
        if (log := one.backend.get("logConfig", {})).get("enable"):
            made["request_log"] = True if log.get("sampleRate", 1) == 1 else {"sample": log["sampleRate"]}
        return made | ({"global_access": True} if rule.get("allowGlobalAccess") else {})

    def _balancer_of_others(self, one: Published, key: str) -> dict[str, Any]:
        rule, name = plain(one.rule.get("selfLink")), one.rule.get("name", "")
        service = self._read_service(one) if one.service else None
        uri = str((service or {}).get("uri", ""))
        if not rule or not uri:
            self.found.unsaid.append(
                " ".join(filter(None, ("the load balancer", name, "of", one.name)))
                + f": {one.odd}; and the audience that callers ask a token for is not known"
            )
            return {}
        self.found.notes.append(f"services.{key}: the load balancer {name} is published as it is: {one.odd}")
        ports = str(one.rule.get("portRange") or next(iter(one.rule.get("ports", [])), "80"))
        return {"forwarding_rule": rule, "url": uri, "port": int(ports.partition("-")[0])}

    def _read_service(self, one: Published) -> Json | None:
        name = f"projects/{self.place.project}/locations/{self.region}/services/{one.service}"
        return self.place.reader.get("run.projects.locations.services.get", name=name)

    def _cloud_run(self, one: Published, key: str) -> dict[str, Any]:
        service = self._read_service(one)
        if service is None:
            self.found.unsaid.append(
                f"the endpoint group {one.group.get('name')} leads to {one.service}, which is not there"
            )
            return {}
        invokers = self._invokers(str(service["name"]), key)
        if odd := cloud_run.unsaid(service):
            self.found.notes.append(
                f"services.{key}: the Cloud Run service {one.service} is taken as it is: no key says {', '.join(odd)}"
            )
            return {"run_service": one.service, "invokers": invokers}
        made = cloud_run.keys(service, self.place.number)
        own = f"https://{one.https.get('host')}"  # which goes without saying
        if others := [audience for audience in made.pop("audiences", []) if audience != own]:
            made["audiences"] = others
        return {**made, "invokers": invokers}

    def _invokers(self, service: str, key: str) -> list[str]:
        policy = self.place.reader.get("run.projects.locations.services.getIamPolicy", resource=service,
                                       **{"options.requestedPolicyVersion": 3}) or {}  # fmt: skip
        accounts = {f"{place.number}-compute@developer.gserviceaccount.com": one
                    for one, place in self.consumers.items() if place.number}  # fmt: skip
        invokers = []
        for binding in policy.get("bindings", []):
            members = binding.get("members", []) if binding.get("role") == _INVOKER else []
            for member in members:
                if member in _EVERYBODY or member.startswith("deleted:") or binding.get("condition"):
                    what = "under a condition" if binding.get("condition") else "which no key says"
                    self.found.notes.append(f"services.{key}: {member} may call, {what}; that stays as it is")
                else:
                    account = member.removeprefix("serviceAccount:")
                    invokers.append(accounts.get(account, account))
        return sorted(invokers)

    def _admission(self, attachment: Json) -> dict[str, Any]:
        made: dict[str, Any] = {}
        if attachment.get("connectionPreference") == "ACCEPT_AUTOMATIC":
            made["connection_preference"] = "ACCEPT_AUTOMATIC"
        else:
            made["accept"] = {self._who(who): limit for who, limit in accepted(attachment).items()}
        made["reject"] = [self._who(plain(one)) for one in attachment.get("consumerRejectLists", [])]
        if attachment.get("propagatedConnectionLimit") not in (None, 250):
            made["propagated_connection_limit"] = attachment["propagatedConnectionLimit"]
        made["description"] = attachment.get("description")
        return {key: value for key, value in made.items() if value not in (None, [], {}, "")}

    def _who(self, who: str) -> str:
        fitting = (key for key, one in self.consumers.items() if who in (one.project, one.number))
        return next(fitting, who)


def _nat_name(ranges: Mapping[str, str]) -> str:
    """The name by which all NAT subnets are called as ours are (docs/adr/0013); "" for none."""
    lowest = min(ranges, key=lambda name: IPv4Network(ranges[name]), default="")
    for name in (lowest, lowest.removesuffix(range_name("", ranges.get(lowest, ""), ""))):
        others = all(one == range_name(name, range_, "") for one, range_ in ranges.items() if one != lowest)
        called = lowest in (name, range_name(name, ranges.get(lowest, ""), ""))
        if name and others and called and leaves_room_for_a_range(name):
            return name
    return ""
