"""Two environments in one project: a note with the names that only one of them can have."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.loading import load

TEXT = """\
region: us-east1
producer:
  project: producer-project
  services:
    hello: {}
consumers:
  consumer:
    project: consumer-project
    endpoints:
      psc-endpoint: {service: hello}
"""
ONLY_ONE = "Whichever is deployed second ends with 409; give one of the two a name_prefix, or a project of its own"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "config" / "environments"
    folder.mkdir(parents=True)
    (folder / "prod.yaml").write_text(TEXT)
    return tmp_path


def notes(checkout: Path, staging: str, **variables: str) -> list[str]:
    (checkout / "config" / "environments" / "staging.yaml").write_text(staging)
    return list(load(checkout, {"PSC_ENV": "staging", **variables}).notes)


def test_names_that_another_environment_has_in_the_same_project_are_told(checkout: Path) -> None:
    producer, consumer = notes(checkout, TEXT)
    assert producer == (
        "config/environments/prod.yaml has the same names in project producer-project: producer-vpc, producer-subnet, "
        "producer-proxy-subnet, producer-psc-subnet, hello-service, hello-serverless-neg, hello-backend-service, "
        f"hello-url-map, hello-http-proxy, hello-forwarding-rule, hello-service-attachment. {ONLY_ONE}"
    )
    assert consumer == (
        "config/environments/prod.yaml has the same names in project consumer-project: consumer-vpc, consumer-subnet, "
        f"psc-endpoint, psc-endpoint-ip, allow-iap-ssh, test-vm. {ONLY_ONE}"
    )


def test_the_files_beside_an_environment_count_on_both_sides(checkout: Path) -> None:
    other = TEXT.replace("producer-project", "other-producer").replace("consumer-project", "other-consumer")
    for environment in ("prod", "staging"):
        folder = checkout / "config" / "environments" / f"{environment}.d"
        folder.mkdir()
        (folder / f"of-{environment}.yaml").write_text("consumers: {team: {project: one-project}}\n")
    (told,) = notes(checkout, other)
    assert told == (
        "config/environments/prod.yaml has the same names in project one-project: team-vpc, team-subnet, "
        f"allow-iap-ssh, test-vm. {ONLY_ONE}"
    )


def test_a_prefix_is_the_way(checkout: Path) -> None:
    assert notes(checkout, f"name_prefix: staging\n{TEXT}") == []


def test_other_projects_are_no_matter(checkout: Path) -> None:
    staging = TEXT.replace("producer-project", "other-producer").replace("consumer-project", "other-consumer")
    assert notes(checkout, staging) == []
    # By variables as well: what they choose is what would be deployed.
    (told,) = notes(checkout, staging, PRODUCER_PROJECT="producer-project", PSC_OVERRIDE="1")[1:]
    assert told.startswith("config/environments/prod.yaml has the same names in project producer-project: ")


def test_in_another_region_networks_and_firewall_rules_meet_all_the_same(checkout: Path) -> None:
    producer, consumer = notes(checkout, TEXT.replace("us-east1", "europe-west1"))
    assert f"project producer-project: producer-vpc. {ONLY_ONE}" in producer
    assert f"project consumer-project: consumer-vpc, allow-iap-ssh. {ONLY_ONE}" in consumer


def test_example_ids_and_files_that_do_not_load_are_passed_over(checkout: Path) -> None:
    example = TEXT.replace("producer-project", "example-producer-project")
    example = example.replace("consumer-project", "example-consumer-project")
    environments = checkout / "config" / "environments"
    (environments / "prod.yaml").write_text(example)
    (environments / "broken.yaml").write_text("regoin: 1")
    (environments / "gone.yaml").symlink_to("nowhere.yaml")
    assert [note for note in notes(checkout, example) if "same names" in note] == []


def test_a_file_elsewhere_is_compared_as_well(checkout: Path) -> None:
    file = checkout / "elsewhere.yaml"
    file.write_text(TEXT)
    assert len(load(checkout, {"PSC_CONFIG": str(file)}).notes) == 2


def test_a_secret_that_both_let_one_account_read_is_told(checkout: Path) -> None:
    reads = TEXT.replace("hello: {}", "hello: {secrets: {KEY: {secret: api-key}}}")
    (checkout / "config" / "environments" / "prod.yaml").write_text(reads)
    (told,) = notes(checkout, f"name_prefix: staging\n{reads}")
    assert told.startswith(
        "config/environments/prod.yaml lets the default Compute Engine account of producer-project read "
        "projects/producer-project/secrets/api-key, too. Google keeps one grant for both"
    )
    own = "secrets: {KEY: {secret: api-key}}, service_account: own@producer-project.iam.gserviceaccount.com"
    assert notes(checkout, f"name_prefix: staging\n{reads.replace('secrets: {KEY: {secret: api-key}}', own)}") == []
