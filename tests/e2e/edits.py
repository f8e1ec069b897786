"""The edits of a live deployment, one row each: what is edited, and what it must end as."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from tests.e2e.live import CONSUMER, PRODUCER, Outcome

Config = dict[str, Any]
Holds = Callable[[Outcome], object]
HELLO = "producer.services.hello"
TEST_CONSUMER = "consumers.consumer"
ENDPOINT = f"{TEST_CONSUMER}.endpoints.psc-endpoint"
# A service's resources in the producer's stack; {} is its key.
SERVICE = (
    "google_cloud_run_v2_service.{0} google_compute_forwarding_rule.{0} google_compute_region_backend_service.{0} "
    "google_compute_region_network_endpoint_group.{0} google_compute_region_target_http_proxy.{0} "
    "google_compute_region_url_map.{0} google_compute_service_attachment.{0} terraform_data.{0}_forwarding_rule_name "
    "terraform_data.{0}_settings"
)
KEPT = {"psc-endpoint": "kept"}
PAIR_KEPT = {"psc-endpoint": "kept", "to-second": "kept", "other-endpoint": "kept"}


@dataclass(frozen=True, kw_only=True)
class Edit:
    """One row. Keys of `put` and `drop` are paths of configuration keys; `put` is done last.

    `changes` is everything that the plans do, by stack and action; spaces stand between addresses.
    `connections` is what becomes of each endpoint's; `holds` looks into the cloud afterwards; `refused` is a sentence
    with which a plan refuses, nothing being touched. `before` is put into the base first, in a deployment of its own.
    """

    name: str
    put: Mapping[str, Any] = field(default_factory=dict)
    drop: tuple[str, ...] = ()
    base: str = "default"
    before: Mapping[str, Any] = field(default_factory=dict)
    changes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    connections: Mapping[str, str] = field(default_factory=lambda: KEPT)
    holds: Holds = field(default=lambda _outcome: True)
    refused: str = ""


def edited(config: Config, put: Mapping[str, Any], drop: tuple[str, ...] = ()) -> Config:
    """A configuration with other values."""
    changed = deepcopy(config)
    for path in drop:
        *above, key = path.split(".")
        del _at(changed, above)[key]
    for path, value in put.items():
        *above, key = path.split(".")
        _at(changed, above)[key] = deepcopy(value)
    return changed


def _at(config: Config, path: list[str]) -> Config:
    for key in path:
        config = config.setdefault(key, {})
    return config


def _attachment(outcome: Outcome) -> Mapping[str, Any]:
    return outcome.named("serviceAttachments", "hello-service-attachment")


def _limits(outcome: Outcome) -> dict[str, int]:
    return {one["projectIdOrNum"]: one["connectionLimit"] for one in _attachment(outcome)["consumerAcceptLists"]}


def _service(outcome: Outcome, name: str = "hello-service") -> Mapping[str, Any]:
    return outcome.named("services", name)


def _callers(outcome: Outcome, name: str = "hello-service") -> list[str]:
    path = f"run/projects/{PRODUCER}/locations/asia-northeast1/services/{name}"
    return [
        member
        for binding in outcome.cloud["policies"].get(path, {}).get("bindings", [])
        if binding["role"] == "roles/run.invoker"
        for member in binding["members"]
    ]


def _container(outcome: Outcome) -> Mapping[str, Any]:
    found: Mapping[str, Any] = _service(outcome)["template"]["containers"][0]
    return found


def _log(outcome: Outcome) -> Mapping[str, Any]:
    found: Mapping[str, Any] = outcome.named("backendServices", "hello-backend-service", PRODUCER)["logConfig"]
    return found


def _rules(outcome: Outcome) -> list[Mapping[str, Any]]:
    """The producer's forwarding rules."""
    return [
        body
        for path, body in outcome.cloud["compute"].items()
        if path.startswith(f"projects/{PRODUCER}/") and "/forwardingRules/" in path
    ]


def _subnet(outcome: Outcome) -> Mapping[str, Any]:
    return outcome.named("subnetworks", "consumer-subnet", CONSUMER)


def _attachment_updated(**more: str) -> Mapping[str, Mapping[str, str]]:
    return {"producer": {"updated": "google_compute_service_attachment.hello"} | more}


