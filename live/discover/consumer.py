"""A consumer's part of the configuration: network, endpoints, flow logs, and the VM to try them from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cloudrun_psc.rules import default_names
from live.discover.chain import Endpoint, Network, network
from live.discover.found import Discovery, Place, key_of
from live.discover.https import zone_of
from live.discover.vm import test_vm
from live.names import plain


@dataclass
class Consumer:
    """What stands in the project `place`. What is found is told to `found`. `hosts` are those of services, by key."""

    place: Place
    region: str
    found: Discovery
    hosts: Mapping[str, str] = field(default_factory=dict)

    def settings(self, there: list[Endpoint], services: Mapping[str, str]) -> dict[str, Any]:
        """The consumer's section; `services` are the keys of what its endpoints may point at, by link.

        Raises:
            AnswerError: for what may not be read.
        """
        made: dict[str, Any] = {"project": self.place.project}
        left = [f"the endpoint {one.name} is left as it is: {one.odd}" for one in there if one.odd]
        there = [one for one in there if not one.odd]
        if not there:
            self.found.unsaid += left or [f"{self.place.project}: there is no endpoint in {self.region}"]
            return made
        self.found.notes += left
        for one in there:
            if not one.address:
                self.found.unsaid.append(
                    f"the endpoint {one.name} has no reserved address; reserve it: gcloud compute addresses create "
                    f"{default_names.reserved_address(one.name)} --addresses={one.rule.get('IPAddress')} "
                    f"--region={self.region} --project={self.place.project} --subnet=SUBNET"
                )
        networks = sorted({plain(one.rule.get("network")) for one in there})
        subnets = sorted({plain(one.address.get("subnetwork")) for one in there if one.address})
        if len(networks) > 1 or len(subnets) > 1:
            here = ", ".join(networks if len(networks) > 1 else subnets)
            self.found.unsaid.append(f"the endpoints of {self.place.project} stand in more than one subnet: {here}")
        if subnets:
            made |= self._network(network(self.place.reader, networks[0]), subnets[0])
        made["endpoints"] = dict(self._endpoint(one, services) for one in there if one.address)
        return made

    def _network(self, there: Network, link: str) -> dict[str, Any]:
        own = there.link.split("/")[1] == self.place.project and there.only_has({link})
        if not own:
            self.found.notes.append(
                f"{there.link} belongs to others, or holds more than this deployment: it is used as it is"
            )
            return {"network": {"existing": there.link, "subnet": {"existing": link}}}
        subnet = there.subnet(link)
        logs = subnet.get("logConfig", {})
        told = {"sampling": logs.get("flowSampling"), "interval": logs.get("aggregationInterval"),
                "metadata": logs.get("metadata")}  # fmt: skip
        vm, notes = test_vm(self.place.reader, self.place.project, self.region, there, link)
        self.found.notes += notes
        return {
            "network": {
                "name": there.body["name"],
                "subnet": {"name": subnet["name"], "range": subnet["ipCidrRange"]},
            },
            "flow_logs": {key: value for key, value in told.items() if value is not None}
            if logs.get("enable")
            else {"enabled": False},
            "test_vm": vm,
        }

    def _endpoint(self, one: Endpoint, services: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
        service = services.get(one.attachment)
        made: dict[str, Any] = {"service": service} if service else {"service_attachment": one.attachment}
        made |= {"address": one.address["address"], "name": one.name, "address_name": one.address["name"]}
        if one.rule.get("allowPscGlobalAccess"):
            made["global_access"] = True
        if host := self.hosts.get(service or ""):
            network, address = plain(one.rule.get("network")), str(one.address["address"])
            zone, remark = zone_of(host, address, network, self.place.project, self.place.reader)
            made |= {"dns": {"zone": zone}} if zone else {}
            self.found.notes += [remark] if remark else []
        return key_of(one.name), made
