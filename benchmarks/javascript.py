"""The JavaScript program's folder: program.js beside the packages that it runs on, as npm would lay them out.

The Python bindings carry these packages as the tarballs that npm would download: of the versions locked in November
2026, the SHA-512 of each is the one in npm's own lock. They require each other and nothing else; what cdktf requires
besides is inside its tarball, below its own node_modules.
"""

from __future__ import annotations

import shutil
import tarfile
from importlib.util import find_spec
from pathlib import Path, PurePosixPath

from benchmarks.measuring import BenchmarkError
from benchmarks.programs import HERE

# npm's name → the module of the bindings.
_PACKAGES = {
    "constructs": "constructs",
    "cdktf": "cdktf",
    "@cdktf/provider-google": "cdktf_cdktf_provider_google",
}
# What Node loads. The rest (documentation, types, jsii's assembly) is as large again, and no program reads it.
_LOADED = {".js", ".cjs", ".mjs", ".json"}


def lay_out(folder: Path) -> None:
    """Fill `folder` (200 MB).

    Raises:
        BenchmarkError: when the bindings are not installed, or a tarball is not as npm makes them.
    """
    for package, module in _PACKAGES.items():
        unpack(_tarball(module), folder / "node_modules" / package)
    shutil.copyfile(HERE / "program.js", folder / "program.js")


def _tarball(module: str) -> Path:
    """The one beside a binding, which is not imported for that."""
    spec = find_spec(module)
    tarballs = [] if spec is None or spec.origin is None else [*(Path(spec.origin).parent / "_jsii").glob("*.jsii.tgz")]
    if len(tarballs) != 1:
        raise BenchmarkError(f"{module}: {len(tarballs)} JavaScript packages are installed with it, in place of one")
    return tarballs[0]


def unpack(tarball: Path, folder: Path) -> None:
    """Write the files that Node loads; in the tarball everything stands below package/.

    Not by `extractall`: its filters came with Python 3.11.4 only.

    Raises:
        BenchmarkError: when a file stands elsewhere; nothing is written outside `folder`.
    """
    with tarfile.open(tarball, "r|gz") as archive:
        for member in archive:
            path = PurePosixPath(member.name)
            if not member.isfile() or path.suffix not in _LOADED:
                continue
            if path.parts[0] != "package" or ".." in path.parts:
                raise BenchmarkError(f"{tarball.name}: {member.name} stands outside package/")
            content = archive.extractfile(member)
            assert content is not None
            target = folder.joinpath(*path.parts[1:])
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content.read())
