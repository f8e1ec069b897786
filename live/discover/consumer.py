"""A consumer's part of the configuration: network, endpoints, flow logs, and the VM to try them from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cloudrun_psc.rules import default_names
from live.discover.chain import Endpoint, Network, network
from live.discover.found import Discovery, Place, key_of
from live.discover.vm import test_vm
from live.names import plain


@dataclass
class Consumer:
    """What stands in the project `place`. What is found is told to `found`."""

    place: Place
    region: str
    found: Discovery

    def settings(self, there: list[Endpoint], services: Mapping[str, str]) -> dict[str, Any]:
        """The consumer's section; `services` are the keys of what its endpoints may point at, by link.

        Raises:
            AnswerError: for what may not be read.
        """
        made: dict[str, Any] = {"project": self.place.project}
        if not there:
            self.found.unsaid.append(f"{self.place.project}: there is no endpoint in {self.region}")
            return made
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
            self.found.notes.append(f"{there.link} is of others, or holds more than this: it is taken as it is")
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
        return key_of(one.name), made
