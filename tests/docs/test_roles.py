"""docs/roles.md: every kind that a stack can hold has its roles, and the page says what the table says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from deployment import roles
from deployment.roles_page import page
from tests.conftest import CHECKOUT, DEFAULT, Synthesized

PAGE = CHECKOUT / "docs" / "roles.md"
CONFIGURATIONS = [
    DEFAULT,
    *sorted((CHECKOUT / "tests" / "stacks" / "configurations").glob("*.yaml")),
]
REWRITE = "./psc test tests/docs/test_roles.py --write-docs"


@pytest.mark.parametrize("file", CONFIGURATIONS, ids=lambda file: file.stem)
def test_every_kind_of_resource_and_data_source_has_an_entry(file: Path, synth: Callable[..., Synthesized]) -> None:
    for name, stack in synth(file.read_text()).items():
        for where, kinds in roles.kinds(stack).items():
            assert kinds <= roles.TABLE.keys(), f"stack {name}, {where}: add the new kinds to stacks/roles.py"
            assert roles.roles(kinds)


def test_the_page_is_what_the_table_and_the_default_deployment_give(
    synth: Callable[..., Synthesized], request: pytest.FixtureRequest
) -> None:
    text = page(synth())
    if request.config.getoption("--write-docs", default=False):
        PAGE.write_text(text)
    assert PAGE.exists()
    assert PAGE.read_text() == text, f"docs/roles.md is out of date; write it anew: {REWRITE}"


def test_the_walk_throughs_roles_are_among_them(synth: Callable[..., Synthesized]) -> None:
    stacks = synth()
    producer = {grant.name for grant in roles.roles(roles.kinds(stacks["producer"])["example-producer-project"])}
    assert producer == {
        "roles/run.admin",
        "roles/compute.networkAdmin",
        "roles/compute.loadBalancerAdmin",
        "compute.serviceAttachments.create",
        "roles/serviceusage.serviceUsageAdmin",
        "roles/iam.serviceAccountUser",
        "roles/artifactregistry.reader",
    }
    elsewhere = {grant.name for grant in roles.roles(roles.kinds(stacks["producer"])["example-consumer-project"])}
    assert elsewhere == {"roles/browser", "roles/serviceusage.serviceUsageAdmin"}
    consumer = {grant.name for grant in roles.roles(roles.kinds(stacks["consumer"])["example-consumer-project"])}
    assert consumer >= {"roles/servicedirectory.editor", "roles/compute.securityAdmin", "roles/compute.networkAdmin"}


def test_a_bucket_and_an_impersonated_account_ask_for_roles_of_their_own(synth: Callable[..., Synthesized]) -> None:
    everything = next(file for file in CONFIGURATIONS if file.stem == "everything")
    kinds = roles.kinds(synth(everything.read_text())["client"])
    bucket = roles.roles(kinds["gs://our-terraform-state"])
    assert {grant.name for grant in bucket} == {"roles/storage.objectUser", "roles/storage.objectViewer"}
    assert roles.IMPERSONATION in kinds["deployer@every-client.iam.gserviceaccount.com"]


def test_the_tester_has_tunnel_shell_and_logs() -> None:
    wanted = {grant.name for task in roles.TESTER for grant in task.grants}
    assert wanted >= {"roles/iap.tunnelResourceAccessor", "roles/compute.osLogin", "roles/logging.viewer"}


def test_a_kind_that_nobody_thought_of_is_an_error() -> None:
    with pytest.raises(KeyError):
        roles.roles({"google_compute_router"})
