"""The JavaScript program's packages are unpacked as npm unpacks them, and nowhere else."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from benchmarks.javascript import unpack
from benchmarks.measuring import BenchmarkError


def tarball(folder: Path, *names: str) -> Path:
    """One whose files hold their names."""
    file = folder / "some@1.0.0.jsii.tgz"
    with tarfile.open(file, "w:gz") as archive:
        for name in names:
            member = tarfile.TarInfo(name)
            member.size = len(name)
            archive.addfile(member, io.BytesIO(name.encode()))
    return file


def test_what_node_loads_stands_where_npm_puts_it(tmp_path: Path) -> None:
    names = [
        "package/package.json", "package/lib/index.js", "package/lib/index.d.ts", "package/README.md", "package/.jsii",
        "package/node_modules/semver/semver.js",
    ]  # fmt: skip
    unpack(tarball(tmp_path, *names), tmp_path / "some")
    files = {file.relative_to(tmp_path / "some").as_posix() for file in (tmp_path / "some").rglob("*.*")}
    assert files == {"package.json", "lib/index.js", "node_modules/semver/semver.js"}
    assert (tmp_path / "some" / "lib" / "index.js").read_text() == "package/lib/index.js"


@pytest.mark.parametrize("name", ["package/../../outside.js", "../outside.js", "/outside.js", "other/outside.js"])
def test_a_name_that_leads_out_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match=r"^some@1\.0\.0\.jsii\.tgz: .*outside\.js stands outside package/$"):
        unpack(tarball(tmp_path, name), tmp_path / "some")
    assert [*tmp_path.rglob("outside.js")] == []
