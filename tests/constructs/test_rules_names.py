"""Google's naming rules: what is taken, what is refused, and that a refusal says what to do."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cloudrun_psc.rules import names
from cloudrun_psc.rules.faults import Fault, refuse, shown

Rule = Callable[[str], Fault | None]


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        (names.project_id, "abcdef"),
        (names.project_id, "a" * 30),
        (names.project_id, "my-project-1"),
        (names.project_number, "123456789012"),
        (names.region, "asia-northeast1"),
        (names.region, "us-east5"),
        (names.region, "northamerica-northeast2"),
        (names.region, "europe-west12"),
        (names.zone, "asia-northeast1-b"),
        (names.zone, "europe-west12-c"),
        (names.resource_name, "a"),
        (names.resource_name, "a" * 63),
        (names.cloud_run_name, "a" * 49),
        (names.image, "us-docker.pkg.dev/cloudrun/container/hello"),
        (names.image, "gcr.io/my-project/app:v1.2"),
        (names.image, "eu.gcr.io/my-project/app@sha256:" + "a" * 64),
        (names.image, "europe-west1-docker.pkg.dev/my-project/repository/app"),
        (names.image, "docker.io/library/nginx"),
        (names.image, "nginx:1.27"),
        (names.image, "owner/my.app"),
        (names.machine_type, "e2-micro"),
        (names.machine_type, "n2-custom-4-8192"),
        (names.disk_image, "debian-cloud/debian-12"),
        (names.disk_image, "projects/my-project/global/images/family/base"),
        (names.label_key, "team"),
        (names.label_key, "größe"),
        (names.label_value, ""),
        (names.label_value, "a" * 63),
        (names.environment_variable, "MODE"),
        (names.environment_variable, "_x1"),
    ],
)
def test_what_google_takes_is_taken(rule: Rule, value: str) -> None:
    assert rule(value) is None


@pytest.mark.parametrize(
    ("rule", "value", "wrong"),
    [
        (names.project_id, "abcde", "'abcde' is not a project id (5 characters)"),
        (names.project_id, "a" * 31, "is not a project id (31 characters)"),
        (names.project_id, "abcdef-", "'abcdef-' is not a project id"),
        (names.project_id, "1bcdef", "'1bcdef' is not a project id"),
        (names.project_id, "Abcdef", "'Abcdef' is not a project id"),
        (names.project_id, "abcdef\n", "'abcdef\\n' is not a project id"),
        (names.project_id, "٣" * 8, "is not a project id"),
        (names.project_id, "123456", "'123456' is a project number, a project id is wanted"),
        (names.project_number, "my-project", "'my-project' is not a project number"),
        (names.project_number, "0123456", "'0123456' is not a project number"),
        (names.region, "asia-northeast1-b", "'asia-northeast1-b' is a zone, a region is wanted"),
        (names.region, "tokyo", "'tokyo' is not a region"),
        (names.region, "asia-northeast1\n", "is not a region"),
        (names.zone, "asia-northeast1", "'asia-northeast1' is a region, a zone is wanted"),
        (names.zone, "b", "'b' is not a zone"),
        (names.resource_name, "", "'' is not a valid resource name (0 characters)"),
        (names.resource_name, "a" * 64, "is not a valid resource name (64 characters)"),
        (names.resource_name, "a_b", "'a_b' is not a valid resource name"),
        (names.resource_name, "a-", "'a-' is not a valid resource name"),
        (names.resource_name, "A", "'A' is not a valid resource name"),
        (names.cloud_run_name, "a" * 50, "is not a valid name for a Cloud Run service (50 characters)"),
        (names.image, "https://gcr.io/x/y", "'https://gcr.io/x/y' is not a container image"),
        (names.network_name, "default", "'default' is the network that Google makes in every new project"),
        (names.network_name, "A", "'A' is not a valid resource name"),
        (names.subnet_name, "default", "'default' is a subnet of the network that Google makes in every new project"),
        (names.subnet_name, "A", "'A' is not a valid resource name"),
        (names.firewall_rule_name, "default-allow-ssh", "'default-allow-ssh' is a firewall rule of the network that"),
        (names.firewall_rule_name, "A", "'A' is not a valid resource name"),
        (names.image, "localhost/app:1", "'localhost/app:1' is an image of localhost, which Cloud Run does not pull"),
        (names.image, "ghcr.io/a/b", "'ghcr.io/a/b' is an image of ghcr.io, which Cloud Run does not pull from"),
        (names.image, "localhost:5000/app", "is an image of localhost:5000, which Cloud Run does not pull from"),
        (names.image, "public.ecr.aws/x/y:1", "is an image of public.ecr.aws, which Cloud Run does not pull from"),
        (names.image, "GCR.io/x/y", "is an image of GCR.io, which Cloud Run does not pull from"),
        (names.image, "a:b:c", "'a:b:c' is not a container image"),
        (names.image, "a@sha256:12", "'a@sha256:12' is not a container image"),
        (names.image, "", "'' is not a container image"),
        (names.machine_type, "big", "'big' is not a machine type"),
        (names.disk_image, "a b", "'a b' is not a boot disk image"),
        (names.label_key, "", "'' is not a label key"),
        (names.label_key, "Team", "'Team' is not a label key"),
        (names.label_key, "1a", "'1a' is not a label key"),
        (names.label_key, "a" * 64, "is not a label key"),
        (names.label_value, "a b", "'a b' is not a label value"),
        (names.label_value, "a" * 64, "is not a label value"),
        (names.environment_variable, "PORT", "'PORT' is reserved by Cloud Run"),
        (names.environment_variable, "X_GOOGLE_A", "'X_GOOGLE_A' is reserved by Cloud Run"),
        (names.environment_variable, "1A", "'1A' is not a variable's name"),
    ],
)
def test_what_google_refuses_is_refused_with_a_remedy(rule: Rule, value: str, wrong: str) -> None:
    fault = rule(value)
    assert fault is not None
    assert wrong in fault.wrong
    assert fault.allowed or "did you mean" in fault.remedy
    assert fault.remedy
    assert fault.sentence().isprintable()


def test_a_zone_must_be_inside_its_region() -> None:
    assert names.zone("us-east1-b", within="us-east1") is None
    fault = names.zone("us-east1-b", within="asia-northeast1")
    assert fault is not None
    assert fault.sentence() == (
        "zone us-east1-b is outside the region asia-northeast1; did you mean 'asia-northeast1-b'?"
    )
    assert names.zone("us-east10-b", within="us-east1") is not None


def test_long_values_are_shown_in_part_and_escaped() -> None:
    assert shown("a\nb") == "'a\\nb'"
    assert len(shown("x" * 10_000)) == 80
    assert shown("x" * 10_000).endswith("…")


def test_all_faults_of_a_construct_come_in_one_error() -> None:
    with pytest.raises(ValueError, match="region") as caught:
        refuse("stack/hello", [("region", names.region("x")), ("name", None), ("zone", names.zone("y"))])
    assert [line.split(" is ")[0] for line in str(caught.value).splitlines()] == [
        "stack/hello: region: 'x'",
        "stack/hello: zone: 'y'",
    ]
    refuse("stack/hello", [("region", None)])
