"""The copy of the stacks that is deployed: in order, with its own states, and without what only the cloud can give."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rehearsal.stacks_folder import Stack, buckets, local_states, protected, put, stacks_of, unprotect

GOOGLE = {"google": {"source": "hashicorp/google", "version": "~> 7.45"}}


def folder(tmp_path: Path, stacks: dict[str, list[str]], **content: Any) -> Path:
    listed = {}
    for name, needs in stacks.items():
        path = tmp_path / "stacks" / name
        path.mkdir(parents=True)
        backend = {"local": {"path": f"../../../terraform.{name}.tfstate"}}
        stack = {"terraform": {"backend": backend, "required_providers": GOOGLE}, **content}
        (path / "cdk.tf.json").write_text(json.dumps(stack))
        listed[name] = {"workingDirectory": f"stacks/{name}", "dependencies": needs}
    (tmp_path / "manifest.json").write_text(json.dumps({"stacks": listed}))
    return tmp_path


def test_stacks_come_in_the_order_of_their_deployment(tmp_path: Path) -> None:
    out = folder(tmp_path, {"a-consumer": ["producer"], "producer": [], "b-consumer": ["producer"]})
    assert [stack.name for stack in stacks_of(out)] == ["producer", "a-consumer", "b-consumer"]


@pytest.mark.parametrize("manifest", [None, "", "[]", "{}", '{"stacks": {"a": {}}}'])
def test_a_folder_without_stacks_is_one_sentence(tmp_path: Path, manifest: str | None) -> None:
    if manifest is not None:
        (tmp_path / "manifest.json").write_text(manifest)
    with pytest.raises(ValueError, match="no synthesized stacks"):
        stacks_of(tmp_path)


def test_stacks_that_need_each_other_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="a, b depend on each other"):
        stacks_of(folder(tmp_path, {"a": ["b"], "b": ["a"]}))


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


def test_buckets_are_those_of_the_backends(tmp_path: Path) -> None:
    stack = Stack("producer", tmp_path)
    stack.file.write_text(json.dumps({"terraform": {"backend": {"gcs": {"bucket": "ours", "prefix": "x"}}}}))
    assert buckets([stack]) == {"ours"}
