"""The subnets that an auto-mode network has without anyone creating them: one in each region.

Source of the ranges: https://cloud.google.com/vpc/docs/subnets#ip-ranges. A region that the table does not have gets
none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from standin import links
from standin.cloud import Cloud, Record
from standin.compute.identity import identity
from standin.compute.kind import KINDS
from standin.place import Place

# Region -> the second number of its subnet's address, 10.N.0.0/20.
_SECOND_OCTETS: Mapping[str, int] = {
    "asia-east1": 140,
    "asia-east2": 170,
    "asia-northeast1": 146,
    "asia-northeast2": 174,
    "asia-northeast3": 178,
    "asia-south1": 160,
    "asia-south2": 190,
    "asia-southeast1": 148,
    "asia-southeast2": 184,
    "australia-southeast1": 152,
    "australia-southeast2": 192,
    "europe-central2": 186,
    "europe-north1": 166,
    "europe-west1": 132,
    "europe-west2": 154,
    "europe-west3": 156,
    "europe-west4": 164,
    "europe-west6": 172,
    "europe-west8": 198,
    "europe-west9": 200,
    "northamerica-northeast1": 162,
    "northamerica-northeast2": 188,
    "southamerica-east1": 158,
    "southamerica-west1": 194,
    "us-central1": 128,
    "us-east1": 142,
    "us-east4": 150,
    "us-east5": 202,
    "us-south1": 206,
    "us-west1": 138,
    "us-west2": 168,
    "us-west3": 180,
    "us-west4": 182,
}


def ranges() -> Iterator[tuple[str, str]]:
    """Each region with the range of its subnet."""
    return ((region, f"10.{octet}.0.0/20") for region, octet in _SECOND_OCTETS.items())


def subnets_of(cloud: Cloud, network: Record) -> list[Record]:
    """The subnets that come and go with an auto-mode network; none once it is in custom mode."""
    if not network.body.get("autoCreateSubnetworks"):
        return []
    places = (f"projects/{network.project}/regions/{region}/subnetworks/{network.name}" for region, _ in ranges())
    present = (cloud.compute.get(path) for path in places)
    return [subnet for subnet in present if subnet and links.same(subnet.body["network"], network.path)]


def create_subnets(cloud: Cloud, network: Record) -> None:
    """Create the subnets of a new network, if it is in auto mode."""
    for region, range_ in ranges() if network.body.get("autoCreateSubnetworks") else ():
        place = Place(f"projects/{network.project}/regions/{region}/subnetworks/{network.name}")
        body = {"name": network.name, "network": links.full(network.path), "ipCidrRange": range_}
        KINDS["subnetworks"].complete(body)
        cloud.compute[place.path] = Record(place.path, body | identity(cloud, place))
