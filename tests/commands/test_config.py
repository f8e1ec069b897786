"""./psc config shows every setting with its value and where that comes from."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path

import pytest

from commands import config
from commands.environment import Environment
from config.reference import reference_text
from config.schema import schema_text

VARIABLES = ("PSC_ENV", "PSC_CONFIG", "PRODUCER_PROJECT", "CONSUMER_PROJECT", "REGION", "PSC_PROVIDER_VERSION")
FILE = """\
region: us-east1
producer:
  project: producer-project
  services:
    hello:
      env: {MODE: fast}
      accept: {consumer: 3}
      nat_ranges:
        - 10.9.0.0/24
    orders:
      former_key: shop
consumers:
  consumer:
    project: consumer-project
    endpoints:
      psc-endpoint: {service: hello}
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    made = tmp_path / "tried.yaml"
    made.write_text(FILE)
    monkeypatch.setenv("PSC_CONFIG", str(made))
    return made


def run(*words: str) -> int:
    parser = ArgumentParser()
    config.arguments(parser)
    args: Namespace = parser.parse_args(words)
    return config.run(args, Environment.__new__(Environment))


def shown(capsys: pytest.CaptureFixture[str], file: Path) -> dict[str, tuple[str, str]]:
    """Key path → value and origin."""
    rows = {}
    for line in capsys.readouterr().out.replace(str(file), "FILE").splitlines():
        setting, told, origin = line.partition("  # ")
        if not told:
            continue
        name, _, value = setting.partition(" ")
        rows[name] = (value.strip(), origin)
    return rows


