"""A finding of which a part goes is the same finding; one of which another part comes is new, and says that part."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from review.way import WayIn
from review.way_sentences import is_public
from review.ways_in import ways_in
from tests.review.stacks import PRODUCER, Json, edited, findings, reported, stack

SERVICE = "google_cloud_run_v2_service/shop/template"
ATTACHMENT = "google_compute_service_attachment/shop/consumer_accept_lists"
TOKEN, PASSWORD = ({"name": name, "value": "abcdefgh12345678xyzzy"} for name in ("API_TOKEN", "DB_PASSWORD"))
ARGUMENTS = ["--password=S3cr3t!x9YvQ22", "--token=ghp_16C7e42F292c6912E7710c838347Ae178B4a"]


def container(**more: Any) -> Json:
    return {"containers": [{"image": "shop:1", **more}]}


def accepted(*entries: tuple[str, int | None]) -> list[Json]:
    return [{"project_id_or_num": who, "connection_limit": limit} for who, limit in entries]


def firewall(ports: list[str], *ranges: str) -> Json:
    allow = [{"protocol": "tcp", "ports": ports}]
    return {"name": "f", "network": "n", "direction": "INGRESS", "source_ranges": [*ranges], "allow": allow}


def machine(*scopes: str, **interface: Any) -> Json:
    return {
        "name": "vm",
        "network_interface": [{"network": "n", **interface}],
        "service_account": [{"scopes": [*scopes]}],
    }


def binding(*members: str) -> Json:
    return {"bucket": "b", "role": "roles/x", "members": [*members]}


def programs(*names: str) -> Json:
    return {"provisioner": [{name: {"command": "x"}} for name in names]}


CASES: dict[str, tuple[str, str, Any, Any, str]] = {
    "a credential": (SERVICE, "plain-credential", container(env=[TOKEN]), container(env=[TOKEN, PASSWORD]),
                     "the value of API_TOKEN, DB_PASSWORD looks like a credential"),
    "an argument": (SERVICE, "plain-credential", container(env=[TOKEN]), container(env=[TOKEN], args=ARGUMENTS[:1]),
                    "an argument looks like a credential"),
    "another argument": (SERVICE, "plain-credential", container(args=ARGUMENTS[:1]), container(args=ARGUMENTS),
                         "2 arguments look like credentials"),
    "an unlimited project": (ATTACHMENT, "accept-list-bounds", accepted(("one", None)),
                             accepted(("one", None), ("two", None)), "two has no limit"),
    "a folder": (ATTACHMENT, "accept-list-bounds", accepted(("one", None)), accepted(("one", None), ("folders/1", 2)),
                 "the entry folders/1 is no single project or network"),
    "a source": ("google_compute_firewall/f", "firewall-open-to-internet", firewall(["22"], "0.0.0.0/0"),
                 firewall(["22"], "0.0.0.0/0", "::/0"), "::/0 may connect to tcp:22"),
    "a port": ("google_compute_firewall/f", "firewall-open-to-internet", firewall(["22"], "0.0.0.0/0"),
               firewall(["22", "80"], "0.0.0.0/0"), "0.0.0.0/0 may connect to tcp:22, tcp:80"),
    "a range": ("google_compute_firewall/f", "firewall-wider-than-iap", firewall(["22"], "10.0.0.0/24"),
                firewall(["22"], "10.0.0.0/24", "10.0.1.0/24"), "10.0.1.0/24 may connect to tcp:22"),
    "an address": ("google_compute_instance/vm", "vm-external-address", machine(access_config=[{}]),
                   machine(access_config=[{}], ipv6_access_config=[{}]), "it has an ipv6_access_config"),
    "a scope": ("google_compute_instance/vm", "vm-broad-scopes", machine("compute-rw"),
                machine("compute-rw", "cloud-platform"),
                "the default account has the scope cloud-platform, compute-rw"),
    "a member": ("google_storage_bucket_iam_binding/b", "everyone-in-iam", binding("allUsers"),
                 binding("allUsers", "allAuthenticatedUsers"),
                 "it names allAuthenticatedUsers and allUsers: everyone on the internet, with roles/x"),
    "a program": ("null_resource/n", "code-at-apply", programs("file"), programs("file", "local-exec"),
                  "it has the provisioner file, local-exec"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_less_is_no_new_finding_and_more_is_one(case: str) -> None:
    path, rule, less, more, detail = CASES[case]
    before, after = (edited(PRODUCER, f"resource/{path}", value) for value in (less, more))

    def found(one: Json, other: Json) -> list[str]:
        return [str(finding.detail) for finding in reported(one, other).findings if finding.rule == rule]

    assert found(before, after) == [detail]
    assert found(after, before) == []
    assert found(PRODUCER, after) != []


def test_members_that_exchange_their_roles_are_told() -> None:
    def policy(one: str, other: str) -> Json:
        bindings = [{"role": "roles/a", "members": [one]}, {"role": "roles/b", "members": [other]}]
        return edited(PRODUCER, "data/google_iam_policy", {"it": {"binding": bindings}})

    before, after = policy("allUsers", "allAuthenticatedUsers"), policy("allAuthenticatedUsers", "allUsers")
    assert [finding.rule for finding in reported(before, after).findings] == ["everyone-in-iam"]


def test_what_has_thousands_of_parts_is_told_in_one_and_in_no_more_time() -> None:
    """Each source beside each port would be millions, and each entry of a list compared with each other one."""
    ranges, ports = [f"10.{at}.0.0/16" for at in range(200)], [str(port) for port in range(200)]
    rule = {"name": "wide", "source_ranges": ranges, "allow": [{"protocol": "tcp", "ports": ports}]}
    after = edited(PRODUCER, "resource/google_compute_firewall", {"wide": rule})
    (found,) = [one for one in reported(PRODUCER, after).findings if one.rule == "firewall-wider-than-iap"]
    assert len(found.parts) == len(ranges)
    further = edited(after, "resource/google_compute_firewall/wide/allow/0/ports", [*ports, "9999"])
    assert ("firewall-wider-than-iap", "google_compute_firewall.wide") in findings(reported(after, further))

    class Unread(list[WayIn]):
        def __iter__(self) -> Iterator[WayIn]:
            raise AssertionError("an entry of an accept list is no half of a public service, whatever else there is")

    (entry, *_) = [way for way in ways_in(stack(PRODUCER)) if way.by == "accept"]
    assert not is_public(entry, Unread([entry]))
