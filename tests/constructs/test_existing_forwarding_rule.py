"""ExistingForwardingRule: what a plan asks of a load balancer of others, and what is refused before."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from cdktf import TerraformStack

from cloudrun_psc import ExistingForwardingRule, PublishedService
from tests.conftest import Json

Resources = Callable[[], dict[str, Json]]
LINK = "projects/our-project/regions/europe-west1/forwardingRules/legacy"
NETWORK = "projects/net-host/global/networks/shared"
NAT = "projects/net-host/regions/europe-west1/subnetworks/psc-legacy"


def test_it_is_read_and_published_by_its_link(stack: TerraformStack, resources: Resources) -> None:
    full = f"https://www.googleapis.com/compute/v1/{LINK}"
    rule = ExistingForwardingRule(stack, "rule", forwarding_rule=full, port=443, address="legacy")
    PublishedService(
        stack, "legacy", project="our-project", region="europe-west1", name="legacy", target=rule, nat_subnets=[NAT],
        depends_on=[rule.data],
    )  # fmt: skip
    data = resources()["data.google_compute_forwarding_rule.legacy"]
    assert (data["project"], data["region"], data["name"]) == ("our-project", "europe-west1", "legacy")
    conditions = [each["condition"] for each in data["lifecycle"]["postcondition"]]
    assert any('"443-443"' in condition for condition in conditions)
    assert not any("network" in condition or "global" in condition for condition in conditions)
    attachment = resources()["google_compute_service_attachment.legacy"]
    assert attachment["target_service"] == LINK
    assert attachment["depends_on"] == ["data.google_compute_forwarding_rule.legacy"]


def test_a_network_and_global_access_are_asked_for_where_they_are_counted_on(
    stack: TerraformStack, resources: Resources
) -> None:
    ExistingForwardingRule(
        stack, "rule", forwarding_rule=LINK, port=80, network=NETWORK, global_access=True, address="legacy"
    )
    conditions = str(resources()["data.google_compute_forwarding_rule.legacy"]["lifecycle"]["postcondition"])
    assert f'endswith(self.network, "/{NETWORK}")' in conditions
    assert "self.allow_global_access" in conditions


def test_all_faults_come_at_once(stack: TerraformStack) -> None:
    with pytest.raises(ValueError, match="tried/rule") as refused:
        ExistingForwardingRule(stack, "rule", forwarding_rule="legacy", port=0, network="shared")
    for fault in ("'legacy' is not a forwarding rule", "0 is not a port", "'shared' is not a network"):
        assert fault in str(refused.value)
