"""What several environments share: a file that they extend, and override key by key."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.loading import load
from config.problems import ConfigurationError
from tests.config.checkout import Checkout
from tests.conftest import REFERENCE

BASE = """\
region: europe-west1
labels: {team: platform, tier: any}
producer:
  project: our-producer
  services:
    hello:
      nat_ranges: [10.0.4.0/24, 10.0.5.0/24]
      scaling: {max_instances: 2, min_instances: 1}
"""
EXTENDS = """\
extends: ../shared/common.yaml
region: us-east1
labels: {tier: top}
producer:
  services:
    hello:
      nat_ranges: [10.0.6.0/24]
      scaling: {max_instances: 20}
consumers:
  shop: {project: our-shop, endpoints: {hello: {service: hello}}}
"""


@pytest.fixture
def extending(tmp_path: Path) -> Checkout:
    checkout = Checkout(tmp_path)
    checkout.write("../shared/common.yaml", BASE)
    checkout.write("prod.yaml", EXTENDS)
    return checkout


def test_an_environment_overrides_key_by_key_what_it_extends(extending: Checkout) -> None:
    made = extending.load()
    settings = made.settings
    assert settings.producer is not None
    service = settings.producer.services["hello"]
    assert (settings.region, settings.labels) == ("us-east1", {"team": "platform", "tier": "top"})
    assert (settings.producer.project, service.nat_ranges) == ("our-producer", ["10.0.6.0/24"])
    assert (service.scaling.min_instances, service.scaling.max_instances) == (1, 20)
    assert made.origins["region",] == "config/environments/prod.yaml:2"
    assert made.origins["producer", "project"] == "config/shared/common.yaml:4"
    assert made.files == ("config/environments/prod.yaml", "config/shared/common.yaml")


def test_the_files_beside_an_environment_override_nothing(extending: Checkout) -> None:
    extending.write("prod.d/a.yaml", "labels: {team: mine}\nproducer: {services: {hello: {cpu: 2, scaling: {}}}}\n")
    (said,) = extending.said()
    assert said.startswith(
        "prod.d/a.yaml:1: labels.team: the key stands in two files, first at config/shared/common.yaml:2"
    )


def test_mistakes_in_what_is_extended_are_told_where_they_stand(extending: Checkout) -> None:
    extending.write("../shared/common.yaml", BASE.replace("our-producer", "Ours") + "  servics: {}\n")
    assert [line.partition(";")[0] for line in extending.said()] == [
        "config/shared/common.yaml:4: producer.project: 'Ours' is not a project id (4 characters)",
        "config/shared/common.yaml:9: producer.servics: is an unknown key",
    ]


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("../../outside.yaml", "prod.yaml:1: extends: '../../outside.yaml' leads out of config/; "),
        ("../shared/link.yaml", "prod.yaml:1: extends: '../shared/link.yaml' leads out of config/; "),
        ("../shared/comon.yaml", "prod.yaml:1: extends: there is no '../shared/comon.yaml'; "),
        ("/etc/passwd", "prod.yaml:1: extends: '/etc/passwd' is not a file's path; "),
        ("../shared", "prod.yaml:1: extends: '../shared' is not a file's path; "),
        ("../shared/folder.yaml", "config/shared/folder.yaml: is a directory; "),
        ("prod.yaml", "prod.yaml:1: extends: a file that is extended extends none itself; "),
        ("[a]", "prod.yaml:1: extends: ['a'] is a list; "),
        ('""', "prod.yaml:1: extends: '' is not a file's path; "),
        ('"../shared/a\\0b.yaml"', "prod.yaml:1: extends: '../shared/a\\x00b.yaml' "),
    ],
)  # fmt: skip
def test_what_cannot_be_extended_is_refused(path: str, message: str, extending: Checkout, tmp_path: Path) -> None:
    (extending.folder / "outside.yaml").write_text(BASE)
    shared = extending.path("../shared")
    (shared / "link.yaml").symlink_to("../../outside.yaml")
    (shared / "folder.yaml").mkdir()
    extending.write(
        "prod.yaml",
        EXTENDS.replace("../shared/common.yaml", path).replace("services:", "project: p-r-o-j\n  services:", 1),
    )
    said = extending.said()
    assert said[0].startswith(message), said
    assert len(said) == 1


def test_extending_is_one_step_from_the_environment_s_own_file(extending: Checkout) -> None:
    extending.write("../shared/common.yaml", f"extends: more.yaml\nenvironment: common\n{BASE}")
    extending.write("prod.d/a.yaml", "extends: ../shared/common.yaml\n")
    assert [line.partition(";")[0] for line in extending.said()] == [
        "config/shared/common.yaml:1: extends: a file that is extended extends none itself",
        "config/shared/common.yaml:2: environment: would be the name, and the state, of every environment that extends "
        "this file",
        "prod.d/a.yaml:1: extends: a file beside the environment's own extends none",
    ]


def test_a_file_elsewhere_extends_one_of_its_own_folder(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "common.yaml").write_text(BASE)
    (tmp_path / "common.yaml").write_text(BASE)
    folder = tmp_path / "ours"
    folder.mkdir()
    (folder / "common.yaml").write_text(BASE)
    file = folder / "a.yaml"
    file.write_text(EXTENDS.replace("../shared/common.yaml", "common.yaml"))
    assert load(REFERENCE, {"PSC_CONFIG": str(file)}).settings.region == "us-east1"
    file.write_text(EXTENDS.replace("../shared/common.yaml", "../common.yaml"))
    with pytest.raises(ConfigurationError, match="leads out of the folder of the environment's file"):
        load(REFERENCE, {"PSC_CONFIG": str(file)})
