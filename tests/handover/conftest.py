"""Bundles made of configurations, in this process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from config.loading import load
from deployment.output_folder import stacks_of
from handover.bundle import Bundle, Wish, bundle
from handover.source import BundleSource
from tests.conftest import CHECKOUT, DEFAULT, REFERENCE

SOURCE = BundleSource(revision="1234567890abcdef", changed=False, project="0.1.0", cdktf="0.21.0", bindings="16.12.1")
CONFIGURATIONS = [
    DEFAULT,
    *sorted((CHECKOUT / "tests" / "stacks" / "configurations").glob("*.yaml")),
]
Make = Callable[..., Bundle]


@pytest.fixture(scope="session")
def synthesized(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Path]:
    """The output folder of a configuration file, synthesized once."""
    from stacks.synthesis import synthesize

    done: dict[Path, Path] = {}

    def run(file: Path) -> Path:
        if file not in done:
            settings = load(REFERENCE, {"PSC_CONFIG": str(file)}).settings
            done[file] = synthesize(settings, tmp_path_factory.mktemp("out"), REFERENCE / "locks")
        return done[file]

    return run


@pytest.fixture
def make(synthesized: Callable[[Path], Path], tmp_path: Path) -> Make:
    """Make a bundle of a configuration: a file, or the text of one."""

    def run(config: Path | str = CONFIGURATIONS[0], wish: Wish | None = None, source: BundleSource = SOURCE) -> Bundle:
        if isinstance(config, str):
            file = tmp_path / "tried.yaml"
            file.write_text(config)
        else:
            file = config
        settings = load(REFERENCE, {"PSC_CONFIG": str(file)}).settings
        return bundle(stacks_of(synthesized(file)), settings, source, wish or Wish())

    return run


def put(files: Mapping[str, bytes], folder: Path) -> Path:
    """Write files plainly."""
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder
