"""The archive: the same bytes whoever makes it, and what tar makes of it."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from pathlib import Path

import pytest

from handover.archive import archive
from tests.handover.conftest import Make

FILES = {"b/two": b"2", "README.md": b"1", "b/one": b""}


def test_the_bytes_follow_from_the_files_alone() -> None:
    made = archive(FILES, "bundle")
    assert made == archive(dict(reversed(list(FILES.items()))), "bundle")
    # Pinned: another Python must make the same.
    assert hashlib.sha256(made).hexdigest() == "c81a402cd108ece7ac2e9120b17bd2428aa78a7abb8219e6640a3b789bb0506e"


def test_it_unpacks_into_one_folder() -> None:
    with tarfile.open(fileobj=io.BytesIO(archive(FILES, "bundle"))) as tar:
        assert tar.getnames() == ["bundle", "bundle/b", "bundle/README.md", "bundle/b/one", "bundle/b/two"]
        assert {entry.mtime for entry in tar.getmembers()} == {0}
        assert {(entry.uid, entry.gid, entry.uname) for entry in tar.getmembers()} == {(0, 0, "")}
        held = {entry.name: tar.extractfile(entry) for entry in tar.getmembers() if entry.isfile()}
        assert {name: file.read() for name, file in held.items() if file} == {
            "bundle/README.md": b"1",
            "bundle/b/one": b"",
            "bundle/b/two": b"2",
        }


@pytest.mark.parametrize("length", [1, 60, 127])
def test_invokers_of_any_length_are_handed_over_and_archived(length: int, make: Make, tmp_path: Path) -> None:
    pool = (
        "principal://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/our-pool/subject"
    )
    members = [f"{pool}/{'x' * length}{end}" for end in "ab"]
    made = make(f"producer: {{project: our-producer, services: {{hello: {{invokers: [{', '.join(members)}]}}}}}}\n")
    values = json.loads(made.files["producer/terraform.tfvars.json"])
    assert values["hello_invokers"] == members
    runbook = made.files["README.md"].decode()
    assert all(f'hello_invokers["{member}"]' in runbook for member in members)
    (tmp_path / "bundle.tar").write_bytes(archive(made.files, "b" * 120))
    with tarfile.open(tmp_path / "bundle.tar") as tar:
        assert {entry.name.partition("/")[2] for entry in tar if entry.isfile()} == set(made.files)
