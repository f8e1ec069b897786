"""The sentences that a report leads with."""

from __future__ import annotations

from typing import Any

import pytest

from deployment.comparison import compare
from review.comment_form import misshapen
from review.formats import markdown, terminal
from review.material import Material
from review.report import assemble
from review.topics import CUT, EXPOSED, GONE, REACH
from tests.review.stacks import PRODUCER, TODAY, edited, findings, reported, sentences, stack

R = "resource"
ATTACHMENT = f"{R}/google_compute_service_attachment/shop"
ENDPOINT = "projects/partner/regions/europe-west1/forwardingRules/4711"
ENTRY = {"project_id_or_num": "example-consumer", "connection_limit": 10}
ROWS: list[tuple[str, Any, str, str]] = [
    (f"{ATTACHMENT}/consumer_accept_lists/0/connection_limit", 20, REACH,
     "example-consumer may open up to 20 endpoints to shop-attachment, instead of 10."),
    (f"{ATTACHMENT}/consumer_accept_lists/0/connection_limit", 2, CUT,
     "Endpoints of example-consumer beyond the 2 that shop-attachment now accepts are cut off."),
    (f"{ATTACHMENT}/consumer_accept_lists", [ENTRY, {"project_id_or_num": "partner", "connection_limit": 1}], REACH,
     "The project partner may connect to shop-attachment with up to 1 endpoints; it could not before."),
    (f"{ATTACHMENT}/consumer_accept_lists", [ENTRY, {"endpoint_url": ENDPOINT, "connection_limit": 1}], REACH,
     f"The endpoint {ENDPOINT} may connect to shop-attachment; it could not before."),
    (f"{ATTACHMENT}/consumer_accept_lists/0/project_id_or_num", "123456789012", REACH,
     "shop-attachment accepts 123456789012 instead of example-consumer: a project id and a project number, perhaps of "
     "one and the same project; if not, example-consumer is cut off."),
    (f"{ATTACHMENT}/consumer_accept_lists", [], CUT,
     "example-consumer is no longer accepted by shop-attachment: its endpoints there are cut off."),
    (ATTACHMENT, {**PRODUCER["resource"]["google_compute_service_attachment"]["shop"], "consumer_accept_lists": [],
                  "reconcile_connections": "${var.cut}"}, CUT,
     "example-consumer is no longer accepted by shop-attachment; whether its endpoints there are cut off is not "
     "known."),
    (f"{ATTACHMENT}/connection_preference", "ACCEPT_AUTOMATIC", REACH,
     "Every project that knows the link of shop-attachment may connect to it, without being asked."),
    (f"{R}/google_cloud_run_v2_service_iam_member/caller/member", "allUsers", REACH,
     "Everyone on the internet may call shop-service (a request still has to come through an accepted endpoint)."),
    (f"{R}/google_cloud_run_v2_service_iam_member/caller", None, CUT,
     "serviceAccount:caller@example-consumer.iam.gserviceaccount.com may no longer call shop-service."),
    (f"{R}/google_cloud_run_v2_service/shop/ingress", "INGRESS_TRAFFIC_ALL", EXPOSED,
     "shop-service takes requests from the internet: an accepted network is no longer needed by "
     "serviceAccount:caller@example-consumer.iam.gserviceaccount.com."),
    (f"{R}/google_compute_firewall/f", {"name": "f", "network": "vpc", "allow": [{"protocol": "tcp", "ports": ["22"]}],
     "source_ranges": ["35.235.240.0/20"]}, REACH,
     "Identity-Aware Proxy (35.235.240.0/20) may open connections to every VM in vpc: tcp:22."),
    (f"{R}/google_compute_instance/vm", {"name": "vm", "network_interface": [{"access_config": [{}]}]}, EXPOSED,
     "The VM vm gets an external address: the internet can send it packets, as far as the firewall allows."),
    (f"{R}/google_compute_forwarding_rule/shop/port_range", "8080", CUT,
     "shop-attachment answers on port 8080 instead of 80: after the apply, callers that still use port 80 get no "
     "answer, even though their connection stays."),
    (f"{R}/google_compute_forwarding_rule/shop/port_range", "8080", CUT,
     "google_compute_forwarding_rule.shop (shop-rule) must be replaced (port_range); every apply stops at it with 409, "
     "because the replacement is created first and has the old one's name."),
    (f"{ATTACHMENT}/name", "other", CUT,
     "The service attachment other must be replaced (name): every consumer's connection is closed."),
    (ATTACHMENT, None, GONE,
     "google_compute_service_attachment.shop (shop-attachment) is removed: every consumer's connection is closed."),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value", "topic", "sentence"), ROWS, ids=[row[3][:60] for row in ROWS])
def test_an_edit_is_told_in_a_sentence(path: str, value: Any, topic: str, sentence: str) -> None:
    assert sentence in sentences(reported(PRODUCER, edited(PRODUCER, path, value)), topic)


def test_a_project_that_leaves_without_reconciliation_stays_connected() -> None:
    before = edited(PRODUCER, f"{ATTACHMENT}/reconcile_connections", False)
    told = sentences(reported(before, edited(before, f"{ATTACHMENT}/consumer_accept_lists", [])), CUT)
    assert told == [
        "example-consumer is no longer accepted by shop-attachment, but stays connected, because "
        "reconcile_connections is off."
    ]


def test_a_renamed_service_opens_nothing_to_anybody() -> None:
    report = reported(PRODUCER, edited(PRODUCER, f"{R}/google_cloud_run_v2_service/shop/name", "store"))
    assert sentences(report, REACH) == []
    assert len(sentences(report, CUT)) == 1
    assert "Its URL, the audience of callers' ID tokens, changes" in sentences(report, CUT)[0]


def test_flow_logs_that_end_are_told() -> None:
    subnet = f"{R}/google_compute_subnetwork/callers"
    before = edited(PRODUCER, subnet, {"name": "callers", "log_config": {"flow_sampling": 0.5}})
    for after in (
        edited(before, f"{subnet}/log_config", None),
        edited(before, f"{subnet}/log_config/flow_sampling", 0),
    ):
        told = sentences(reported(before, after), EXPOSED)
        assert told == ["callers no longer logs flows: nobody can tell afterwards who called."]


LOGS = {
    "flow_sampling": 0.5, "aggregation_interval": "INTERVAL_30_SEC", "metadata": "CUSTOM_METADATA",
    "metadata_fields": ["src_vpc", "dest_vpc"], "filter_expr": "inIpRange(connection.src_ip, '10.0.0.0/8')",
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value", "less"),
    [
        ("flow_sampling", 0.1, "flow_sampling 0.1 instead of 0.5"),
        ("flow_sampling", "${var.share}", "flow_sampling ${var.share} instead of 0.5"),
        ("aggregation_interval", "INTERVAL_15_MIN", "aggregation_interval INTERVAL_15_MIN instead of INTERVAL_30_SEC"),
        ("metadata", "EXCLUDE_ALL_METADATA", "metadata EXCLUDE_ALL_METADATA instead of CUSTOM_METADATA"),
        ("metadata_fields", ["src_vpc"], "metadata_fields without dest_vpc"),
        ("filter_expr", "false", "filter_expr false instead of inIpRange(connection.src_ip, '10.0.0.0/8')"),
        ("flow_sampling", 1.0, ""),
        ("flow_sampling", "0.50", ""),
        ("aggregation_interval", None, ""),
        ("metadata", None, ""),
        ("filter_expr", None, ""),
        ("metadata_fields", ["src_vpc", "dest_vpc", "src_gke_details"], ""),
    ],
)
def test_flow_logs_that_tell_less_are_told(name: str, value: Any, less: str) -> None:
    subnet = f"{R}/google_compute_subnetwork/callers"
    before = edited(PRODUCER, subnet, {"name": "callers", "log_config": LOGS})
    told = sentences(reported(before, edited(before, f"{subnet}/log_config/{name}", value)))
    assert told == ([f"callers may log less of its flows: {less}."] if less else [])


def test_an_image_is_nothing_to_decide() -> None:
    after = edited(PRODUCER, f"{R}/google_cloud_run_v2_service/shop/template/containers/0/image", "shop:2")
    report = reported(PRODUCER, after)
    assert sentences(report) == []
    assert len(report.changed) == 1


def test_another_number_or_id_is_another_project() -> None:
    for old, new in (("111111111111", "222222222222"), ("example-consumer", "partner-one")):
        before = edited(PRODUCER, f"{ATTACHMENT}/consumer_accept_lists/0/project_id_or_num", old)
        after = edited(PRODUCER, f"{ATTACHMENT}/consumer_accept_lists/0/project_id_or_num", new)
        assert [str(one.sentence).partition(" to ")[0] for one in reported(before, after).decisions] == [
            f"The project {new} may connect",
            f"{old} is no longer accepted by shop-attachment: its endpoints there are cut off.",
        ]


GRANT = {"secret_id": "s", "role": "roles/secretmanager.secretAccessor", "member": "user:a@b"}
SECRET = f"{R}/google_secret_manager_secret_iam_member"


def test_a_grant_that_another_address_gives_too_is_lost_with_either() -> None:
    twice = edited(PRODUCER, SECRET, {"a": GRANT, "b": GRANT})
    (said,) = sentences(reported(twice, edited(PRODUCER, SECRET, {"b": GRANT})), GONE)
    assert said.endswith(
        "is removed: google_secret_manager_secret_iam_member.b gives the same role, which Google keeps once: it is "
        "gone until the next apply."
    )


def test_a_grant_that_was_there_twice_and_is_forgotten_once_is_nothing_to_decide() -> None:
    twice = edited(PRODUCER, SECRET, {"a": GRANT, "b": GRANT})
    type_ = "google_secret_manager_secret_iam_member"
    once = edited(PRODUCER, SECRET, {"c": GRANT}) | {
        "moved": [{"from": f"{type_}.a", "to": f"{type_}.b"}, {"from": f"{type_}.b", "to": f"{type_}.c"}],
        "removed": [{"from": f"{type_}.{name}", "lifecycle": {"destroy": False}} for name in "ab"],
    }
    report = reported(twice, once)
    actions = {change.address.rpartition(".")[2]: change.action for change in report.comparisons[0].changes}
    assert sorted(actions.values()) == ["forgotten", "moved"]
    assert sentences(report) == []
    assert findings(report) == []
    elsewhere = edited(PRODUCER, SECRET, {"c": GRANT | {"secret_id": "t"}}) | {"removed": once["removed"]}
    assert sentences(reported(twice, elsewhere), GONE) == [
        f"{type_}.{name} is no longer managed: it stays in the cloud, and no deployment changes or removes it."
        for name in "ab"
    ]


def test_a_grant_without_a_role_is_told_as_what_it_is() -> None:
    after = edited(PRODUCER, f"{R}/google_cloud_run_v2_service_iam_member/caller/role", "")
    assert any("gets  on cloud run v2 service" in said for said in sentences(reported(PRODUCER, after)))


@pytest.mark.parametrize(
    ("environment", "command"),
    [("default", "./psc cdktf destroy analytics"), ("staging", "./psc cdktf --env staging destroy analytics")],
)
def test_a_stack_that_leaves_the_configuration_is_left_behind_and_not_destroyed(environment: str, command: str) -> None:
    """Its ways in, findings and resources stay: no word of anything that is removed, or cut off on its side."""
    gone = compare(stack(PRODUCER, "analytics", environment), None)
    material = Material(base="b", today=TODAY, environments=[environment], code=[gone])
    report = assemble(material)
    assert sentences(report) == [
        "The stack leaves the configuration, and nothing destroys what it has deployed: 5 resources stay in the cloud. "
        f"If it is still deployed, run {command} before this is merged (docs/troubleshooting.md, A consumer leaves)."
    ]
    assert findings(report) == []
    assert report.resolved == 0
    assert "left behind google_compute_service_attachment.shop" in terminal.text(report)
    assert misshapen(markdown.text(report)) is None
    assert "5 left behind" in markdown.text(report)


def test_a_port_more_keeps_those_that_are_there() -> None:
    rule = "resource/google_compute_forwarding_rule/shop"
    values = {"name": "shop-rule", "load_balancing_scheme": "INTERNAL", "port_range": "", "ports": ["80"]}
    before = edited(PRODUCER, rule, values)
    report = reported(before, edited(before, f"{rule}/ports", ["80", "443"]))
    assert "shop-attachment answers on port 80, 443 instead of 80 alone." in sentences(report, REACH)
    assert not any("get no answer" in one for one in sentences(report, CUT))
