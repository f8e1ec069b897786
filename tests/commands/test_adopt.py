"""./psc adopt as it is typed, as far as no Terraform is needed: what it says of words, rights and networks."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

pytest.importorskip("googleapiclient", reason="the group `rehearse` of the Pipfile is not installed")

from commands import cdk, options
from commands.environment import Environment
from config.loading import load
from standin import Standin, environment
from standin.faults import Failure
from tests.conftest import REFERENCE
from tests.live.world import World

PRODUCER, CONSUMER = "example-producer-project", "example-consumer-project"
FOUND = ("--discover", "--producer", PRODUCER, "--consumer", CONSUMER, "--region", "asia-northeast1")


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The reference deployment, in a cloud to which all variables lead."""
    world = World(load(REFERENCE, {}).settings, {}).deploy()
    monkeypatch.setattr("time.sleep", lambda _: None)
    with Standin(cloud=world.cloud) as standin:
        for name, value in environment(standin.url).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        for name in ("PRODUCER_PROJECT", "CONSUMER_PROJECT", "REGION"):
            monkeypatch.delenv(name, raising=False)
        yield world


def adopt(*words: str) -> int:
    """Run the command in this process; its exit code."""
    command, args = options.parse(["adopt", *words])
    assert command is not None
    return command.run(args, Environment(Path(sys.prefix), cdk.chosen()))


def test_what_is_found_is_printed_as_a_file(there: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert adopt(*FOUND) == 0
    told = capsys.readouterr().out
    assert told.startswith("# yaml-language-server")
    assert yaml.safe_load(told)["consumers"]["consumer"]["endpoints"] == {"psc-endpoint": {"service": "hello"}}


def test_the_variables_of_the_walk_through_say_where(
    there: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert adopt(*FOUND) == 0
    wanted = capsys.readouterr().out
    for name, value in (("PRODUCER_PROJECT", PRODUCER), ("CONSUMER_PROJECT", CONSUMER), ("REGION", "asia-northeast1")):
        monkeypatch.setenv(name, value)
    assert adopt("--discover") == 0
    assert capsys.readouterr().out == wanted


def test_what_no_configuration_says_is_1_and_nothing_is_written(
    there: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    attachment = f"projects/{PRODUCER}/regions/asia-northeast1/serviceAttachments/hello-service-attachment"
    there.cloud.compute[attachment].body["enableProxyProtocol"] = True
    assert adopt(*FOUND, "--output", str(tmp_path / "x.yaml")) == 1
    said = capsys.readouterr().err
    assert "the service attachment hello-service-attachment has enableProxyProtocol" in said
    assert "nothing was written" in said
    assert not (tmp_path / "x.yaml").exists()


def test_no_file_is_written_over(there: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.yaml").write_text("mine")
    assert adopt(*FOUND, "--output", str(tmp_path / "x.yaml")) == 2
    assert "exists already" in capsys.readouterr().err
    assert (tmp_path / "x.yaml").read_text() == "mine"


@pytest.mark.parametrize(
    ("words", "fault", "says"),
    [
        (("--region", "europe-west1"), None, "--region goes with --discover"),
        (("--discover", "--apply"), None, "--apply does not go with --discover"),
        ((*FOUND, "--service", "hello"), None, "--service does not go with --discover"),
        (("--discover", "--region", "europe-west1"), None, "--discover needs --region, and --producer or --consumer"),
        (("--discover", "--producer", PRODUCER), None, "--discover needs --region"),
        (FOUND, (r"compute\.serviceAttachments\.list", 403), f"needs roles/compute.viewer on {PRODUCER}"),
        (FOUND, (r"compute\.forwardingRules\.list", 503), "Google answers 503"),
        (("--discover", "--producer", "not-there", "--region", "europe-west1"), None, "not enabled in"),
    ],
)  # fmt: skip
def test_what_cannot_be_found_out_is_2_with_one_sentence(
    words: tuple[str, ...],
    fault: tuple[str, int] | None,
    says: str,
    there: World,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if fault:
        there.cloud.faults.methods = [Failure(fault[0], times=0, code=fault[1], message="No")]
    assert adopt(*words) == 2
    told = capsys.readouterr()
    assert says in told.err
    assert told.out == ""
    assert len([line for line in told.err.splitlines() if line.startswith("psc: ")]) == 1


def test_an_answer_without_what_its_api_describes_is_2_with_a_sentence(
    there: World, capsys: pytest.CaptureFixture[str]
) -> None:
    rule = f"projects/{PRODUCER}/regions/asia-northeast1/forwardingRules/hello-forwarding-rule"
    del there.cloud.compute[rule].body["network"]
    assert adopt(*FOUND) == 2
    told = capsys.readouterr()
    assert "an answer has not the form that its API describes" in told.err
    assert told.out == ""
