"""A rehearsal that was kept is looked at from a shell of its own; the caller's stays as it was."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from deployment.output_folder import StackFolder
from deployment.terraform_variables import for_deployment
from rehearsal.around import directions, write_shell


def test_the_shell_has_the_rehearsals_variables_and_a_token(tmp_path: Path) -> None:
    folder = tmp_path / "a folder"
    (folder / "home").mkdir(parents=True)
    (folder / "stacks").mkdir()
    endpoint = {"GOOGLE_COMPUTE_CUSTOM_ENDPOINT": "http://127.0.0.1:1/compute/v1/"}
    script = write_shell(folder, for_deployment(folder / "home", "http://127.0.0.1:1", endpoint))
    line = 'pwd; echo "$GOOGLE_COMPUTE_CUSTOM_ENDPOINT"; echo "$HOME"; cat "$CLOUDSDK_AUTH_ACCESS_TOKEN_FILE"'
    theirs = {"SHELL": "/bin/sh", "PATH": "/usr/bin:/bin", "GOOGLE_CREDENTIALS": "theirs"}
    done = subprocess.run([str(script), "-c", line], env=theirs, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        str(folder / "stacks"), "http://127.0.0.1:1/compute/v1/", str(folder / "home"), "rehearsal",
    ]  # fmt: skip


def test_a_terraform_that_begins_in_the_shell_finds_the_provider(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "stacks" / "producer" / ".terraform" / "providers" / "registry.terraform.io").mkdir(parents=True)
    write_shell(tmp_path, {"PATH": "/bin"})
    assert (tmp_path / "home" / ".terraform.d" / "plugins" / "registry.terraform.io").is_dir()


def test_the_directions_name_what_is_there(tmp_path: Path) -> None:
    stack = StackFolder("producer", tmp_path)
    stack.file.write_text(json.dumps({"provider": {"google": [{"project": "our-project"}]}}))
    said = "\n".join(directions(tmp_path, tmp_path / "shell", 42, [stack]))
    assert "terraform -chdir=producer plan" in said
    assert "--project=our-project" in said
    assert f"kill 42; rm -r {tmp_path}" in said
