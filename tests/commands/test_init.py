"""./psc init writes a configuration that is complete, or nothing."""

from __future__ import annotations

import errno
import io
import os
import shutil
from argparse import ArgumentParser
from pathlib import Path

import pytest
import yaml

from commands import init
from commands.environment import Environment
from config.beginning import Beginning
from config.loading import load

LINK = "projects/their-project/regions/us-east1/serviceAttachments/their-attachment"


@pytest.fixture(autouse=True)
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "config" / "environments").mkdir(parents=True)
    monkeypatch.setattr(init, "CHECKOUT", tmp_path)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    return tmp_path


def run(*words: str) -> int:
    parser = ArgumentParser()
    init.arguments(parser)
    return init.run(parser.parse_args(words), Environment.__new__(Environment))


def answer(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("sys.stdin", Terminal("".join(f"{line}\n" for line in lines)))
    monkeypatch.setattr("sys.stderr", Terminal())


def test_options_make_a_whole_file(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["staging", "--producer", "my-producer", "--service", "orders", "--region", "europe-west1"]
    words += ["--image", "europe-docker.pkg.dev/my-producer/apps/orders:1", "--bucket", "my-states"]
    assert run(*words, "--consumer", "shop=my-shop", "--consumer", "on=my-office", "--name-prefix", "stg") == 0
    settings = load(checkout, {"PSC_ENV": "staging"}).settings
    assert settings.producer is not None
    assert settings.producer.services["orders"].accept == {"shop": 10, "on": 10}
    assert {key: consumer.project for key, consumer in settings.consumers.items()} == {
        "shop": "my-shop",
        "on": "my-office",
    }
    assert (settings.region, settings.name_prefix, settings.state.bucket) == ("europe-west1", "stg", "my-states")
    assert not settings.consumers["shop"].test_vm.enabled
    said = capsys.readouterr().out
    assert "./psc cdktf --env staging deploy producer shop on" in said
    assert said.splitlines()[-1].startswith("wrote config/environments/staging.yaml")


def test_another_teams_attachment_needs_no_producer(checkout: Path) -> None:
    assert run("partner", "--service-attachment", LINK, "--service", "theirs", "--consumer", "my-project") == 0
    settings = load(checkout, {"PSC_ENV": "partner"}).settings
    assert settings.producer is None
    assert settings.region == "us-east1"
    assert settings.consumers["consumer"].endpoints["theirs"].service_attachment == LINK


@pytest.mark.parametrize("full", [True, False])
def test_what_cannot_be_written_is_one_sentence_and_leaves_nothing(
    full: bool, checkout: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = checkout / "config" / "environments" / "mine.yaml"
    text = Beginning.text

    def without_folder(self: Beginning) -> str:
        shutil.rmtree(file.parent, ignore_errors=True)
        return text(self)

    def without_room(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(*(("commands.init.write", without_room) if full else (Beginning, "text", without_folder)))
    assert run("mine", "--producer", "my-producer", "--consumer", "my-project") == 2
    told = capsys.readouterr().err.splitlines()
    assert told[-1].startswith("psc: config/environments/mine.yaml: cannot be written (No s")
    assert not file.exists()


def test_nothing_is_ever_overwritten(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = checkout / "config" / "environments" / "mine.yaml"
    file.write_text("region: us-east1\n")
    assert run("mine", "--producer", "my-producer", "--consumer", "my-project") == 2
    assert "psc: name: config/environments/mine.yaml exists already; choose another name" in capsys.readouterr().err
    assert file.read_text() == "region: us-east1\n"


def test_what_others_left_beside_it_does_not_become_part_of_it(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (checkout / "config" / "environments" / "mine.d").mkdir()
    assert run("mine", "--producer", "my-producer", "--consumer", "my-project") == 2
    assert "psc: name: config/environments/mine.d exists, and its files would become part" in capsys.readouterr().err
    assert not (checkout / "config" / "environments" / "mine.yaml").exists()


def test_all_that_is_wrong_comes_at_once_and_nothing_is_written(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("Mine", "--producer", "X", "--consumer", "a=my-project", "--consumer", "a=other-project") == 2
    said = capsys.readouterr().err.splitlines()
    assert [line.split(": ")[1] for line in said] == ["name", "producer", "consumer"]
    assert "a appears twice" in said[2]
    assert run("mine", "--producer", "my-producer", "--consumer", "my-shop", "--service", "a", "--service", "b") == 2
    assert "service: the file begins with one" in capsys.readouterr().err, "the last would win without a word"
    assert run("mine") == 2
    said = capsys.readouterr().err.splitlines()
    assert [line.split(" is needed")[0] for line in said] == ["psc: --producer", "psc: --consumer"]
    assert run("mine", "--service-attachment", LINK, "--producer", "my-producer", "--consumer", "my-project") == 2
    assert not list((checkout / "config" / "environments").iterdir())


def test_what_does_not_fit_together_is_told_with_its_line(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--producer", "my-producer", "--consumer", "my-project", "--image", "gcr.io/a/b", "--service", "a" * 30]
    assert run("mine", *words, "--name-prefix", "b" * 20) == 2
    assert "nothing was written" in capsys.readouterr().err
    assert not list((checkout / "config" / "environments").iterdir())


def test_what_was_not_given_is_asked_until_it_can_be_used(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, "mine", "", "", "my-producer", "", "", "Tokyo", "us-east1", "my-project", "")
    assert run() == 0
    content = yaml.safe_load((checkout / "config" / "environments" / "mine.yaml").read_text())
    assert content["region"] == "us-east1"
    assert content["producer"]["project"] == "my-producer"
    assert content["consumers"]["consumer"]["project"] == "my-project"


def test_an_end_of_answers_writes_nothing(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, "mine", "")
    assert run() == 130
    assert not list((checkout / "config" / "environments").iterdir())
