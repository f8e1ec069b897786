"""Somebody with a checkout, a cloud and a configuration who types ./psc adopt; and how to read what it says."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from deployment.terraform_variables import for_init
from deployment.values import Json
from standin import Standin, environment
from standin.cloud import Cloud
from tests.conftest import CHECKOUT
from tests.e2e.by_hand import REGION
from tests.e2e.live import CONSUMER, PRODUCER

HERE = f"projects/{PRODUCER}/regions/{REGION}"
THERE = f"projects/{CONSUMER}/regions/{REGION}"
_LEFT_OUT = shutil.ignore_patterns(
    ".git", ".psc", "cdktf.out", "__pycache__", "*.tfstate*", ".mypy_cache", ".ruff_cache"
)


def checked_out(place: Path) -> Path:
    """A copy of this checkout, with its environment."""
    shutil.copytree(CHECKOUT, place, ignore=_LEFT_OUT, symlinks=True)
    (place / ".psc").symlink_to((CHECKOUT / ".psc").resolve())
    return place


class Hand:
    """Somebody with a checkout, a cloud, and a configuration."""

    def __init__(self, checkout: Path, standin: Standin, program: str) -> None:
        self.checkout, self.standin, self.program = checkout, standin, program
        self.config = checkout / "config" / "environments" / "mine.yaml"

    @property
    def cloud(self) -> Cloud:
        return self.standin.cloud

    def body(self, path: str) -> Json:
        """What stands in the cloud, to look at or to spoil."""
        record = self.cloud.run.get(path) or self.cloud.compute[path]
        return record.body

    def writes(self, config: Mapping[str, Any]) -> None:
        self.config.write_text(yaml.safe_dump(dict(config), sort_keys=False))

    def types(self, *words: str, code: int = 0) -> str:
        """./psc in the checkout; what it prints."""
        variables = for_init() | environment(self.standin.url) | {"NO_PROXY": "127.0.0.1"}
        command = [sys.executable, "-s", "-m", "commands", *words]
        done = subprocess.run(command, cwd=self.checkout, env=variables, capture_output=True, text=True, check=False)
        said = done.stdout + done.stderr
        assert done.returncode == code, said
        assert "Traceback" not in said
        left = [*self.checkout.rglob("adopt*.tf.json"), *self.checkout.rglob("*.tofu.json")]
        assert not left, "what stood beside the stacks is gone"
        return done.stdout

    def adopts(self, *words: str, code: int = 0) -> str:
        return self.types("adopt", "--env", "mine", *words, code=code)

    def discovers(self) -> None:
        """What exists becomes the configuration."""
        self.config.unlink(missing_ok=True)
        place = ("--producer", PRODUCER, "--consumer", CONSUMER, "--region", REGION)
        self.types("adopt", "--discover", *place, "--output", str(self.config))

    def terraform(self, side: str, *words: str) -> str:
        folder = self.checkout / "cdktf.out" / "mine" / "stacks" / side
        variables = for_init() | environment(self.standin.url)
        done = subprocess.run(
            [self.program, *words, "-no-color", "-input=false"],
            cwd=folder, env=variables, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def lines(said: str, mark: str) -> list[str]:
    """The lines of a verdict, each with what stands beneath it."""
    found = re.findall(rf"^  {mark} .*(?:\n {{13}}.*)*", said, re.MULTILINE)
    return [" ".join(one.split()) for one in found]


def settings(said: str) -> list[tuple[str, Any]]:
    """The keys that are told, with their values."""
    return [(key, yaml.safe_load(value)) for key, value in re.findall(r"\bset ([\w.-]+): (.*)$", said, re.MULTILINE)]


def put(config: dict[str, Any], key: str, value: Any) -> None:
    """Set a key of a configuration by its dotted path."""
    *above, last = key.split(".")
    for part in above:
        config = config.setdefault(part, {})
    config[last] = value
