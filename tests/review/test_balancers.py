"""What load balancers lead to: a service from the internet, and attachments through network endpoint groups."""

from __future__ import annotations

from typing import Any

import pytest

from review.topics import CUT, EXPOSED, REACH
from tests.review.stacks import PRODUCER, Json, edited, reported

COMPUTE = "resource/google_compute"
ATTACHMENT = "https://www.googleapis.com/compute/v1/projects/other/regions/us-east1/serviceAttachments/stock"
SERVERLESS: Json = {"name": "out", "network_endpoint_type": "SERVERLESS", "cloud_run": [{"service": "shop-service"}]}
PSC: Json = {"name": "out", "network_endpoint_type": "PRIVATE_SERVICE_CONNECT", "psc_target_service": ATTACHMENT}
INGRESS = "resource/google_cloud_run_v2_service/shop/ingress"
CALLER = "resource/google_cloud_run_v2_service_iam_member/caller/member"


def behind(group: Json, *, scheme: Any = "EXTERNAL_MANAGED", of: str = "global_", iap: bool = False) -> Json:
    """The producer with a load balancer more, whose URL map names the group's backend service in a path rule."""
    region = "region_" if of == "" else ""
    map_ = {"default_service": "elsewhere", "path_matcher": [{"path_rule": [
        {"paths": ["/*"], "service": f"${{google_compute_{region}backend_service.out.id}}"}]}]}  # fmt: skip
    backend: Json = {"backend": [{"group": "${google_compute_region_network_endpoint_group.out.id}"}]}
    made = {
        "region_network_endpoint_group": group,
        f"{region}backend_service": backend | ({"iap": [{"enabled": True}]} if iap else {}),
        f"{region}url_map": map_,
        f"{region}target_https_proxy": {"url_map": f"${{google_compute_{region}url_map.out.id}}"},
        f"{of}forwarding_rule": {"name": "front", "load_balancing_scheme": scheme, "network": "n",
                                 "target": f"${{google_compute_{region}target_https_proxy.out.id}}"},
    }  # fmt: skip
    content = edited(PRODUCER, INGRESS, "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER")
    for kind, values in made.items():
        content = edited(content, f"{COMPUTE}_{kind}/out", values)
    return content


OPEN = edited(PRODUCER, INGRESS, "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER")
PUBLIC = edited(behind(SERVERLESS), CALLER, "allUsers")
TOLD: list[tuple[Json, Json, str, str]] = [
    (OPEN, behind(SERVERLESS), EXPOSED, "The internet reaches shop-service through the load balancer front."),
    (OPEN, behind(SERVERLESS, scheme="EXTERNAL"), EXPOSED, "The internet reaches shop-service"),
    (OPEN, behind(SERVERLESS, scheme=None), EXPOSED, "The internet reaches shop-service"),
    (OPEN, behind(SERVERLESS, of=""), EXPOSED, "The internet reaches shop-service"),
    (OPEN, behind(SERVERLESS, iap=True), EXPOSED, "Whoever Identity-Aware Proxy lets in reaches shop-service"),
    (OPEN, behind(SERVERLESS | {"cloud_run": [{"url_mask": "<service>.x.test"}]}), EXPOSED, "<service>.x.test"),
    (behind(SERVERLESS), OPEN, CUT, "shop-service is no longer reached through front."),
    (OPEN, behind(PSC), EXPOSED, "The internet reaches stock in other through the load balancer front."),
    (OPEN, behind(PSC, of="", scheme="INTERNAL_MANAGED"), REACH, "VMs in n reach stock in other through the load bal"),
    (OPEN, edited(OPEN, f"{COMPUTE}_region_network_endpoint_group/out", PSC), REACH,
     "Whoever reaches a load balancer with the endpoint group out reaches stock in other."),
    (OPEN, PUBLIC, EXPOSED, "shop-service is public without any login"),
    (behind(SERVERLESS), PUBLIC, EXPOSED, "shop-service is public without any login"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "topic", "words"), TOLD)
def test_what_is_newly_behind_a_load_balancer(before: Json, after: Json, topic: str, words: str) -> None:
    said = [(one.topic, str(one.sentence)) for one in reported(before, after).decisions]
    assert any(topic == its and words.lower() in sentence.lower() for its, sentence in said), said


@pytest.mark.parametrize("after", [
    behind(SERVERLESS, scheme="INTERNAL_MANAGED", of=""),
    behind(PSC | {"psc_target_service": "us-east1-cloudkms.googleapis.com"}),
    edited(behind(SERVERLESS), INGRESS, "INGRESS_TRAFFIC_INTERNAL_ONLY"),
])  # fmt: skip
def test_what_lets_nobody_in_is_no_way(after: Json) -> None:
    before = edited(OPEN, INGRESS, after["resource"]["google_cloud_run_v2_service"]["shop"]["ingress"])
    said = [str(one.sentence) for one in reported(before, after).decisions]
    assert not [one for one in said if "reach" in one], said


def test_a_call_is_said_to_come_through_what_it_comes_through() -> None:
    """An endpoint where an attachment publishes the service, else what its ingress takes."""
    other = edited(PRODUCER, CALLER, "user:a@b.test")
    alone = {name: values for name, values in PRODUCER["resource"].items() if "service_attachment" not in name}
    apart, open_ = {**PRODUCER, "resource": alone}, edited(PRODUCER, INGRESS, "INGRESS_TRAFFIC_ALL")
    for before, after, words in (
        (PRODUCER, other, "may call shop-service (a request still has to come through an accepted endpoint)."),
        (apart, edited(apart, CALLER, "user:a@b.test"), "may call shop-service (its ingress takes internal requests"),
        (open_, edited(open_, CALLER, "user:a@b.test"), "may call shop-service."),
        (OPEN, edited(OPEN, CALLER, "user:a@b.test"), "(a request still has to come through a load balancer)."),
    ):
        said = [str(one.sentence) for one in reported(before, after).decisions]
        assert any(words in one for one in said), said


def test_what_nobody_can_follow_may_lead_to_a_service() -> None:
    """Through a local or a dynamic block, which no plan shows: it is neither overlooked nor said to be certain."""
    after = edited(behind(SERVERLESS), f"{COMPUTE}_target_https_proxy/out/url_map", "${local.url_map}")
    said = [str(one.sentence) for one in reported(OPEN, edited(after, CALLER, "allUsers")).decisions]
    assert (
        "The internet may reach shop-service: what is behind the load balancer front is not known before the apply."
        in said
    )
    assert not any("public without" in one for one in said)
    redirect = {"default_url_redirect": {"https_redirect": True}}
    said = [
        str(one.sentence)
        for one in reported(OPEN, edited(behind(SERVERLESS), f"{COMPUTE}_url_map/out", redirect)).decisions
    ]
    assert not any("reach" in one for one in said), said
