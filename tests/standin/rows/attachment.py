"""Rows of the rules of service attachments: a call that each refuses, and its words."""

from __future__ import annotations

from typing import Any

from standin.router import Answer
from tests.standin.conftest import CONSUMER, NETWORK, Api, Rows, attachment, good, link, second_rule, subnet


def _second_attachment(api: Api, **more: Any) -> Answer:
    good(api.insert("subnetworks", subnet("second-nat", "10.0.4.0/24", purpose="PRIVATE_SERVICE_CONNECT")))
    good(second_rule(api, portRange="81"))
    api.cloud.finish_all()
    own = {
        "targetService": link("forwardingRules", "second-rule"),
        "natSubnets": [link("subnetworks", "second-nat")],
    }
    return api.insert("serviceAttachments", attachment("second-attachment", **(own | more)))


def _patched(api: Api, **more: Any) -> Answer:
    return api.patch("serviceAttachments", "hello-service-attachment", more)


def _external_rule(api: Api) -> Answer:
    target = link("targetHttpProxies", "hello-http-proxy")
    good(api.insert("forwardingRules", {"name": "open", "portRange": "80", "target": target, "network": NETWORK}))
    api.cloud.finish_all()
    return _second_attachment(api, targetService=link("forwardingRules", "open"))


ROWS: Rows = {
    "an_attachment_publishes_an_internal_load_balancer": (_external_rule, "must be of an internal load balancer"),
    "a_rule_is_published_once": (
        lambda api: _second_attachment(api, targetService=link("forwardingRules", "hello-forwarding-rule")),
        "is used by the service attachment",
    ),
    "nat_subnets_are_for_private_service_connect": (
        lambda api: _second_attachment(api, natSubnets=[link("subnetworks", "producer-subnet")]),
        "The purpose must be PRIVATE_SERVICE_CONNECT",
    ),
    "a_nat_subnet_serves_one_attachment": (
        lambda api: _second_attachment(api, natSubnets=[link("subnetworks", "producer-psc-subnet")]),
        "is used by 'projects/producer-project/regions/asia-northeast1/serviceAttachments/hello-service-attachment'",
    ),
    "automatic_acceptance_has_no_lists": (
        lambda api: _patched(api, connectionPreference="ACCEPT_AUTOMATIC"),
        "must be empty with automatic acceptance",
    ),
    "lists_are_of_one_kind": (
        lambda api: _patched(api, consumerRejectLists=[link("networks", "other", CONSUMER, "global")]),
        "Must be all of one kind",
    ),
    "an_accepted_consumer_has_a_limit": (
        lambda api: _patched(api, consumerAcceptLists=[{"projectIdOrNum": CONSUMER}]),
        "Must be 1 or more",
    ),
    "an_endpoint_is_accepted_by_its_number": (
        lambda api: _patched(
            api, consumerAcceptLists=[{"endpointUrl": link("forwardingRules", "e", CONSUMER), "connectionLimit": 1}]
        ),
        "Must be an ID-based URL",
    ),
    "domains_are_verified": (lambda api: _second_attachment(api, domainNames=["p.example.com."]), "is not verified"),
    "domains_are_fixed": (lambda api: _patched(api, domainNames=["p.example.com."]), "cannot be updated"),
}
