"""Each tried configuration synthesizes what its inventory says, and Terraform takes it."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.conftest import DEFAULT, Synthesized
from tests.stacks.inventory import CONFIGURATIONS, HERE, REGENERATE, differences, file, regenerated

NAMES = ["default", *CONFIGURATIONS]


def text(name: str) -> str:
    return (DEFAULT if name == "default" else HERE / "configurations" / f"{name}.yaml").read_text()


@pytest.mark.parametrize("name", NAMES)
def test_a_configuration_gives_its_inventory(
    name: str, synth: Callable[..., Synthesized], request: pytest.FixtureRequest
) -> None:
    stacks = synth(text(name))
    if request.config.getoption("--write-inventories"):
        file(name).write_text(regenerated(name, stacks))
    expected = yaml.safe_load(file(name).read_text())
    found = {stack: differences(expected["stacks"].get(stack, {}), content) for stack, content in stacks.items()}
    problems = [f"{stack}: {line}" for stack, lines in found.items() for line in lines]
    assert not problems, "\n".join([*problems, f"meant so? {REGENERATE}"])
    assert set(stacks) == set(expected["stacks"])
    synthesized = json.dumps(stacks)
    assert [word for word in expected["absent"] if word in synthesized] == []


@pytest.fixture(scope="module")
def initialized(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A folder in which `terraform init` found the provider of a version; one for all stacks: it takes seconds."""
    made: dict[str, Path] = {}

    def init(version: str) -> Path:
        if version not in made:
            folder = tmp_path_factory.mktemp("init")
            required = {"required_providers": {"google": {"source": "google", "version": version}}}
            (folder / "main.tf.json").write_text(json.dumps({"terraform": required}))
            done = subprocess.run(["terraform", "init", "-input=false"], cwd=folder, capture_output=True, check=False)
            if done.returncode != 0:
                pytest.skip(f"skipped: Terraform cannot get the google provider {version} here")
            made[version] = folder
        return made[version]

    return init


@pytest.mark.parametrize("name", NAMES)
def test_terraform_validates_it(
    name: str, synth: Callable[..., Synthesized], initialized: Callable[[str], Path], tmp_path: Path
) -> None:
    if shutil.which("terraform") is None:
        pytest.skip("skipped: there is no Terraform on PATH")
    for stack, content in synth(text(name)).items():
        source = initialized(content["terraform"]["required_providers"]["google"]["version"])
        folder = tmp_path / stack
        folder.mkdir()
        (folder / ".terraform").symlink_to(source / ".terraform")
        shutil.copy(source / ".terraform.lock.hcl", folder)
        content["terraform"].pop("backend")  # `validate` wants it initialized; the inventory has checked it
        (folder / "cdk.tf.json").write_text(json.dumps(content))
        done = subprocess.run(
            ["terraform", "validate", "-no-color"], cwd=folder, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{stack}: {done.stdout}{done.stderr}"