def test_every_origin_is_told(file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRODUCER_PROJECT", "other-producer")
    assert run("--all") == 0
    rows = shown(capsys, file)
    expected = {
        "environment": ('"tried"', "derived from the file's name"),
        "region": ('"us-east1"', "FILE:1"),
        "producer.project": ('"other-producer"', "environment variable PRODUCER_PROJECT"),
        "producer.network.name": ('"producer-vpc"', "default"),
        "producer.services.hello.env.MODE": ('"fast"', "FILE:6"),
        "producer.services.hello.accept.consumer": ("3", "FILE:7"),
        "producer.services.hello.nat_ranges": ('["10.9.0.0/24"]', "FILE:8"),
        "producer.services.hello.invokers": ('["consumer"]', "derived from consumers"),
        "producer.services.hello.image": ('"us-docker.pkg.dev/cloudrun/container/hello"', "default"),
        "producer.services.hello.names.url_map": ('"hello-url-map"', "derived from producer.services.hello"),
        "producer.services.orders.names.url_map": (
            '"shop-url-map"',
            "derived from producer.services.orders.former_key",
        ),
        "producer.services.orders.accept": ("{}", "derived from consumers"),
        "consumers.consumer.network.subnet.range": ('"10.1.0.0/24"', "default"),
        "consumers.consumer.test_vm.zone": ('"us-east1-b"', "derived from region"),
        "consumers.consumer.endpoints.psc-endpoint.address": (
            '"10.1.0.5"',
            "derived from consumers.consumer.network.subnet.range",
        ),
        "deletion_protection": ("false", "default"),
    }
    assert {name: rows.get(name) for name in expected} == expected


def test_the_columns_are_aligned_and_no_line_is_empty(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--all") == 0
    *lines, last = capsys.readouterr().out.splitlines()
    assert all("  # " in line for line in lines)
    assert last == f"environment tried: {len(lines)} settings of {file}"
    assert len({line.index(line.split()[1]) for line in lines}) == 1


def test_only_what_is_set_is_shown_unless_more_is_asked_for(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run() == 0
    *lines, last = capsys.readouterr().out.splitlines()
    assert all(f"  # {file}:" in line for line in lines)
    assert last.startswith(f"environment tried: {len(lines)} settings of {file}; ")
    assert run("producer.services.hello.accept", "region") == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()[:-1]] == [
        "region",
        "producer.services.hello.accept.consumer",
    ]
    assert run("producer.servces") == 2
    assert capsys.readouterr().err.splitlines()[-1].startswith("psc: producer.servces: there is nothing below; at the ")


def test_the_settings_come_as_json(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert said["region"] == "us-east1"
    assert list(said["producer"]["services"]) == ["hello", "orders"]


def test_schema_and_reference_need_no_configuration(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.unlink()
    assert run("--schema") == 0
    assert capsys.readouterr().out == schema_text()
    assert run("--part-schema") == 0
    assert capsys.readouterr().out == schema_text(part=True)
    assert run("--reference") == 0
    assert capsys.readouterr().out == reference_text()


def test_problems_go_to_standard_error_with_code_2(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(FILE.replace("us-east1", "Tokyo"))
    assert run() == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(f"{file}:1: region: 'Tokyo' is not a region; ")


def test_notes_go_to_standard_error(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run() == 0
    assert "note: producer.services.orders.invokers: nobody may call the service" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["", "--json"])
def test_what_looks_like_a_credential_is_not_shown(option: str, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(FILE.replace("{MODE: fast}", "{MODE: fast, SIGNING_KEY: swordfish, HOOK: whsec_0123456789abcdef}"))
    assert run(*([option] if option else [])) == 0
    said = capsys.readouterr().out
    assert "swordfish" not in said
    assert "whsec_" not in said
    assert said.count("(hidden)") == 2
    assert "fast" in said


def test_of_several_files_each_value_has_its_own(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = file.with_suffix(".d")
    folder.mkdir()
    team = "consumers: {analytics: {project: our-analytics, endpoints: {a: {service: orders}}}}\n"
    (folder / "analytics.yaml").write_text(team)
    assert run() == 0
    told = capsys.readouterr().out.replace(str(file.parent), "FOLDER")
    assert "# FOLDER/tried.yaml:1\n" in told
    (line,) = [line for line in told.splitlines() if line.startswith("consumers.analytics.project")]
    assert line.endswith("  # FOLDER/tried.d/analytics.yaml:1")
    assert " settings of FOLDER/tried.yaml and 1 more file; " in told.splitlines()[-1]


@pytest.fixture
def two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with the environments staging, which is chosen, and production."""
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    folder = tmp_path / "config" / "environments"
    folder.mkdir(parents=True)
    (folder / "staging.yaml").write_text(FILE.replace("MODE: fast", "MODE: fast, API_KEY: swordfish-of-the-sea"))
    (folder / "production.yaml").write_text(
        FILE.replace("MODE: fast", "API_KEY: swordfish-of-the-lake").replace("us-east1", "us-east4")
        + "labels: {team: platform}\n"
    )
    monkeypatch.setattr(config, "CHECKOUT", tmp_path)
    monkeypatch.setenv("PSC_ENV", "staging")
    return folder


def test_two_environments_are_compared(two: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--against", "production") == 1
    assert capsys.readouterr().out.splitlines() == [
        'region: "us-east1" → "us-east4"',
        'producer.services.hello.env.MODE: "fast" → not set',
        'producer.services.hello.env.API_KEY: "(hidden)" → "(hidden)"',
        'consumers.consumer.test_vm.zone: "us-east1-b" → "us-east4-b"',
        'labels.team: not set → "platform"',
        "environments staging → production: 5 differences",
    ]
    assert run("--against", "production", "producer.project", "region") == 1
    assert capsys.readouterr().out.splitlines()[-1] == "environments staging → production: 1 difference"
    assert run("--against", "production", "--json", "producer") == 1
    assert json.loads(capsys.readouterr().out) == {
        "schema": 1,
        "environment": "staging",
        "against": "production",
        "differences": [
            {"key": "producer.services.hello.env.MODE", "value": "fast", "against": None},
            {"key": "producer.services.hello.env.API_KEY", "value": "(hidden)", "against": "(hidden)"},
        ],
    }


def test_equal_environments_differ_in_nothing_whatever_the_variables_are(
    two: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (two / "production.yaml").write_text((two / "staging.yaml").read_text())
    monkeypatch.setenv("REGION", "europe-west1")
    assert run("--against", "production") == 0
    said = capsys.readouterr()
    assert (said.out, said.err) == ("environments staging → production: no differences\n", "")
    assert run("--against", "production", "--json") == 0
    assert json.loads(capsys.readouterr().out)["differences"] == []


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--against", "prod"], "psc: --against: there is no environment 'prod'; there are production, staging"),
        (["--against", "../x\n"], "psc: --against: there is no environment '../x\\n'; there are production, staging"),
        (["--against", "##[error]x"], r"psc: --against: there is no environment '\x23#[error]x'; there are "),
        (
            ["--against", "production", "servces"],
            "psc: servces: there is nothing below; at the top there are extends, ",
        ),
    ],
)
def test_what_cannot_be_compared_is_one_sentence(
    words: list[str], message: str, two: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*words) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(message)
    (two / "production.yaml").write_text("region: Tokyo\n")
    assert run("--against", "production") == 2
    assert capsys.readouterr().err.startswith("config/environments/production.yaml:1: region: 'Tokyo' ")
