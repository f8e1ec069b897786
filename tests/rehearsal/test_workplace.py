"""The folder of a rehearsal."""

from __future__ import annotations

import pytest

from rehearsal.workplace import Workplace, short_folder


def test_a_temporary_folder_that_is_too_long_for_sockets_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", "/" + "x" * 57)
    assert short_folder() == "/" + "x" * 57
    monkeypatch.setattr("tempfile.tempdir", "/" + "x" * 90)
    assert short_folder() == "/tmp"


def test_the_folder_goes_away_unless_it_is_kept() -> None:
    with Workplace() as place:
        (place.folder / "file").write_text("")
    assert not place.folder.exists()
    with Workplace() as place:
        place.kept = True
    assert place.folder.exists()
    place.folder.rmdir()