def _consumer(**actions: str) -> Mapping[str, Mapping[str, str]]:
    return {"consumer": actions}


def _producer(**actions: str) -> Mapping[str, Mapping[str, str]]:
    return {"producer": actions}


_OTHERS_CALL = "google_cloud_run_v2_service_iam_member.hello_example_other_project_compute"
_RULE = "google_compute_forwarding_rule.hello"
_RECORD = "terraform_data.hello_forwarding_rule_name"
_ENDPOINT_REPLACED = "google_compute_address.psc_endpoint google_compute_forwarding_rule.psc_endpoint"
_SUBNET = "google_compute_subnetwork.subnet"
_CONSUMERS_OWN = (
    "google_compute_address.other_endpoint google_compute_forwarding_rule.other_endpoint "
    "terraform_data.other_endpoint_target google_compute_firewall.test_vm_iap_ssh google_compute_instance.test_vm "
    "google_compute_network.network google_compute_subnetwork.subnet google_project_service.compute "
    "google_project_service.iap terraform_data.first_deployment"
)
_VM = "google_compute_firewall.test_vm_iap_ssh google_compute_instance.test_vm"

EDITS = (
    Edit(
        name="connection limit raised",
        put={f"{HELLO}.accept": {"consumer": 20}},
        changes=_attachment_updated(),
        holds=lambda o: _limits(o) == {CONSUMER: 20},
    ),
    Edit(
        name="connection limit lowered",
        put={f"{HELLO}.accept": {"consumer": 1}},
        changes=_attachment_updated(),
        holds=lambda o: _limits(o) == {CONSUMER: 1},
    ),
    Edit(
        name="description",
        put={f"{HELLO}.description": "Greets"},
        changes=_attachment_updated(),
        holds=lambda o: _attachment(o)["description"] == "Greets",
    ),
    Edit(
        name="labels",
        put={"labels": {"team": "greeters"}},
        changes={
            "producer": {"updated": f"google_cloud_run_v2_service.hello {_RULE}"},
            "consumer": {"updated": f"{_ENDPOINT_REPLACED} google_compute_instance.test_vm"},
        },
        holds=lambda o: _service(o)["labels"]["team"] == "greeters",
    ),
    Edit(
        name="consumer accepted",
        put={f"{HELLO}.accept": {"consumer": 10, "partner-project": 3}},
        changes=_attachment_updated(),
        holds=lambda o: _limits(o) == {CONSUMER: 10, "partner-project": 3},
    ),
    Edit(
        name="consumer taken off the accept list",
        base="pair",
        put={f"{HELLO}.accept": {"consumer": 10}, "consumers.other.endpoints": {}},
        changes={
            "producer": {
                "updated": "google_compute_service_attachment.hello",
                "destroyed": f"{_OTHERS_CALL} google_project_service.other_compute",
            },
            "other": {
                "destroyed": "google_compute_address.other_endpoint google_compute_forwarding_rule.other_endpoint "
                "terraform_data.other_endpoint_target"
            },
        },
        connections=PAIR_KEPT | {"other-endpoint": "removed"},
        holds=lambda o: _limits(o) == {CONSUMER: 10},
    ),
    Edit(
        name="image, environment, scaling and CPU",
        put={
            f"{HELLO}.image": "us-docker.pkg.dev/cloudrun/container/hello:2",
            f"{HELLO}.env": {"GREETING": "hi"},
            f"{HELLO}.scaling": {"max_instances": 3},
            f"{HELLO}.cpu": "2",
        },
        changes=_producer(updated="google_cloud_run_v2_service.hello terraform_data.hello_settings"),
        holds=lambda o: (
            _container(o)["env"] == [{"name": "GREETING", "value": "hi"}]
            and _container(o)["resources"]["limits"] == {"cpu": "2", "memory": "512Mi"}
            and _container(o)["resources"]["cpuIdle"]
        ),
    ),
    Edit(
        name="requests logged",
        put={f"{HELLO}.request_log": {"sample": 0.5}},
        changes=_producer(updated="google_compute_region_backend_service.hello"),
        holds=lambda o: _log(o) == {"enable": True, "sampleRate": 0.5},
    ),
    Edit(
        name="requests logged no more",
        before={f"{HELLO}.request_log": True},
        put={f"{HELLO}.request_log": False},
        changes=_producer(updated="google_compute_region_backend_service.hello"),
        holds=lambda o: not _log(o)["enable"],
    ),
    Edit(
        name="Cloud Run service renamed",
        put={f"{HELLO}.names": {"service": "greeter"}},
        changes=_producer(
            replaced="google_cloud_run_v2_service.hello "
            "google_cloud_run_v2_service_iam_member.hello_example_consumer_project_compute "
            "google_compute_region_network_endpoint_group.hello",
            updated="google_compute_region_backend_service.hello",
        ),
        holds=lambda o: _callers(o, "greeter") and not _service(o),
    ),
    Edit(
        name="invokers",
        put={f"{HELLO}.invokers": ["consumer", f"batch@{CONSUMER}.iam.gserviceaccount.com"]},
        changes=_producer(
            created="google_cloud_run_v2_service_iam_member.hello_batch_example_consumer_project_iam_gserviceaccount_com"
        ),
        holds=lambda o: len(_callers(o)) == 2,
    ),
    Edit(
        name="service account",
        put={f"{HELLO}.service_account": f"runner@{PRODUCER}.iam.gserviceaccount.com"},
        changes=_producer(updated="google_cloud_run_v2_service.hello terraform_data.hello_settings"),
        holds=lambda o: _service(o)["template"]["serviceAccount"].startswith("runner@"),
    ),
    Edit(
        name="load balancer's port",
        put={f"{HELLO}.port": 8080},
        changes=_attachment_updated(replaced=_RULE),
        holds=lambda o: [rule["portRange"] for rule in _rules(o)] == ["8080-8080"],
    ),
    Edit(
        name="load balancer's address fixed",
        put={f"{HELLO}.address": "10.0.1.9"},
        changes=_attachment_updated(replaced=f"{_RULE} {_RECORD}", created="google_compute_address.hello"),
        holds=lambda o: [rule["IPAddress"] for rule in _rules(o)] == ["10.0.1.9"],
    ),
    Edit(
        name="load balancer's fixed address moved",
        before={f"{HELLO}.address": "10.0.1.9"},
        put={f"{HELLO}.address": "10.0.1.10"},
        changes=_attachment_updated(replaced=f"google_compute_address.hello {_RULE} {_RECORD}"),
        holds=lambda o: [rule["IPAddress"] for rule in _rules(o)] == ["10.0.1.10"],
    ),
    Edit(
        name="load balancer's address freed",
        before={f"{HELLO}.address": "10.0.1.9"},
        drop=(f"{HELLO}.address",),
        changes=_attachment_updated(replaced=f"{_RULE} {_RECORD}", destroyed="google_compute_address.hello"),
        holds=lambda o: [rule["name"] for rule in _rules(o)] == ["hello-forwarding-rule"],
    ),
    Edit(
        name="port behind a fixed address",
        before={f"{HELLO}.address": "10.0.1.9"},
        put={f"{HELLO}.port": 8080},
        changes=_attachment_updated(replaced=_RULE),
        holds=lambda o: [rule["IPAddress"] for rule in _rules(o)] == ["10.0.1.9"],
    ),
    Edit(
        name="forwarding rule with a fixed address renamed",
        before={f"{HELLO}.address": "10.0.1.9"},
        put={f"{HELLO}.names": {"forwarding_rule": "other-rule"}},
        refused="cannot be renamed from hello-forwarding-rule to other-rule while its address is fixed",
    ),
    Edit(
        name="load balancer's range moved",
        put={"producer.network.load_balancer_subnet": {"range": "10.0.9.0/24"}},
        changes=_attachment_updated(replaced=f"{_RULE} google_compute_subnetwork.load_balancer"),
        holds=lambda o: [rule["IPAddress"].rpartition(".")[0] for rule in _rules(o)] == ["10.0.9"],
    ),
    Edit(
        name="load balancer's range widened",
        put={"producer.network.load_balancer_subnet": {"range": "10.0.0.0/23"}},
        changes=_producer(updated="google_compute_subnetwork.load_balancer"),
    ),
    Edit(
        name="load balancer's range narrowed",
        put={"producer.network.load_balancer_subnet": {"range": "10.0.1.0/25"}},
        refused="The range of the load balancer's subnet cannot become 10.0.1.0/25",
    ),
    Edit(
        name="NAT range narrowed",
        put={f"{HELLO}.nat_ranges": ["10.0.3.0/25"]},
        refused="A NAT range of hello cannot become 10.0.3.0/25",
    ),
    Edit(
        name="proxy-only range",
        put={"producer.network.proxy_only_subnet": {"range": "10.0.12.0/24"}},
        refused="The range of the proxy-only subnet cannot change from 10.0.2.0/24 to 10.0.12.0/24",
    ),
    Edit(
        name="region",
        put={"region": "europe-west1"},
        refused="The region cannot change from asia-northeast1 to europe-west1",
    ),
    Edit(
        name="name prefix",
        put={"name_prefix": "staging"},
        refused="The name of the producer's network cannot change from producer-vpc to staging-producer-vpc",
    ),
    Edit(
        name="forwarding rule renamed",
        put={f"{HELLO}.names": {"forwarding_rule": "other-rule"}},
        changes={
            "producer": {
                "replaced": _RULE,
                "updated": "google_compute_service_attachment.hello terraform_data.hello_forwarding_rule_name",
            }
        },
        holds=lambda o: [rule["name"] for rule in _rules(o)] == ["other-rule"],
    ),
    Edit(
        name="second NAT range",
        put={f"{HELLO}.nat_ranges": ["10.0.3.0/24", "10.0.4.0/24"]},
        changes=_attachment_updated(created="google_compute_subnetwork.hello_nat_10_0_4_0_24"),
        holds=lambda o: len(_attachment(o)["natSubnets"]) == 2,
    ),
    Edit(
        name="first NAT range taken away",
        before={f"{HELLO}.nat_ranges": ["10.0.3.0/24", "10.0.4.0/24"]},
        put={f"{HELLO}.nat_ranges": ["10.0.4.0/24"]},
        changes=_attachment_updated(destroyed="google_compute_subnetwork.hello_nat_10_0_3_0_24"),
        holds=lambda o: len(_attachment(o)["natSubnets"]) == 1,
    ),
    Edit(
        name="NAT range swapped",
        put={f"{HELLO}.nat_ranges": ["10.0.4.0/24"]},
        changes=_attachment_updated(
            created="google_compute_subnetwork.hello_nat_10_0_4_0_24",
            destroyed="google_compute_subnetwork.hello_nat_10_0_3_0_24",
        ),
    ),
    Edit(
        name="backend service, URL map, proxy and NEG renamed",
        put={
            f"{HELLO}.names": {
                "backend_service": "other-backend",
                "url_map": "other-map",
                "http_proxy": "other-proxy",
                "network_endpoint_group": "other-neg",
            }
        },
        changes=_producer(
            updated=_RULE,
            replaced="google_compute_region_backend_service.hello google_compute_region_network_endpoint_group.hello "
            "google_compute_region_target_http_proxy.hello google_compute_region_url_map.hello",
            created="terraform_data.hello_first_service",
        ),
    ),
    Edit(
        name="endpoint's address",
        put={f"{ENDPOINT}.address": "10.1.0.9"},
        changes=_consumer(replaced=_ENDPOINT_REPLACED),
        connections={"psc-endpoint": "restored"},
        holds=lambda o: o.named("forwardingRules", "psc-endpoint", CONSUMER)["IPAddress"] == "10.1.0.9",
    ),
    Edit(
        name="endpoint renamed",
        put={f"{ENDPOINT}.name": "other-endpoint"},
        changes=_consumer(replaced=_ENDPOINT_REPLACED),
        connections={"other-endpoint": "restored"},
    ),
    Edit(
        name="endpoint re-pointed",
        base="pair",
        put={f"{ENDPOINT}.service": "second"},
        changes={
            "producer": {
                "destroyed": "google_cloud_run_v2_service_iam_member.hello_example_consumer_project_compute",
                "updated": "google_compute_service_attachment.hello",
            },
            "consumer": {
                "replaced": "google_compute_forwarding_rule.psc_endpoint",
                "updated": "terraform_data.psc_endpoint_target",
            },
        },
        connections=PAIR_KEPT | {"psc-endpoint": "restored"},
        holds=lambda o: len(_attachment(o)["connectedEndpoints"]) == 1,
    ),
    Edit(
        name="service added",
        put={"producer.services.second": {"nat_ranges": ["10.0.8.0/24"]}},
        changes=_producer(created=f"{SERVICE.format('second')} google_compute_subnetwork.second_nat_10_0_8_0_24"),
    ),
    Edit(
        name="service removed with its endpoint",
        base="pair",
        drop=("producer.services.second", f"{TEST_CONSUMER}.endpoints.to-second"),
        changes={
            "producer": {
                "destroyed": f"{SERVICE.format('second')} google_compute_subnetwork.second_nat_10_0_8_0_24 "
                "google_cloud_run_v2_service_iam_member.second_example_consumer_project_compute"
            },
            "consumer": {
                "destroyed": "google_compute_address.to_second google_compute_forwarding_rule.to_second "
                "terraform_data.to_second_target"
            },
        },
        connections=PAIR_KEPT | {"to-second": "removed"},
    ),
    Edit(
        name="service's key renamed",
        drop=(HELLO,),
        put={"producer.services.greeter": {"former_key": "hello"}, f"{ENDPOINT}.service": "greeter"},
        changes=_producer(
            moved=f"{SERVICE.format('greeter')} google_compute_subnetwork.greeter_nat_10_0_3_0_24 "
            "google_cloud_run_v2_service_iam_member.greeter_example_consumer_project_compute"
        ),
        holds=_service,
    ),
    Edit(
        name="service's key renamed, former key not named",
        drop=(HELLO,),
        # Another NAT range: two subnets cannot have one range at the same time.
        put={"producer.services.greeter": {"nat_ranges": ["10.0.4.0/24"]}, f"{ENDPOINT}.service": "greeter"},
        changes={
            "producer": {
                "created": f"{SERVICE.format('greeter')} google_compute_subnetwork.greeter_nat_10_0_4_0_24 "
                "google_cloud_run_v2_service_iam_member.greeter_example_consumer_project_compute",
                "destroyed": f"{SERVICE.format('hello')} google_compute_subnetwork.hello_nat_10_0_3_0_24 "
                "google_cloud_run_v2_service_iam_member.hello_example_consumer_project_compute",
            },
            "consumer": {
                "replaced": "google_compute_forwarding_rule.psc_endpoint",
                "updated": "terraform_data.psc_endpoint_target",
            },
        },
        connections={"psc-endpoint": "restored"},
    ),
    Edit(
        name="consumer added",
        put={
            "consumers.other": {
                "project": "example-other-project",
                "endpoints": {"other-endpoint": {"service": "hello"}},
            }
        },
        changes={
            "producer": {
                "created": f"{_OTHERS_CALL} google_project_service.other_compute",
                "updated": "google_compute_service_attachment.hello",
            },
            "other": {"created": _CONSUMERS_OWN},
        },
        connections=KEPT | {"other-endpoint": "new"},
    ),
    Edit(
        name="consumer removed",
        base="pair",
        drop=("consumers.other",),
        changes={
            "producer": {
                "destroyed": f"{_OTHERS_CALL} google_project_service.other_compute",
                "updated": "google_compute_service_attachment.hello",
            },
        },
        # Nothing destroys it, so it stays deployed; the producer accepts it no longer.
        connections=PAIR_KEPT | {"other-endpoint": "lost"},
        holds=lambda o: bool(o.named("networks", "other-vpc", "example-other-project")),
    ),
    Edit(
        name="test VM off",
        put={f"{TEST_CONSUMER}.test_vm": {"enabled": False}},
        changes=_consumer(destroyed=_VM),
    ),
    Edit(
        name="test VM on",
        before={f"{TEST_CONSUMER}.test_vm": {"enabled": False}},
        put={f"{TEST_CONSUMER}.test_vm": {"enabled": True}},
        changes=_consumer(created=_VM),
    ),
    Edit(
        name="test VM's machine type",
        put={f"{TEST_CONSUMER}.test_vm": {"machine_type": "e2-small"}},
        changes=_consumer(updated="google_compute_instance.test_vm"),
        holds=lambda o: o.named("instances", "test-vm", CONSUMER)["machineType"].endswith("/e2-small"),
    ),
    Edit(
        name="flow logs off",
        put={f"{TEST_CONSUMER}.flow_logs": {"enabled": False}},
        changes=_consumer(updated=_SUBNET),
        # Provider 6.50.0 cannot switch logging off and samples nothing instead.
        holds=lambda o: (
            not _subnet(o).get("logConfig", {}).get("enable") or not _subnet(o)["logConfig"].get("flowSampling")
        ),
    ),
    Edit(
        name="flow logs on",
        before={f"{TEST_CONSUMER}.flow_logs": {"enabled": False}},
        put={f"{TEST_CONSUMER}.flow_logs": {"enabled": True}},
        changes=_consumer(updated=_SUBNET),
        holds=lambda o: _subnet(o)["logConfig"]["enable"],
    ),
    Edit(
        name="flow logs' sampling",
        put={f"{TEST_CONSUMER}.flow_logs": {"sampling": 0.1}},
        changes=_consumer(updated=_SUBNET),
        holds=lambda o: _subnet(o)["logConfig"]["flowSampling"] == 0.1,
    ),
    Edit(
        name="consumer's subnet widened",
        put={f"{TEST_CONSUMER}.network": {"subnet": {"range": "10.1.0.0/23"}}},
        changes=_consumer(updated=_SUBNET),
        holds=lambda o: _subnet(o)["ipCidrRange"] == "10.1.0.0/23",
    ),
    Edit(
        name="consumer's network renamed",
        put={f"{TEST_CONSUMER}.network": {"name": "corp-vpc"}},
        changes=_consumer(replaced=f"{_ENDPOINT_REPLACED} {_VM} {_SUBNET} google_compute_network.network"),
        connections={"psc-endpoint": "restored"},
        holds=lambda o: o.named("firewalls", "allow-iap-ssh", CONSUMER)["network"].endswith("/corp-vpc"),
    ),
    Edit(
        name="consumer's network renamed again, its firewall rule's name given",
        before={
            f"{TEST_CONSUMER}.network": {"name": "corp-vpc"},
            f"{TEST_CONSUMER}.test_vm": {"firewall_name": "allow-ssh"},
        },
        put={f"{TEST_CONSUMER}.network": {"name": "corp-two-vpc"}},
        changes=_consumer(replaced=f"{_ENDPOINT_REPLACED} {_VM} {_SUBNET} google_compute_network.network"),
        connections={"psc-endpoint": "restored"},
        holds=lambda o: o.named("firewalls", "allow-ssh", CONSUMER)["network"].endswith("/corp-two-vpc"),
    ),
    Edit(
        name="consumer's subnet moved",
        put={
            f"{TEST_CONSUMER}.network": {"subnet": {"range": "10.5.0.0/24"}},
            f"{ENDPOINT}.address": "10.5.0.5",
        },
        changes=_consumer(replaced=f"{_ENDPOINT_REPLACED} google_compute_instance.test_vm {_SUBNET}"),
        connections={"psc-endpoint": "restored"},
        holds=lambda o: _subnet(o)["ipCidrRange"] == "10.5.0.0/24",
    ),
    Edit(
        name="consumer's subnet narrowed",
        put={f"{TEST_CONSUMER}.network": {"subnet": {"range": "10.1.0.0/25"}}},
        changes=_consumer(replaced=f"{_ENDPOINT_REPLACED} google_compute_instance.test_vm {_SUBNET}"),
        connections={"psc-endpoint": "restored"},
        holds=lambda o: _subnet(o)["ipCidrRange"] == "10.1.0.0/25",
    ),
)

# What is most likely to differ with the older provider 6.50.0. It cannot re-point an attachment in place, so a new
# forwarding rule interrupts the connections until the consumers' deploy (docs/upgrading.md).
WITH_6_50 = (
    *(
        edit
        for edit in EDITS
        if edit.name
        in {
            "Cloud Run service renamed",
            "first NAT range taken away",
            "endpoint's address",
            "endpoint re-pointed",
            "flow logs off",
            "consumer taken off the accept list",
        }
    ),
    Edit(
        name="load balancer's port",
        put={f"{HELLO}.port": 8080},
        changes={
            "producer": {"replaced": f"google_compute_service_attachment.hello {_RULE}"},
            "consumer": {"replaced": "google_compute_forwarding_rule.psc_endpoint"},
        },
        connections={"psc-endpoint": "restored"},
    ),
)
