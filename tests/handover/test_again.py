"""Handing over again: values that operations changed stay theirs, and so callers that they took away stay away."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from deployment.unusable import UnusableError
from handover.again import as_recorded, assigned, operated, told, with_values
from handover.bundle import Bundle, Wish
from handover.manifest import MANIFEST, SUMS, ManifestError, digest, read, sums
from handover.placing import place
from handover.present import present
from handover.verification import checksums, content
from tests.handover.conftest import Make, put

FORMATS = {"hcl": ("terraform.tfvars", ".tf"), "json": ("terraform.tfvars.json", ".tf.json")}
BOTH = pytest.mark.parametrize("format_", FORMATS)


def edited(folder: Path, format_: str) -> str:
    """As the runbook says: the one who may call is taken out, and another limit stands in the values."""
    values = folder / "producer" / FORMATS[format_][0]
    text = values.read_text().replace("10", "3")
    values.write_text(re.sub(r'(hello_invokers"?\s*[=:]) \[[^]]*\]', r"\1 []", text))
    return f"producer/{values.name}"


def again(make: Make, folder: Path, format_: str) -> tuple[Bundle, dict[str, bytes], Bundle]:
    theirs = operated(folder, format_)
    configured = make(wish=Wish(format=format_))
    made = with_values(configured, theirs)
    place(made.files, folder)
    return made, theirs, configured


def test_half_of_a_character_in_the_values_is_a_sentence(make: Make, tmp_path: Path) -> None:
    folder = put(make().files, tmp_path / "bundle")
    (folder / "producer" / "terraform.tfvars.json").write_text(r'{"hello_image": "\ud800"}')
    with pytest.raises(UnusableError, match="edited since it was handed over, and cannot be read"):
        operated(folder, "json")


@pytest.mark.parametrize("edited_since", [False, True])
def test_a_list_that_was_made_anew_with_the_states_in_it_takes_none_of_them_away(
    edited_since: bool, make: Make, tmp_path: Path
) -> None:
    made = make()
    folder = put(made.files, tmp_path / "bundle")
    others = {"producer/terraform.tfstate": b"1", "terraform.consumer.tfstate": b"2"}
    put(others, folder)
    former = {"producer/former.tf.json": b"{}"}
    listed = {path: text for path, text in {**made.files, **others, **former}.items() if path != SUMS}
    put({**former, SUMS: sums(listed)}, folder)
    others = {path: text + b" edited" for path, text in others.items()} if edited_since else others
    place(made.files, put(others, folder))
    here = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert here == {**made.files, **others}


@BOTH
def test_what_operations_did_outlives_every_further_hand_over(format_: str, make: Make, tmp_path: Path) -> None:
    folder = put(make(wish=Wish(format=format_)).files, tmp_path / "bundle")
    values = edited(folder, format_)
    theirs = (folder / values).read_bytes()
    assert theirs.count(b"[]") == 1
    for _ in range(3):
        made, former, configured = again(make, folder, format_)
        assert (folder / values).read_bytes() == theirs
        assert not list(folder.rglob("*.edited"))
        said = list(told(made, former, configured.files))
        assert any("3" in line and line.startswith("  -") for line in said), said
        assert any("[]" in line and line.startswith("  -") for line in said), said
        manifest, listed = read(folder)
        there = present(folder)
        generated = make(wish=Wish(format=format_), source=manifest.source)
        assert checksums(there, listed).held
        # Their values are told, as whoever edits them can also write that they are theirs; nothing else differs.
        verdict = content(there, listed, as_recorded(generated, manifest.operated).files)
        assert not verdict.held
        assert [line for line in verdict.details if line.startswith("--- ")] == [f"--- here/{values}"]


@BOTH
def test_a_new_variable_gets_its_value_beside_theirs(format_: str, make: Make, tmp_path: Path) -> None:
    folder = put(make(wish=Wish(format=format_)).files, tmp_path / "bundle")
    name, _ = FORMATS[format_]
    values = folder / "producer" / name
    kept = [line for line in values.read_text().splitlines() if "hello_image" not in line]
    values.write_text("\n".join(kept) + "\n")
    made, _, _ = again(make, folder, format_)
    text = made.files[f"producer/{name}"].decode()
    assert "us-docker.pkg.dev/cloudrun/container/hello" in text
    assert text.count("hello_accept") == 1


def test_a_former_bundle_that_nobody_touched_is_replaced_as_before(make: Make, tmp_path: Path) -> None:
    folder = put(make().files, tmp_path / "bundle")
    assert operated(folder, "json") == {}
    assert operated(tmp_path / "nothing", "json") == {}
    document = json.loads((folder / MANIFEST).read_text())
    assert not {"revoked", "operated"} & document.keys(), "as bundles of earlier versions have it"


@pytest.mark.parametrize("did", ["deleted", "edited", "handed over again since", "nothing"])
def test_what_was_done_with_callers_in_files_of_their_own_is_not_undone(did: str, make: Make, tmp_path: Path) -> None:
    files = dict(make(wish=Wish(format="hcl")).files) | {"producer/invoker_hello_consumer.tf": b"\n"}
    if did == "handed over again since":
        document = json.loads(files[MANIFEST]) | {"revoked": ["producer/invoker_hello_other"]}
        files[MANIFEST] = json.dumps(document).encode()
    del files[SUMS]
    folder = put({**files, SUMS: sums(files)}, tmp_path / "bundle")
    if did == "deleted":
        (folder / "producer/invoker_hello_consumer.tf").unlink()
    if did == "edited":
        edited(folder, "hcl")
    if did == "nothing":
        assert operated(folder, "hcl") == {}
        return
    with pytest.raises(UnusableError, match=r"of an earlier version.*--as-configured"):
        operated(folder, "hcl")


@pytest.mark.parametrize(
    ("format_", "text"),
    [
        ("hcl", b"hello_accept = {}\n"),
        *(("json", text) for text in (b"{no json", b"[]", b"1", b"\xff", b"[" * 100_000)),
        *(("json", text) for text in (b'{"a": 1, "a": 2}', b'{"a": {"b": 1, "b": 1}}', b'{"a": NaN}', b'{"a": 1e999}')),
    ],
)
def test_values_that_cannot_be_carried_over_are_refused(format_: str, text: bytes, make: Make, tmp_path: Path) -> None:
    folder = put(make(wish=Wish(format=format_)).files, tmp_path / "bundle")
    (folder / "producer" / FORMATS[format_][0]).write_bytes(text)
    before = {path: digest(path.read_bytes()) for path in folder.rglob("*") if path.is_file()}
    with pytest.raises(UnusableError, match="--as-configured"):
        operated(folder, "json")
    assert before == {path: digest(path.read_bytes()) for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("format_", "text", "names"),
    [
        ("hcl", "\ufeffa = 1\r\n  b-c = 2\r\n\t_d=3", {"a", "b-c", "_d"}),
        ("hcl", "/* x\nb = 1\n*/ a = 1 // c = 2\n# d = 3", {"a"}),
        ("hcl", 'a = {\nb = 1\n"c = {" = [\n{\nd = 1\n}\n]\n}\ne = ("}")\n', {"a", "e"}),
        ("hcl", "a = <<EOT\nb = {\nEOT\nc = <<-END\n  d = 1\n  END\ne = 1", {"a", "c", "e"}),
        ("hcl", 'a = "\\"b = 1"\nc = "# d"\ne = "${f == 1}"', {"a", "c", "e"}),
        ("hcl", "a = 1\n/* never ends\nb = 1", {"a"}),
        ("json", '{"//": "words", "a": {"b": 1}, "//": 2}', {"a"}),
    ],
)
def test_a_variable_that_is_assigned_is_not_assigned_again(format_: str, text: str, names: set[str]) -> None:
    """However operations, their editors and other programs write it: twice is an error of Terraform's."""
    assert assigned(text, format_) == names


