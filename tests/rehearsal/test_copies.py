"""The copy of the stacks that is deployed: with states of its own, and without what only the cloud can give."""

from __future__ import annotations

import json
from pathlib import Path

from deployment.output_folder import local_states, stacks_of
from rehearsal.copies import protected, put, unprotect
from tests.deployment.test_output_folder import folder


def test_nobodys_state_is_read_and_nobody_is_impersonated(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    out = folder(
        tmp_path / "out",
        {"producer": []},
        provider={"google": [{"project": "p", "impersonate_service_account": "deployer@p.iam.gserviceaccount.com"}]},
    )
    stacks = stacks_of(out)
    copy = put(stacks[0], tmp_path / "rehearsed", local_states(stacks))
    content = json.loads(copy.file.read_text())
    assert content["terraform"]["backend"] == {"local": {"path": "../producer.tfstate"}}
    assert content["provider"]["google"] == [{"project": "p", "batching": {"enable_batching": False}}]
    original = json.loads(stacks[0].file.read_text())
    assert "impersonate_service_account" in original["provider"]["google"][0], "the original stays as it was"


def test_a_lock_file_counts_and_goes_when_the_provider_changes(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    stack = stacks_of(folder(tmp_path / "out", {"producer": []}))[0]
    copy = put(stack, tmp_path / "rehearsed", {})
    lock = copy.folder / ".terraform.lock.hcl"
    lock.write_text("chosen by init")
    put(stack, tmp_path / "rehearsed", {})
    assert lock.read_text() == "chosen by init"
    stack.file.write_text(stack.file.read_text().replace("~> 7.45", "6.50.0"))
    put(stack, tmp_path / "rehearsed", {})
    assert not lock.exists()
    (stack.folder / ".terraform.lock.hcl").write_text("committed")
    put(stack, tmp_path / "rehearsed", {})
    assert lock.read_text() == "committed"


def test_protection_is_seen_and_lifted(tmp_path: Path) -> None:
    run = {"google_cloud_run_v2_service": {"hello": {"deletion_protection": True}}}
    stack = stacks_of(folder(tmp_path, {"producer": []}, resource=run))[0]
    assert protected(stack)
    unprotect(stack)
    assert not protected(stack)
