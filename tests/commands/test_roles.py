"""./psc roles: what each role is granted on, and the command that grants it."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

import pytest

from commands.cdk import CDKTF
from commands.environment import Environment
from commands.roles import run
from deployment.needed_roles import Needed, needed
from deployment.printable import printable_lines
from tests.conftest import CHECKOUT, Synthesized

EVERYTHING = CHECKOUT / "tests" / "stacks" / "configurations" / "everything.yaml"
WHO = "group:deployers@example.com"


def test_roles_are_granted_on_what_they_are_for(synth: Callable[..., Synthesized]) -> None:
    roles = {(one.role, one.on): one for one in needed(synth(EVERYTHING.read_text())["producer"])}
    acting = "serviceAccount:deployer@every-producer.iam.gserviceaccount.com"
    assert roles["roles/run.admin", ""].member == acting
    assert roles["roles/iam.serviceAccountTokenCreator", "deployer@every-producer.iam.gserviceaccount.com"].member == ""
    assert ("roles/storage.objectUser", "gs://our-terraform-state") in roles
    assert ("roles/artifactregistry.reader", "asia-docker.pkg.dev/every-producer/apps") in roles
    assert ("roles/iam.serviceAccountUser", "reports@every-producer.iam.gserviceaccount.com") in roles
    assert ("roles/iam.serviceAccountUser", "the default Compute Engine account") in roles


def test_a_zone_of_its_own_is_bound_to_the_network_of_the_host_project(synth: Callable[..., Synthesized]) -> None:
    link = "projects/net-host/global/networks/shared"
    zone = {"private_visibility_config": {"networks": [{"network_url": link}]}}
    consumer = synth()["consumer"] | {"resource": {"google_dns_managed_zone": {"orders": zone}}}
    assert [(one.project, one.on) for one in needed(consumer) if one.role == "dns.networks.bindPrivateDNSZone"] == [
        ("net-host", "")
    ]


def test_a_public_image_needs_no_role(synth: Callable[..., Synthesized]) -> None:
    assert "roles/artifactregistry.reader" not in {one.role for one in needed(synth()["producer"])}


def test_each_is_a_line_of_shell() -> None:
    def command(role: str, on: str = "", member: str = "") -> str:
        return Needed(project="my-project", role=role, on=on, why="", member=member).command(WHO)

    assert command("roles/run.admin") == (
        f"gcloud projects add-iam-policy-binding my-project --condition None --member {WHO} --role roles/run.admin"
    )
    assert command("roles/run.admin", member="serviceAccount:a@b").endswith(
        "--member serviceAccount:a@b --role roles/run.admin"
    )
    assert command("roles/storage.objectUser", "gs://b").startswith(
        "gcloud storage buckets add-iam-policy-binding gs://b --member"
    )
    assert command("roles/artifactregistry.reader", "eu-docker.pkg.dev/p/apps").startswith(
        "gcloud artifacts repositories add-iam-policy-binding apps --project p --location eu --member"
    )
    assert command("roles/iam.serviceAccountUser", "the default Compute Engine account").startswith(
        "gcloud iam service-accounts add-iam-policy-binding "
        "\"$(gcloud projects describe my-project --format='value(projectNumber)')-compute@developer."
    )
    assert command("compute.serviceAttachments.create").startswith("# compute.serviceAttachments.create: a permission")


@pytest.mark.parametrize(
    "member", ["alice", "user:a\x1b[2J@example.com", "group:a##[error]b@example.com", "user:a\u202eb"]
)
def test_what_is_no_member_is_refused_as_it_can_be_printed(member: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = Namespace(member=member, stack=None, gcloud=True)
    assert run(words, Environment(Path(sys.prefix), CDKTF)) == 2
    said = capsys.readouterr().err
    assert printable_lines(said) == said
