"""The VM from which an endpoint is tried, and the firewall rule that lets one into it."""

from __future__ import annotations

import re
from typing import Any

from cloudrun_psc.rules import defaults
from deployment.values import Json
from live.discover.chain import Network
from live.names import plain
from live.reader import Reader

# Identity-Aware Proxy's range: https://cloud.google.com/iap/docs/using-tcp-forwarding.
_IAP = "35.235.240.0/20"
_FAMILY = re.compile(r"projects/([\w-]+)/(?:global/images/family|zones/-/imageFamilyViews)/([\w-]+)")
_SHORT = re.compile(r"(?:https://.*/v1/)?([\w-]+)/([\w-]+)")


def test_vm(
    reader: Reader, project: str, region: str, network: Network, subnet: str
) -> tuple[dict[str, Any], list[str]]:
    """The keys of the one VM in a subnet of ours, with remarks on what is left as it is.

    Raises:
        AnswerError: for what may not be read.
    """
    rules = [
        one
        for one in reader.pages("compute.firewalls.list", "items", project=project)
        if plain(one.get("network")) == network.link and one.get("sourceRanges") == [_IAP] and _ssh(one)
    ]
    vms = [
        one
        for zone in (f"{region}-{letter}" for letter in "abcdf")
        for one in reader.pages("compute.instances.list", "items", project=project, zone=zone)
        if [plain(nic.get("subnetwork")) for nic in one.get("networkInterfaces", [])] == [subnet]
    ]
    if len(vms) != 1 or len(rules) != 1:
        there = [f"the VM {one['name']}" for one in vms] + [f"the firewall rule {one['name']}" for one in rules]
        return {"enabled": False}, [f"{one} is left as it is" for one in there]
    vm, rule = vms[0], rules[0]
    if any(nic.get("accessConfigs") for nic in vm["networkInterfaces"]):
        return {"enabled": False}, [
            f"the VM {vm['name']} has an external address, which no key says: it is left as it is"
        ]
    return {
        "name": vm["name"],
        "zone": plain(vm.get("zone")).rpartition("/")[2],
        "machine_type": plain(vm.get("machineType")).rpartition("/")[2],
        "image": _image(vm, reader),
        "firewall_name": rule["name"],
    }, []


def _ssh(rule: Json) -> bool:
    return rule.get("direction", "INGRESS") == "INGRESS" and rule.get("allowed") == [
        {"IPProtocol": "tcp", "ports": ["22"]}
    ]


def _image(vm: Json, reader: Reader) -> str:
    """The boot disk's image: a family where it is known, which the provider takes for any of its images."""
    boot: Json = next((one for one in vm.get("disks", []) if one.get("boot")), {})
    disk = reader.at(plain(boot.get("source"))) if boot.get("source") else None
    image = plain((disk or {}).get("sourceImage"))
    if family := _FAMILY.fullmatch(image) or _SHORT.fullmatch(image):
        return f"{family[1]}/{family[2]}"
    project, _, name = defaults.DISK_IMAGE.partition("/")
    if re.match(rf"projects/{project}/global/images/{name}-", image):
        return defaults.DISK_IMAGE
    return image or defaults.DISK_IMAGE
