"""Which stacks an output folder holds, and in which order."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from deployment.comparison import compare
from deployment.output_folder import StackFolder, buckets, stacks_of, with_needs
from deployment.stack_files import read
from deployment.unusable import UnusableError
from review.findings import judge

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
    with pytest.raises(UnusableError, match="no synthesized stacks"):
        stacks_of(tmp_path)


def test_stacks_that_need_each_other_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableError, match="a, b depend on each other"):
        stacks_of(folder(tmp_path, {"a": ["b"], "b": ["a"]}))


def test_a_stack_s_name_adds_no_line_to_a_refusal(tmp_path: Path) -> None:
    out = folder(tmp_path, {"a": []})
    stack = StackFolder("a\n::error::b\x1b[2J", out / "nowhere", frozenset())
    with pytest.raises(UnusableError, match=re.escape(r"a\n::error::b\x1b[2J: cdk.tf.json is no Terraform JSON")):
        stack.content()


def test_buckets_are_those_of_the_backends(tmp_path: Path) -> None:
    stack = StackFolder("producer", tmp_path)
    stack.file.write_text(json.dumps({"terraform": {"backend": {"gcs": {"bucket": "ours", "prefix": "x"}}}}))
    assert buckets([stack]) == {"ours"}


def test_chosen_stacks_bring_those_that_they_need(tmp_path: Path) -> None:
    stacks = stacks_of(folder(tmp_path, {"a": ["producer"], "b": ["producer"], "producer": []}))
    assert [stack.name for stack in with_needs(stacks, ["a"])] == ["producer", "a"]
    assert with_needs(stacks, []) == stacks
    with pytest.raises(UnusableError, match="there is no stack nobody; there are a, b, producer"):
        with_needs(stacks, ["nobody"])


def test_what_stands_twice_in_a_stack_of_which_terraform_takes_both_is_refused(tmp_path: Path) -> None:
    stack = stacks_of(folder(tmp_path, {"producer": []}))[0]
    stack.file.write_text('{"//": 1, "//": 2, "resource": {"a_b": {"c": {}}}}')
    assert "a_b" in stack.content()["resource"]
    for text in ('{"resource": {"a_b": {"c": {}}}, "resource": {}}', '{"resource": {"a_b": {}, "a_b": {}}}'):
        stack.file.write_text(text)
        with pytest.raises(
            UnusableError, match=r"cdk\.tf\.json is no Terraform JSON \('(resource|a_b)' is given twice\)"
        ):
            stack.content()


@pytest.mark.parametrize("text", ["", "[]", "{"])
def test_a_stack_that_is_no_terraform_json_is_one_sentence(tmp_path: Path, text: str) -> None:
    stack = stacks_of(folder(tmp_path, {"producer": []}))[0]
    stack.file.write_text(text)
    with pytest.raises(UnusableError, match=r"producer: cdk\.tf\.json is no Terraform JSON"):
        stack.content()


@pytest.mark.parametrize(
    "name",
    ["zz.tf", "x_override.tf.json", "override.tf", "a.auto.tfvars", "terraform.tfvars.json", "zz.tofu", "a\nb.tf"],
)
def test_what_terraform_would_read_beside_a_stack_is_judged(tmp_path: Path, name: str) -> None:
    out = folder(tmp_path, {"producer": []})
    before = read(out, "default")["producer"]
    for other in (name, ".hidden.tf", "notes.txt", "terraform.tfstate", ".terraform.lock.hcl"):
        (out / "stacks" / "producer" / other).write_text("")
    one = read(out, "default")["producer"]
    (found,) = [finding for finding in judge(compare(before, one))[0] if finding.new]
    assert (found.rule, found.address, found.undecided) == ("access-not-judged", f"file.{name}", True)
    assert not [finding for finding in judge(compare(one, one))[0] if finding.new]
    (out / "stacks" / "producer" / name).write_text(" ")
    assert [finding.new for finding in judge(compare(one, read(out, "default")["producer"]))[0]].count(True) == 1


def test_a_link_to_nowhere_beside_a_stack_is_one_sentence(tmp_path: Path) -> None:
    out = folder(tmp_path, {"producer": []})
    (out / "stacks" / "producer" / "zz.tf").symlink_to("nowhere")
    with pytest.raises(UnusableError, match="producer: its folder has what cannot be read"):
        read(out, "default")