@BOTH
@pytest.mark.parametrize("target", ["../../theirs", "itself", "nowhere", "/dev/zero", ".."])
def test_values_that_became_a_link_are_refused(target: str, format_: str, make: Make, tmp_path: Path) -> None:
    """The file it leads to may be any of whoever hands over: it would be shown, and stand in the new bundle."""
    folder = put(make(wish=Wish(format=format_)).files, tmp_path / "bundle")
    (tmp_path / "theirs").write_text('{"refresh_token": "words"}')
    file = folder / "producer" / FORMATS[format_][0]
    file.unlink()
    file.symlink_to(target.replace("itself", file.name))
    with pytest.raises(UnusableError, match=f"^producer/{file.name}: is a link") as refused:
        operated(folder, format_)
    assert "words" not in str(refused.value)


@BOTH
@pytest.mark.parametrize("path", ["producer/main.tf", "producer/versions.tf.json", "README.md", "../terraform.tfvars"])
def test_nothing_but_values_is_that_of_operations(path: str, format_: str, make: Make, tmp_path: Path) -> None:
    """A manifest that says so of code would excuse any difference in it."""
    folder = put(make(wish=Wish(format=format_)).files, tmp_path / "bundle")
    document = json.loads((folder / MANIFEST).read_text())
    (folder / MANIFEST).write_text(json.dumps({**document, "operated": [path]}, sort_keys=True))
    with pytest.raises(ManifestError, match="operated.0"):
        read(folder)


@BOTH
@pytest.mark.parametrize("edit", [b"", b"\xff", b"[]", b"null", b"[" * 100_000, b'{"hello_invokers": ["user:x"]}'])
def test_values_that_a_manifest_says_are_theirs_are_told_all_the_same(
    edit: bytes, format_: str, make: Make, tmp_path: Path
) -> None:
    made, values = make(wish=Wish(format=format_)), f"producer/{FORMATS[format_][0]}"
    files = {**as_recorded(made, [values]).files, values: edit}
    del files[SUMS]
    folder = put({**files, SUMS: sums(files)}, tmp_path / "bundle")
    manifest, listed = read(folder)
    verdict = content(present(folder), listed, as_recorded(made, manifest.operated).files)
    assert not verdict.held
    assert [line for line in verdict.details if line.startswith("--- ")] == [f"--- here/{values}"]
