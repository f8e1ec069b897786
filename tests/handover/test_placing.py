"""A bundle is written whole or not at all, over nothing that is not ours."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from handover import placing
from handover.manifest import SUMS, Manifest, sums
from handover.placing import PlacingError, check, place
from tests.conftest import CHECKOUT
from tests.handover.conftest import SOURCE, put

MANIFEST = Manifest(
    environment="default", format="json", stacks=("a",), harmless=(), provider="7.45.0", source=SOURCE
).text()


def files(**content: str) -> dict[str, bytes]:
    """A small bundle: `a__b` is a/b."""
    files = {name.replace("__", "/"): text.encode() for name, text in content.items()}
    files["manifest.json"] = MANIFEST.encode()
    return files | {SUMS: sums(files)}


def tree(folder: Path) -> dict[str, str]:
    """Every file below a folder, SHA256SUMS and the manifest aside."""
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in {SUMS, "manifest.json"}
    }


FIRST, SECOND = files(a__main="1", a__old="1", top="1"), files(a__main="2", a__new="2", top="1")


@pytest.mark.parametrize("prepare", [lambda path: None, Path.mkdir], ids=["missing", "empty"])
def test_a_new_folder_is_written(prepare: Callable[[Path], None], tmp_path: Path) -> None:
    folder = tmp_path / "bundle"
    prepare(folder)
    check(folder, CHECKOUT, force=False)
    place(FIRST, folder)
    assert tree(folder) == {"a/main": "1", "a/old": "1", "top": "1"}
    assert [path.name for path in tmp_path.iterdir()] == ["bundle"]


def test_a_former_bundle_is_replaced_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "bundle"
    place(FIRST, folder)
    (folder / "a" / "main").write_text("edited")
    (folder / "terraform.tfstate").write_text("state")
    (folder / "a" / ".terraform").mkdir()
    (folder / "a" / ".terraform" / "plugin").symlink_to("/nowhere")
    inode = (folder / "terraform.tfstate").stat().st_ino
    check(folder, CHECKOUT, force=True)
    assert place(SECOND, folder) == ("a/main",)
    assert tree(folder) == {
        "a/main": "2",
        "a/main.edited": "edited",
        "a/new": "2",
        "terraform.tfstate": "state",
        "top": "1",
    }
    assert (folder / "a" / ".terraform" / "plugin").readlink() == Path("/nowhere")
    assert (folder / "terraform.tfstate").stat().st_ino == inode, "a running Terraform goes on writing into it"
    (folder / "a" / "main").write_text("edited again")
    place(SECOND, folder)
    assert (folder / "a" / "main.edited").read_text() == "edited"
    assert (folder / "a" / "main.edited2").read_text() == "edited again"


def test_a_foreign_file_in_the_way_is_never_overwritten(tmp_path: Path) -> None:
    folder = tmp_path / "bundle"
    place(FIRST, folder)
    (folder / "a" / "new").write_text("theirs")
    with pytest.raises(PlacingError, match="not of the former bundle, and the new one has a file there"):
        place(SECOND, folder)
    assert tree(folder) == {"a/main": "1", "a/new": "theirs", "a/old": "1", "top": "1"}
    assert [path.name for path in tmp_path.iterdir()] == ["bundle"]


def refused(folder: Path, *, force: bool = False, checkout: Path = CHECKOUT) -> str:
    with pytest.raises(PlacingError) as error:
        check(folder, checkout, force=force)
    assert "\n" not in str(error.value)
    return str(error.value)


def test_what_cannot_be_a_bundles_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "link").symlink_to(tmp_path)
    (tmp_path / "dangling").symlink_to("nowhere")
    (tmp_path / "circle").symlink_to("circle")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "theirs").write_text("")
    assert "is a file" in refused(tmp_path / "file")
    assert "is a symbolic link" in refused(tmp_path / "link")
    assert "is a symbolic link" in refused(tmp_path / "dangling", force=True)
    assert "is a symbolic link" in refused(tmp_path / "circle")
    assert "circle is no folder; give another" in refused(tmp_path / "circle" / "bundle")
    assert "file is no folder; give another" in refused(tmp_path / "file" / "bundle")
    assert "does not exist" in refused(tmp_path / "missing" / "bundle")
    assert "--force replaces a former bundle" in refused(tmp_path / "full")
    assert "no bundle of ./psc handover (no SHA256SUMS)" in refused(tmp_path / "full", force=True)
    assert "inside this checkout" in refused(tmp_path / "full", checkout=tmp_path)
    assert "inside this checkout" in refused(tmp_path / "full" / ".." / "new", checkout=tmp_path)
    assert "ends with .." in refused(tmp_path / "full" / "..")


def test_what_is_not_writable_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place(FIRST, tmp_path / "bundle")
    # Not by modes: whoever runs the tests as root may write everywhere.
    closed = {tmp_path}
    monkeypatch.setattr("os.access", lambda path, _mode: path not in closed)
    assert refused(tmp_path / "new") == f"{tmp_path} is not writable; give another folder"
    closed.clear()
    closed.add(tmp_path / "bundle")
    assert refused(tmp_path / "bundle", force=True) == f"{tmp_path / 'bundle'} is not writable; give another folder"
    monkeypatch.setattr("os.access", lambda path, _mode: str(path) != str(tmp_path / "bundle" / "a"))
    assert "bundle/a is not readable and writable, so it cannot move along" in refused(tmp_path / "bundle", force=True)


def test_a_folder_that_is_closed_to_others_stays_closed(tmp_path: Path) -> None:
    """There may be states in it, and states have whatever the resources hold."""
    folder = tmp_path / "bundle"
    folder.mkdir(mode=0o700)
    for made in (FIRST, SECOND):
        place(made, folder)
        assert folder.stat().st_mode & 0o777 == 0o700
        (folder / "a").chmod(0o750)
        (folder / "a" / "main").chmod(0o600)
    place(FIRST, folder)
    assert (folder / "a").stat().st_mode & 0o777 == 0o750
    assert (folder / "a" / "main").stat().st_mode & 0o777 == 0o600


def test_nothing_new_can_be_changed_by_everyone(tmp_path: Path) -> None:
    former = os.umask(0)
    try:
        place(FIRST, tmp_path / "bundle")
        place(SECOND, tmp_path / "bundle")
    finally:
        os.umask(former)
    modes = [path.stat().st_mode for path in [tmp_path / "bundle", *(tmp_path / "bundle").rglob("*")]]
    assert not any(mode & 0o002 for mode in modes)


def test_a_folder_that_cannot_be_read_is_never_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, scandir = tmp_path / "bundle", os.scandir
    place(FIRST, folder)
    put({"states/state": b"state"}, folder)

    def closed(path: Any) -> Any:
        if isinstance(path, (str, Path)) and Path(path).name == "states":
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr("os.scandir", closed)
    with pytest.raises(PlacingError, match="states: Permission denied; nothing was changed"):
        place(SECOND, folder)
    monkeypatch.undo()
    assert tree(folder) == {"a/main": "1", "a/old": "1", "states/state": "state", "top": "1"}
    assert [path.name for path in tmp_path.iterdir()] == ["bundle"]


def test_an_empty_folder_stays(tmp_path: Path) -> None:
    place(FIRST, tmp_path / "bundle")
    (tmp_path / "bundle" / "a" / "plans" / "old").mkdir(parents=True)
    place(SECOND, tmp_path / "bundle")
    assert (tmp_path / "bundle" / "a" / "plans" / "old").is_dir()


def test_a_mount_point_is_refused_before_anything_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "is_mount", lambda path: path.name == "bundle")
    assert "bundle is a mount point, which cannot be renamed; give a folder in it" in refused(tmp_path / "bundle")


@pytest.mark.parametrize("rest", [".bundle.handover", ".bundle.handover-former"])
@pytest.mark.parametrize(
    "make", [Path.touch, lambda path: path.symlink_to("nowhere"), lambda path: path.symlink_to(".")]
)
def test_what_is_none_of_ours_beside_the_folder_is_one_sentence(
    make: Callable[[Path], object], rest: str, tmp_path: Path
) -> None:
    place(FIRST, tmp_path / "bundle")
    make(tmp_path / rest)
    try:
        place(SECOND, tmp_path / "bundle")
    except PlacingError as error:
        assert "None" not in str(error)  # noqa: PT017
    assert os.path.lexists(tmp_path / rest)


def test_a_full_disk_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "bundle"
    place(FIRST, folder)

    def fails(*_: object) -> None:
        raise OSError(28, "No space left on device", "somewhere")

    monkeypatch.setattr(placing, "_carry", fails)
    (folder / "theirs").write_text("x")
    with pytest.raises(PlacingError, match="No space left on device; nothing was changed"):
        place(SECOND, folder)
    assert tree(folder) == {"a/main": "1", "a/old": "1", "theirs": "x", "top": "1"}
    assert [path.name for path in tmp_path.iterdir()] == ["bundle"]


def test_a_folder_in_which_terraform_runs_or_one_stands_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "bundle"
    place(FIRST, folder)
    (folder / ".terraform.producer.tfstate.lock.info").write_text("{}")
    assert "says that Terraform is running there" in refused(folder, force=True)
    (folder / ".terraform.producer.tfstate.lock.info").unlink()
    check(folder, CHECKOUT, force=True)
    monkeypatch.chdir(folder / "a")
    assert "the directory you are in" in refused(folder, force=True)
    assert "the directory you are in" in refused(Path(), force=True)
    assert "the directory you are in" in refused(Path(".."), force=True)


def test_a_listed_file_that_nobody_could_read_is_kept(tmp_path: Path) -> None:
    folder = tmp_path / "bundle"
    place(FIRST, folder)
    os.truncate(folder / "a" / "main", 10**12)
    os.truncate(folder / "a" / "old", 10**12)
    assert place(SECOND, folder) == ("a/main", "a/old")
    assert (folder / "a" / "old.edited").stat().st_size == 10**12


@pytest.mark.parametrize("name", [".bundle.handover", ".bundle.handover-former"])
@pytest.mark.parametrize(
    "odd", [os.mkfifo, lambda path: path.symlink_to("/"), Path.touch], ids=["pipe", "link", "file"]
)
def test_what_is_in_the_way_beside_the_folder_is_named(odd: Callable[[Path], None], name: str, tmp_path: Path) -> None:
    odd(tmp_path / name)
    assert f"{name} is in the way, and no folder; move it" in refused(tmp_path / "bundle")


def test_two_at_a_time_do_not_meet(tmp_path: Path) -> None:
    import fcntl

    handle = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        with pytest.raises(PlacingError, match=r"another \./psc handover is writing"):
            place(FIRST, tmp_path / "bundle")
    finally:
        os.close(handle)


KILLED = textwrap.dedent(
    """
    import os, signal, sys
    from pathlib import Path
    sys.path[:0] = [{checkout!r}, {checkout!r} + "/constructs/src"]
    from handover import placing
    from tests.handover.test_placing import SECOND

    def killed(*_, **__):
        os.kill(os.getpid(), signal.SIGKILL)

    {how}
    placing.place(SECOND, Path(sys.argv[1]))
    """
)
MOMENTS = {
    "while files are written": "placing._carry = killed",
    "before the new one takes its place": "placing._put = killed",
    "between the two renames": (
        "rename, times = Path.rename, []\n"
        "Path.rename = lambda *a: (killed() if times else None, times.append(1), rename(*a))[2]"
    ),
    "after it, before the former one is removed": "placing.shutil.rmtree = killed",
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_run_leaves_the_former_bundle_whole_or_the_new_one(moment: str, tmp_path: Path) -> None:
    folder = tmp_path / "bundle"
    place(FIRST, folder)
    (folder / "theirs").write_text("x")
    script = KILLED.format(checkout=str(CHECKOUT), how=MOMENTS[moment])
    done = subprocess.run([sys.executable, "-c", script, str(folder)], capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    former = {"a/main": "1", "a/old": "1", "theirs": "x", "top": "1"}
    new = {"a/main": "2", "a/new": "2", "theirs": "x", "top": "1"}
    if "renames" in moment:
        assert tree(tmp_path / ".bundle.handover-former") == former
    else:
        assert tree(folder) == (new if moment.startswith("after") else former)
    check(folder, CHECKOUT, force=True)
    assert tree(folder) == (new if moment.startswith("after") else former), "the former bundle is seen again"
    assert "--force replaces" in refused(folder)
    place(SECOND, folder)
    assert tree(folder) == new
    assert [path.name for path in tmp_path.iterdir()] == ["bundle"], "what the killed run left is gone"


@pytest.mark.parametrize("since", ["nothing", "an empty folder", "a foreign folder"])
def test_the_former_bundle_is_back_before_anybody_looks_at_it(since: str, tmp_path: Path) -> None:
    """Killed between the two renames: what operations edited, and their states, are in the folder aside."""
    folder, former = tmp_path / "bundle", tmp_path / ".bundle.handover-former"
    place(FIRST, folder)
    (folder / "terraform.tfstate").write_text("state")
    folder.rename(former)
    if since != "nothing":
        folder.mkdir()
    if since == "a foreign folder":
        (folder / "theirs").touch()
        assert f"a killed run left the former bundle as {former}; move one of them" in refused(folder, force=True)
        assert (former / "terraform.tfstate").read_text() == "state"
        return
    assert "--force replaces a former bundle" in refused(folder)
    assert tree(folder) == {"a/main": "1", "a/old": "1", "terraform.tfstate": "state", "top": "1"}


def test_a_list_that_leads_elsewhere_is_no_manifest(tmp_path: Path) -> None:
    folder = tmp_path / "bundle"
    place(FIRST, folder)
    (folder / SUMS).write_text(f"{'0' * 64}  ../theirs\n")
    assert re.search("a line that is none of ours", refused(folder, force=True))
