"""Odd files and odd variables: loaded or refused in a sentence, never waited for and never a traceback."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from config.loading import Loaded, load
from config.problems import ConfigurationError
from tests.conftest import CHECKOUT, DEFAULT, REFERENCE

VALID = """\
region: asia-northeast1
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


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "tried.yaml"
    made.write_text(VALID)
    return made


def loaded(file: Path | str, **variables: str) -> Loaded:
    return load(REFERENCE, {"PSC_CONFIG": str(file), **variables})


def said(variables: dict[str, str], checkout: Path = REFERENCE) -> str:
    with pytest.raises(ConfigurationError) as caught:
        load(checkout, variables)
    return str(caught.value)


def said_of(file: Path | str, **variables: str) -> str:
    return said({"PSC_CONFIG": str(file), **variables}).replace(str(file), "FILE")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"region: \xe9\n", "FILE:1: is not UTF-8"),
        (b"# fine\nregion: \xff\xfe\n", "FILE:2: is not UTF-8"),
        (VALID.encode("utf-16"), "FILE: is a binary file"),
        (b"region: \0\n", "FILE: is a binary file"),
        (b"\x89PNG\r\n\x1a\n", "FILE:1: is not UTF-8"),
        (b"region: \x07\n", "FILE:1: is not YAML: the character '\\x07' cannot stand in it; remove it"),
        (b"#" * 1_000_001, "FILE: is larger than 1,000,000 bytes"),
        (b"[" * 100_000, "FILE:1: is nested more than 20 deep"),
        (b"a: " * 1000, "FILE:1: is not YAML: mapping values are not allowed here"),
        (b"a" * 900_000, "FILE:1: the top of the file is a single value"),
        (b"a" * 2000 + b": 1", "FILE:1: is not YAML"),
        (b"region: " + b"9" * 5000 + b"\n", f"FILE:1: region: '{'9' * 78}… is no usable number"),
        (b'region: "\\ud800"\n', "FILE:1: region: '\\ud800' holds a line break or control character"),
        (VALID.encode() + b'description: "\\U00110000"\n', "FILE:11: is not YAML: chr() arg not in range(0x110000); "),
    ],
)
def test_a_file_that_is_no_configuration_is_refused(content: bytes, message: str, tmp_path: Path) -> None:
    file = tmp_path / "odd.yaml"
    file.write_bytes(content)
    assert said_of(file).startswith(message)


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + VALID.encode(),
        VALID.replace("\n", "\r\n").encode(),
        b"%YAML 1.1\n---\n" + VALID.encode() + b"...\n",
        VALID.encode() + "labels: {größe: groß, 名前: 東京}\n".encode(),
    ],
    ids=["byte order mark", "Windows line ends", "explicit document", "unicode"],
)
def test_a_file_from_any_editor_loads(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "odd.yaml"
    file.write_bytes(content)
    assert loaded(file).settings.region == "asia-northeast1"


def test_a_pipe_is_refused_instead_of_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.yaml"
    os.mkfifo(pipe)
    assert said_of(pipe).startswith("FILE: is no regular file; allowed: a YAML file;")


def test_a_directory_is_refused(tmp_path: Path) -> None:
    assert said_of(tmp_path).startswith("FILE: is a directory; allowed: a YAML file;")


def test_links_in_a_circle_are_refused(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").symlink_to(tmp_path / "two.yaml")
    (tmp_path / "two.yaml").symlink_to(tmp_path / "one.yaml")
    assert said_of(tmp_path / "one.yaml").startswith("FILE: cannot be read (")


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file_is_refused(file: Path) -> None:
    file.chmod(0)
    assert said_of(file).startswith("FILE: cannot be read (Permission denied)")


def test_a_missing_file_is_refused_with_its_neighbours(file: Path) -> None:
    assert said_of(file.parent / "tired.yaml") == "FILE: there is no such file; its folder has tried.yaml"
    assert said_of(file.parent / "no" / "where.yaml").startswith("FILE: there is no such file; create it")
    assert "cannot be read" in said_of(f"{file}/below.yaml")
    assert "cannot be read" in said_of(file.parent / ("x" * 300))


def test_a_path_with_control_characters_keeps_the_message_in_one_line(tmp_path: Path) -> None:
    for file in (f"{tmp_path}/a\nb\0c", str(REFERENCE / "a\nb\x85\u2028c")):
        assert len(said({"PSC_CONFIG": file}).splitlines()) == 1


def test_a_relative_path_is_relative_to_where_one_stands(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(file.parent)
    assert loaded("tried.yaml").settings.environment == "tried"


def test_a_file_name_that_is_no_environment_name_asks_for_one(file: Path) -> None:
    other = file.rename(file.parent / "My Config.yaml")
    assert said_of(other).startswith("FILE: environment: 'My Config' is not a key; allowed: up to 30 lower-case")
    other.write_text(VALID + "environment: mine\n")
    assert loaded(other).settings.environment == "mine"


@pytest.mark.parametrize(
    "name", ["../secrets", "a/b", "..", ".", "/etc/passwd", "Prod", "default.yaml", "a\nb", "x" * 31]
)
def test_psc_env_takes_names_only(name: str) -> None:
    message = said({"PSC_ENV": name})
    assert message.startswith(f"PSC_ENV: {name!r} is not the name of an environment; allowed: ")
    assert message.count("\n") == 0


@pytest.mark.parametrize("empty", ["", " ", "\n", "\t "])
@pytest.mark.parametrize(
    "variable", ["PSC_ENV", "PSC_CONFIG", "PRODUCER_PROJECT", "CONSUMER_PROJECT", "REGION", "PSC_PROVIDER_VERSION"]
)
def test_a_variable_that_is_set_but_empty_is_refused(variable: str, empty: str) -> None:
    assert said({variable: empty}).startswith(f"{variable}: is set but empty; ")


def test_an_environment_without_a_file_is_refused() -> None:
    message = said({"PSC_ENV": "nowhere"})
    assert message == "config/environments/nowhere.yaml: there is no such file; its folder has default.yaml"


def test_one_of_psc_env_and_psc_config_chooses() -> None:
    message = said({"PSC_ENV": "default", "PSC_CONFIG": "x.yaml"})
    assert message.startswith("PSC_ENV and PSC_CONFIG: both are set ('default' and 'x.yaml'); allowed: one of them")


def test_the_variables_win_over_the_file(file: Path) -> None:
    made = loaded(
        file, PRODUCER_PROJECT="other-producer", CONSUMER_PROJECT="other-consumer", REGION="us-east1",
        PSC_PROVIDER_VERSION="6.50.0",
    )  # fmt: skip
    assert made.settings.producer is not None
    assert made.settings.producer.project == "other-producer"
    assert made.settings.consumers["consumer"].project == "other-consumer"
    assert (made.settings.region, made.settings.provider_version) == ("us-east1", "6.50.0")
    assert made.origins["region",] == "environment variable REGION"
    assert made.settings.consumers["consumer"].test_vm.zone == "us-east1-b"


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("REGION", "us-east1-b", "REGION: region: 'us-east1-b' is a zone, a region is wanted"),
        (
            "REGION",
            " us-east1",
            "REGION: region: ' us-east1' has spaces around it; allowed: ",
        ),
        ("PRODUCER_PROJECT", "Mine\n", "PRODUCER_PROJECT: producer.project: 'Mine\\n' is not a project id"),
        ("CONSUMER_PROJECT", "${x}", "CONSUMER_PROJECT: consumers.consumer.project: '${x}' is not a project id"),
        ("PSC_PROVIDER_VERSION", "new", "PSC_PROVIDER_VERSION: provider_version: 'new' is not a version constraint"),
    ],
)
def test_a_variable_with_a_bad_value_is_named(variable: str, value: str, message: str, file: Path) -> None:
    refused = said_of(file, **{variable: value})
    assert refused.startswith(message)
    assert refused.count("\n") == 0


def test_a_variable_without_its_place_in_the_file_is_refused(file: Path) -> None:
    file.write_text("consumers:\n  analytics:\n    project: analytics-project\n")
    refused = said_of(file, PRODUCER_PROJECT="producer-project", CONSUMER_PROJECT="consumer-project").splitlines()
    assert refused == [
        "CONSUMER_PROJECT: is set ('consumer-project'), but FILE has no consumers.consumer; "
        "unset CONSUMER_PROJECT, or add consumers.consumer",
        "PRODUCER_PROJECT: is set ('producer-project'), but FILE has no producer; "
        "unset PRODUCER_PROJECT, or add producer",
    ]


def test_a_variable_over_something_of_the_wrong_type_is_refused(file: Path) -> None:
    file.write_text("producer: producer-project\n")
    assert "PRODUCER_PROJECT: cannot set producer.project: producer in FILE is no mapping" in said_of(
        file, PRODUCER_PROJECT="producer-project"
    )


def test_problems_of_variables_and_file_come_together(file: Path) -> None:
    file.write_text(VALID.replace("{service: hello}", "{service: helo}"))
    lines = said_of(file, REGION="", PRODUCER_PROJECT="X").splitlines()
    assert [line.split(": ")[0] for line in lines] == ["PRODUCER_PROJECT", "REGION", "FILE:10"]


def test_the_shipped_environment_is_the_reference_deployment() -> None:
    shipped = CHECKOUT / "config" / "environments" / "default.yaml"
    if not shipped.exists() or shipped.read_text() != DEFAULT.read_text():
        pytest.skip("config/environments/default.yaml was edited, as one does to deploy from here")
    made = load(REFERENCE, {})
    assert made.settings.environment == "default"
    assert made.notes == (
        "example-consumer-project and example-producer-project: example ids of the configuration; "
        "set PRODUCER_PROJECT and CONSUMER_PROJECT (or edit the file) before you deploy",
    )


def test_a_variable_that_wins_over_a_value_of_the_file_is_told(file: Path) -> None:
    file.write_text(VALID)
    told = loaded(file, PRODUCER_PROJECT="other-producer", REGION="us-east4").notes
    assert "PRODUCER_PROJECT=other-producer wins over producer.project: producer-project of FILE" in [
        note.replace(str(file), "FILE") for note in told
    ]
    assert any(note.startswith("REGION=us-east4 wins over region: ") for note in told)


def test_a_variable_that_says_the_same_or_replaces_an_example_is_not_told(file: Path) -> None:
    file.write_text(VALID)
    assert not [note for note in loaded(file, PRODUCER_PROJECT="producer-project").notes if "wins over" in note]
    own = load(REFERENCE, {"PRODUCER_PROJECT": "my-producer", "CONSUMER_PROJECT": "my-consumer"})
    assert own.notes == ()


@pytest.fixture
def staging(tmp_path: Path) -> Path:
    """A checkout with an environment of its own."""
    folder = tmp_path / "config" / "environments"
    folder.mkdir(parents=True)
    text = DEFAULT.read_text().replace("example-producer-project", "staging-producer")
    (folder / "staging.yaml").write_text(text.replace("example-consumer-project", "staging-consumer"))
    return tmp_path


def test_an_environment_that_was_chosen_by_name_is_not_retargeted_by_accident(staging: Path) -> None:
    chosen = {"PSC_ENV": "staging", "PRODUCER_PROJECT": "other-producer"}
    message = said(chosen, staging)
    assert message == (
        "PRODUCER_PROJECT: is set ('other-producer'), and the environment that was chosen has producer.project: "
        "staging-producer; allowed: one of the two; unset PRODUCER_PROJECT, or set PSC_OVERRIDE=1 if the environment's "
        "state is to be deployed there"
    )
    twice = load(staging, chosen | {"PSC_OVERRIDE": "1"})
    assert twice.settings.producer is not None
    assert twice.settings.producer.project == "other-producer"
    assert any("wins over producer.project" in note for note in twice.notes)
    assert load(staging, {"PSC_ENV": "staging", "PRODUCER_PROJECT": "staging-producer"}).notes == ()
    message = said({"PSC_ENV": "staging", "REGION": "us-east1"}, staging)
    assert message.startswith("REGION: is set ('us-east1'), and the environment that was chosen has region: asia-")


@pytest.mark.parametrize(
    ("keys", "note"),
    [
        ("port: 443", "producer.services.hello.port: the load balancer speaks plain HTTP on 443 too"),
        ("port: 3000", "producer.services.hello.port: callers use 3000; the container still gets requests on"),
        ("port: 3000, container_port: 3000", ""),
        ("port: 80", ""),
    ],
)
def test_a_port_that_means_something_else_is_told(keys: str, note: str, file: Path) -> None:
    file.write_text(VALID.replace("hello: {}", f"hello: {{{keys}}}"))
    told = [line for line in loaded(file).notes if ".port:" in line]
    assert bool(told) == bool(note)
    assert all(line.startswith(note) for line in told)
