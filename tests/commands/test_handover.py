"""./psc handover as it is typed: what it writes, what it verifies, and what it refuses in one sentence."""

from __future__ import annotations

import shutil
import tarfile
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path

import pytest

from commands import handover
from commands.cdk import CDKTF
from commands.environment import Environment
from commands.options import UsageError, parse
from handover.placing import PlacingError
from tests.conftest import DEFAULT

VARIABLES = ("PSC_ENV", "PSC_CONFIG", "PRODUCER_PROJECT", "CONSUMER_PROJECT", "REGION", "PSC_PROVIDER_VERSION")


@pytest.fixture(autouse=True)
def reference(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The reference deployment is chosen, whatever this checkout's own environments say."""
    for variable in VARIABLES:
        monkeypatch.setenv(variable, "")  # what a run leaves behind is undone
        monkeypatch.delenv(variable)
    file = tmp_path_factory.mktemp("configuration") / "reference.yaml"
    shutil.copyfile(DEFAULT, file)
    monkeypatch.setenv("PSC_CONFIG", str(file))
    monkeypatch.chdir(tmp_path)


def run(*words: str) -> int:
    parser = ArgumentParser()
    handover.arguments(parser)
    return handover.run(parser.parse_args(words), Environment(Path("unused"), CDKTF))


def test_hand_over_and_verify(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--hcl", "--tar", "bundle") == 0
    said = capsys.readouterr()
    assert "wrote bundle: producer, consumer, 25 files; begin with README.md" in said.out
    with tarfile.open(tmp_path / "bundle.tar") as tar:
        held = {entry.name: tar.extractfile(entry) for entry in tar if entry.isfile()}
        unpacked = {name.removeprefix("bundle/"): file.read() for name, file in held.items() if file}
    there = {path.relative_to(tmp_path / "bundle").as_posix(): path for path in (tmp_path / "bundle").rglob("*")}
    assert unpacked == {name: path.read_bytes() for name, path in there.items() if path.is_file()}
    assert run("--verify", "bundle") == 0
    said = capsys.readouterr()
    assert "content: what this checkout generates" in said.out
    assert "secrets: none found" in said.out

    values = tmp_path / "bundle" / "producer" / "terraform.tfvars"
    values.write_text(values.read_text().replace("= 10", "= 11"))
    assert run("--verify", "bundle") == 1
    said = capsys.readouterr()
    assert "producer/terraform.tfvars: edited since it was handed over" in said.out
    assert '-  "example-consumer-project" = 11' in said.out

    assert run("--hcl", "bundle") == 2
    assert "is not empty; --force" in capsys.readouterr().err
    assert run("--hcl", "--force", "bundle") == 0
    said = capsys.readouterr()
    assert "producer/terraform.tfvars: stays as operations have it" in said.err
    assert "= 11" in values.read_text()
    assert run("--hcl", "--force", "--as-configured", "bundle") == 0
    assert "= 10" in values.read_text()
    values.with_name("main.tf").write_text("# mine")
    assert run("--hcl", "--force", "bundle") == 0
    assert "producer/main.tf had been edited: kept as producer/main.tf.edited" in capsys.readouterr().err
    assert values.with_name("main.tf.edited").read_text() == "# mine"


@pytest.mark.parametrize("name", ["o\n::error::x", "\x1b[2Jo", "o\u202e"])
def test_names_are_only_text(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--tar", name) == 0
    assert run(name) == 2
    assert run("--force", "--tar", name) == 0
    said = capsys.readouterr()
    assert all(map(str.isprintable, (said.out + said.err).splitlines()))
    assert not any(line.startswith("::") for line in (said.out + said.err).splitlines())


@pytest.mark.parametrize("length", [245, 253, 255, 300])
def test_a_name_that_is_too_long_is_one_sentence(length: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--tar", "x" * length) == 2
    assert "ile name too long" in capsys.readouterr().err


@pytest.mark.parametrize("left", [Path.touch, Path.mkdir, lambda path: path.symlink_to("theirs")])
def test_what_lies_where_the_archive_is_built_is_never_written_through(
    left: Callable[[Path], None], tmp_path: Path
) -> None:
    left(tmp_path / ".x.tar.handover")
    (tmp_path / "theirs").write_text("theirs")
    if (tmp_path / ".x.tar.handover").is_dir():
        with pytest.raises(PlacingError, match="the folder itself was written"):
            handover._write_tar(tmp_path / "x.tar", b"tar")
        return
    handover._write_tar(tmp_path / "x.tar", b"tar")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"theirs": "theirs", "x.tar": "tar"}
    assert not (tmp_path / "x.tar").is_symlink()


def test_another_environments_bundle_is_verified_against_that_environment(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "ours.yaml"
    file.write_text("producer: {project: our-producer, services: {hello: {}}}\n")
    monkeypatch.setenv("PSC_CONFIG", str(file))
    assert run("bundle") == 0
    capsys.readouterr()
    assert run("--verify", "bundle") == 0
    assert capsys.readouterr().out.startswith("bundle: producer of the environment ours\n")
    monkeypatch.delenv("PSC_CONFIG")
    assert run("--verify", "bundle") == 2
    said = capsys.readouterr().err
    assert "ours" in said
    assert "--config" in said


def test_another_environments_bundle_is_never_replaced(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The values that operations edited there, and its states, would go on as this environment's."""
    assert run("bundle") == 0
    before = (tmp_path / "bundle" / "SHA256SUMS").read_bytes()
    (tmp_path / "ours.yaml").write_text("producer: {project: our-producer, services: {hello: {}}}\n")
    monkeypatch.setenv("PSC_CONFIG", str(tmp_path / "ours.yaml"))
    for more in ((), ("--as-configured",)):
        assert run("--force", *more, "bundle") == 2
        assert (
            "bundle is a bundle of the environment reference, and this would be one of ours" in capsys.readouterr().err
        )
    assert (tmp_path / "bundle" / "SHA256SUMS").read_bytes() == before


def test_an_archive_that_is_interrupted_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tar, aside = tmp_path / "b.tar", tmp_path / ".b.tar.handover"
    (tmp_path / "elsewhere").write_text("theirs")
    aside.symlink_to(tmp_path / "elsewhere")
    handover._write_tar(tar, b"1")
    assert (tar.read_bytes(), (tmp_path / "elsewhere").read_text()) == (b"1", "theirs")

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        handover._write_tar(tar, b"2")
    assert not aside.exists()
    aside.mkdir()
    with pytest.raises(PlacingError, match="the folder itself was written"):
        handover._write_tar(tar, b"2")
    assert tar.read_bytes() == b"1"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("file",), "file is a file"),
        (("link",), "link is a symbolic link"),
        (("missing/bundle",), "missing does not exist"),
        (("full",), "full is not empty"),
        (("--as-configured", "new"), "--as-configured goes with --force"),
        (("--force", "full"), "no bundle of ./psc handover"),
        (("--verify", "full"), "no bundle of ./psc handover"),
        (("--verify", "missing"), "no bundle of ./psc handover"),
        (("--verify", "file"), "no bundle of ./psc handover"),
        (("--verify", "--hcl", "full"), "--verify takes no --hcl"),
        (("--tar", "tarred"), "tarred.tar exists"),
        (("--stack", "nobody", "new"), "there is no stack nobody; there are consumer, producer"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_cannot_be_used_is_one_sentence_and_touches_nothing(
    words: tuple[str, ...], sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "tarred.tar").write_text("")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "theirs").write_text("")
    (tmp_path / "link").symlink_to("full")
    before = sorted(tmp_path.rglob("*"))
    assert run(*words) == 2
    said = capsys.readouterr()
    assert sentence in said.err
    assert len(said.err.strip().splitlines()) == 1
    assert said.out == ""
    assert sorted(tmp_path.rglob("*")) == before


def test_a_refused_configuration_says_what_synth_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text("producer: {project: X}\n")
    monkeypatch.setenv("PSC_CONFIG", str(file))
    assert run("bundle") == 2
    assert "producer.project" in capsys.readouterr().err
    assert not (tmp_path / "bundle").exists()


def test_a_folder_is_needed() -> None:
    with pytest.raises(UsageError, match="DIR"):
        parse(["handover"])
