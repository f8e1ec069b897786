"""The archive: the same bytes whoever makes it, and what tar makes of it."""

from __future__ import annotations

import hashlib
import io
import tarfile

from handover.archive import archive

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
