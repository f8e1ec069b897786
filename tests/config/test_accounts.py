"""A default account that is written out elsewhere is refused once its project's number is known."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.accounts import Accounts
from config.loading import load
from tests.conftest import REFERENCE

SERVICES = """\
producer:
  project: producer-project
  services:
    a: {{nat_ranges: [10.0.5.0/24], secrets: {{KEY: {{secret: {of_default}}}}}}}
    b:
      nat_ranges: [10.0.6.0/24]
      secrets: {{KEY: {{secret: {of_written}}}}}
      service_account: 111111111111-compute@developer.gserviceaccount.com
"""
OWN, OTHERS = "projects/producer-project/secrets/key", "projects/other-project/secrets/key"


@pytest.mark.parametrize(
    ("of_default", "of_written", "numbers"),
    [
        ("key", "key", ["111111111111"]),
        ("key", OWN, ["111111111111"]),
        (OWN, "key", ["111111111111"]),
        ("key", OTHERS, []),
    ],
)
def test_one_secret_is_one_however_it_is_spelled(
    of_default: str, of_written: str, numbers: list[str], tmp_path: Path
) -> None:
    file = tmp_path / "tried.yaml"
    file.write_text(SERVICES.format(of_default=of_default, of_written=of_written))
    accounts = Accounts(load(REFERENCE, {"PSC_CONFIG": str(file)}).settings)
    assert [number for number, _ in accounts.not_that_of("producer-project")] == numbers


def test_consumers_of_one_project_are_one_entry_of_the_derived_accept_list(tmp_path: Path) -> None:
    file = tmp_path / "tried.yaml"
    consumers = "".join(
        f"  {key}:\n    project: {project}\n    network: {{name: {key}, subnet: {{name: {key}}}}}\n"
        f"    test_vm: {{enabled: false}}\n    endpoints: {{{key}: {{service: hello}}}}\n"
        for key, project in {"one": "my-shop", "two": "my-shop", "three": "my-stock"}.items()
    )
    file.write_text(f"producer: {{project: my-producer, services: {{hello: {{}}}}}}\nconsumers:\n{consumers}")
    producer = load(REFERENCE, {"PSC_CONFIG": str(file)}).settings.producer
    assert producer is not None
    assert list(producer.services["hello"].accept) == ["one", "three"]
    assert producer.services["hello"].invokers == ["one", "two", "three"]
