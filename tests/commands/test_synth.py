"""The account that ends ./psc synth: what there is, and the command that goes on with the same configuration."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from commands import synth


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An environment `ours` with a producer of two resources and one consumer of none."""
    stacks = {}
    made: dict[str, dict[str, object]] = {"consumer": {}, "producer": {"google_compute_network": {"a": {}, "b": {}}}}
    for name, resources in made.items():
        file = f"stacks/{name}/cdk.tf.json"
        (tmp_path / "cdktf.out" / file).parent.mkdir(parents=True)
        (tmp_path / "cdktf.out" / file).write_text(json.dumps({"resource": resources}))
        needs = ["producer"] if name == "consumer" else []
        stacks[name] = {"workingDirectory": f"stacks/{name}", "dependencies": needs}
    (tmp_path / "cdktf.out" / "manifest.json").write_text(json.dumps({"stacks": stacks}))
    monkeypatch.setattr(synth, "CHECKOUT", tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PSC_CONFIG", raising=False)
    return tmp_path / "cdktf.out"


def test_the_account_counts_what_is_there_in_the_order_of_deployment(folder: Path) -> None:
    assert list(synth.account("ours", folder)) == [
        "environment ours: 2 stacks",
        "  producer: 2 resources in cdktf.out/stacks/producer/cdk.tf.json",
        "    2 google_compute_network",
        "  consumer: 0 resources in cdktf.out/stacks/consumer/cdk.tf.json",
        "next: ./psc cdktf --env ours deploy producer consumer   "
        "(or terraform init and apply in each folder, in this order)",
    ]


@pytest.mark.parametrize(
    ("file", "words"),
    [("ours.yaml", "ours.yaml"), ("our files/a.yaml", "'our files/a.yaml'"), ("/x/a.yaml", "/x/a.yaml")],
)
def test_the_next_command_takes_the_same_file(
    file: str, words: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PSC_CONFIG", str(tmp_path / file))
    assert list(synth.account("ours", folder))[-1].startswith(
        f"next: ./psc cdktf --config {words} deploy producer consumer "
    )
