"""The workflows: pinned, with least permissions, without untrusted text in a shell; and they do what they promise."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from commands import VERSION, options
from tests.conftest import CHECKOUT

FOLDER = CHECKOUT / ".github" / "workflows"
FILES = sorted(FOLDER.glob("*.yml"))
# A `run:` takes nothing from an expression but the matrix, which is our own: values come in as variables.
EXPRESSION = re.compile(r"\$\{\{(?! matrix\.\w+ \}\})")
IGNORED = re.compile(r"zizmor: ignore\[[a-z-]+\](.*)$", re.MULTILINE)


def workflow(name: str) -> dict[str, Any]:
    # YAML 1.1 reads the key `on` as true.
    loaded = yaml.safe_load((FOLDER / f"{name}.yml").read_text())
    loaded["on"] = loaded.pop(True)
    found: dict[str, Any] = loaded
    return found


def steps(name: str) -> list[dict[str, Any]]:
    return [step for job in workflow(name)["jobs"].values() for step in job.get("steps", [])]


def test_zizmor_finds_nothing_offline() -> None:
    program = Path(sys.executable).parent / "zizmor"
    done = subprocess.run(
        [program, "--offline", "--no-progress", "--format", "json", str(FOLDER)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout) == []


def test_an_exception_for_zizmor_carries_its_reason() -> None:
    for file in FILES:
        for reason in IGNORED.findall(file.read_text()):
            assert len(reason.strip()) > 20, file.name


def test_actionlint_finds_nothing_where_it_can_be_had() -> None:
    program = shutil.which("actionlint")
    if not program:
        pytest.skip("actionlint is not on PATH")
    done = subprocess.run([program, *map(str, FILES)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_action_is_pinned_by_commit_with_its_version(file: Path) -> None:
    for line in file.read_text().splitlines():
        used = re.search(r"uses: (.*)", line)
        if used and not used[1].startswith("./"):
            assert re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", used[1]), line


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_shell_holds_an_expression(file: Path) -> None:
    for step in steps(file.stem):
        assert not EXPRESSION.search(step.get("run", ""))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_shell_steps_are_shells(file: Path) -> None:
    for step in steps(file.stem):
        if "run" in step:
            done = subprocess.run(["bash", "-n"], input=step["run"], capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr


def test_the_review_has_no_secret_and_may_write_nothing() -> None:
    made = workflow("review")
    assert set(made["on"]) == {"pull_request"}
    assert made["permissions"] == {}
    assert made["jobs"]["review"]["permissions"] == {"contents": "read"}
    text = (FOLDER / "review.yml").read_text()
    assert "secrets" not in re.sub(r"^#.*$", "", text, flags=re.MULTILINE)
    assert "github.token" not in text


def test_findings_are_uploaded_by_a_job_that_runs_nothing_of_the_pull_requests_and_never_for_a_fork() -> None:
    jobs = workflow("review")["jobs"]
    assert jobs.keys() == {"review", "code-scanning"}
    job = jobs["code-scanning"]
    assert job["needs"] == "review"
    assert "github.event.pull_request.head.repo.full_name == github.repository" in job["if"]
    assert "vars.CODE_SCANNING != ''" in job["if"]
    assert job["permissions"] == {"contents": "read", "actions": "read", "security-events": "write"}
    assert all("run" not in step for step in job["steps"])


@pytest.mark.parametrize("code", [0, 1, 2])
def test_the_review_keeps_what_it_said_and_its_exit_code(code: int, tmp_path: Path) -> None:
    (step,) = [step for step in workflow("review")["jobs"]["review"]["steps"] if step.get("name") == "review"]
    (tmp_path / "psc").write_text(f"#!/bin/sh\necho 'psc: no such revision' >&2\nexit {code}\n")
    (tmp_path / "psc").chmod(0o755)
    variables = {"GITHUB_STEP_SUMMARY": str(tmp_path / "summary"), "PATH": os.environ["PATH"]}
    done = subprocess.run(["bash", "-e", "-c", step["run"]], cwd=tmp_path, env=variables, check=False)
    assert done.returncode == code
    assert (tmp_path / "report" / "log.txt").read_text() == "psc: no such revision\n"


def test_a_review_that_could_not_run_gets_a_comment_all_the_same() -> None:
    """Without a report there is no artifact to download."""
    (download,) = [step for step in steps("comment") if "download-artifact" in step.get("uses", "")]
    assert download["continue-on-error"] is True


def test_what_became_of_a_deployment_is_told_by_a_job_that_may_do_nothing_else() -> None:
    job = workflow("deploy")["jobs"]["tell"]
    assert set(job["needs"]) == {"stacks", "producer", "consumer", "verify"}
    assert job["permissions"] == {"contents": "read", "pull-requests": "write"}
    assert "!cancelled()" in job["if"], "after a failure, too"
    assert [step["run"] for step in job["steps"] if "run" in step] == ["python3 -s -m review.deployed"]


def test_the_comment_runs_the_default_branch_and_takes_the_number_from_the_event() -> None:
    made = workflow("comment")
    assert list(made["on"]) == ["workflow_run"]
    assert made["on"]["workflow_run"]["workflows"] == [workflow("review")["name"]]
    checkout = steps("comment")[0]
    assert checkout["with"]["ref"] == "${{ github.event.repository.default_branch }}"
    (job,) = made["jobs"].values()
    assert job["permissions"] == {"actions": "read", "contents": "read", "pull-requests": "write"}
    assert [step["run"] for step in job["steps"] if "run" in step] == [
        'python3 -s -m review.comment "$RUNNER_TEMP/report/review.md"'
    ]


def test_the_comments_program_needs_nothing_but_python() -> None:
    """It runs where no environment was built."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", "import sys; sys.path[:0] = ['.']; import review.comment, review.deployed"],
        cwd=CHECKOUT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_stacks_are_those_of_the_configuration_and_the_producer_comes_first() -> None:
    jobs = workflow("deploy")["jobs"]
    assert jobs["producer"]["needs"] == "stacks"
    assert jobs["consumer"]["needs"] == ["stacks", "producer"]
    assert jobs["consumer"]["strategy"]["matrix"] == {"stack": "${{ fromJSON(needs.stacks.outputs.consumers) }}"}
    assert jobs["consumer"]["with"] == {"stack": "${{ matrix.stack }}"}
    called = [job for job in jobs.values() if "uses" in job]
    assert all(job["uses"] == "./.github/workflows/deploy-stack.yml" for job in called)
    assert workflow("deploy")["concurrency"]["cancel-in-progress"] is False
    assert workflow("deploy-stack")["concurrency"]["cancel-in-progress"] is False


def test_only_a_run_by_hand_destroys_and_only_a_consumer_that_is_configured() -> None:
    jobs = workflow("deploy")["jobs"]
    assert workflow("deploy")["on"].keys() == {"push", "workflow_dispatch"}
    destroying = {name for name, job in jobs.items() if job.get("with", {}).get("destroy")}
    assert destroying == {"leaving"}
    wanted = (
        "github.event_name == 'workflow_dispatch' && contains(fromJSON(needs.stacks.outputs.consumers), inputs.destroy)"
    )
    assert jobs["leaving"]["if"] == wanted
    assert all("github.event_name == 'push'" in jobs[name]["if"] for name in ("producer", "consumer"))


def test_what_was_applied_is_verified_with_the_account_that_may_only_read() -> None:
    job = workflow("deploy")["jobs"]["verify"]
    assert set(job["needs"]) == {"stacks", "producer", "consumer"}
    assert job["permissions"] == {"contents": "read", "id-token": "write"}
    (account,) = [step["with"]["service_account"] for step in job["steps"] if "service_account" in step.get("with", {})]
    assert account == "${{ vars.DEPLOY_PLAN_ACCOUNT }}"


@pytest.mark.parametrize(
    ("codes", "asked", "code"), [("0", 1, 0), ("1 0", 2, 0), ("1 1 1", 3, 1), ("2", 1, 2)], ids=str
)
def test_what_is_not_settled_yet_is_verified_again(codes: str, asked: int, code: int, tmp_path: Path) -> None:
    (step,) = [step for step in workflow("deploy")["jobs"]["verify"]["steps"] if "run" in step]
    (tmp_path / "codes").write_text("".join(f"{one}\n" for one in codes.split()))
    program = "#!/bin/sh\necho asked >> asked; code=$(head -n 1 codes); sed -i 1d codes; echo told; exit $code\n"
    (tmp_path / "psc").write_text(program)
    (tmp_path / "psc").chmod(0o755)
    summary = tmp_path / "summary"
    variables = {"ENVIRONMENT": "default", "RUNNER_TEMP": str(tmp_path), "GITHUB_STEP_SUMMARY": str(summary)}
    done = subprocess.run(
        ["bash", "-e", "-c", f"sleep() {{ :; }}\n{step['run']}"], cwd=tmp_path, env=os.environ | variables, check=False
    )
    assert done.returncode == code
    assert (tmp_path / "asked").read_text().count("asked") == asked
    assert summary.read_text() == "    told\n"


@pytest.mark.skipif(not shutil.which("jq"), reason="jq is not on PATH; GitHub's runners have it")
def test_the_stacks_are_read_as_the_workflow_reads_them(tmp_path: Path) -> None:
    (step,) = [step for step in steps("deploy") if step.get("id") == "read"]
    (tmp_path / "psc").write_text(
        '#!/bin/sh\necho \'{"stacks": [{"name": "producer"}, {"name": "shop"}, {"name": "analytics"}]}\'\n'
    )
    (tmp_path / "psc").chmod(0o755)
    variables = {"ENVIRONMENT": "default", "RUNNER_TEMP": str(tmp_path), "GITHUB_OUTPUT": str(tmp_path / "output")}
    variables |= {"PATH": os.environ["PATH"]}
    subprocess.run(["bash", "-e", "-c", step["run"]], cwd=tmp_path, env=variables, check=True)
    assert (tmp_path / "output").read_text() == 'producer=true\nconsumers=["shop","analytics"]\n'


def test_only_the_approved_plan_is_applied() -> None:
    jobs = workflow("deploy-stack")["jobs"]
    apply = jobs["apply"]
    assert apply["needs"] == "plan"
    assert apply["environment"] == "${{ inputs.stack }}"
    assert "environment" not in jobs["plan"]
    shells = " ".join(step.get("run", "") for step in apply["steps"])
    assert "sha256sum --check --strict" in shells
    assert re.search(r"apply -input=false -lock-timeout=5m plan$", shells, re.MULTILINE)
    assert "auto-approve" not in shells
    assert not re.search(r"-chdir=.* plan -", shells)
    accounts = [step["with"]["service_account"] for job in jobs.values() for step in job["steps"]
                if "google-github-actions/auth" in step.get("uses", "")]  # fmt: skip
    assert accounts == ["${{ vars.DEPLOY_PLAN_ACCOUNT }}", "${{ vars.DEPLOY_ACCOUNT }}"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_commands_can_be_typed(file: Path) -> None:
    for step in steps(file.stem):
        joined = step.get("run", "").replace("\\\n", " ")
        for line in joined.splitlines():
            found = re.match(r"\s*\./psc (.*?)(?: [|>].*)?$", line)
            if found:
                command, _ = options.parse([word.strip('"') for word in found[1].split()])
                assert command is not None or found[1] == "--version"


def test_the_documentation_names_the_variables() -> None:
    page = (CHECKOUT / "docs" / "review.md").read_text() + (CHECKOUT / "CONTRIBUTING.md").read_text()
    used = set().union(*(re.findall(r"vars\.([A-Z_]+)", file.read_text()) for file in FILES))
    assert used
    for name in used:
        assert f"`{name}`" in page


def test_the_workflows_run_the_program_that_the_variable_names() -> None:
    for name in ("review", "deploy-stack"):
        programs = [step for step in steps(name) if {"terraform_wrapper", "tofu_wrapper"} & step.get("with", {}).keys()]
        installed = {step["uses"].partition("@")[0]: step["if"] for step in programs}
        assert installed == {
            "hashicorp/setup-terraform": "vars.TERRAFORM_BINARY_NAME != 'tofu'",
            "opentofu/setup-opentofu": "vars.TERRAFORM_BINARY_NAME == 'tofu'",
        }
        shells = " ".join(step.get("run", "") for step in steps(name))
        assert not re.search(r"(?<!\.)\bterraform (?:-chdir|init|plan|apply|show)", shells)
        assert (
            "TERRAFORM_BINARY_NAME: ${{ vars.TERRAFORM_BINARY_NAME || 'terraform' }}"
            in (FOLDER / f"{name}.yml").read_text()
        )


def test_a_release_is_built_once_tested_and_off_until_it_is_switched_on() -> None:
    jobs = workflow("release")["jobs"]
    assert workflow("release")["on"] == {"push": {"tags": ["v*"]}}
    assert jobs["build"]["if"] == "vars.RELEASE_TO_PYPI != ''"
    assert jobs["build"]["permissions"] == {"contents": "read"}
    runs = [step["run"] for step in jobs["build"]["steps"] if "run" in step]
    assert runs.index("./psc test") < next(at for at, run in enumerate(runs) if "pip wheel" in run)
    assert jobs["publish"]["needs"] == "build"
    assert jobs["publish"]["environment"] == "pypi"
    assert jobs["publish"]["permissions"] == {"id-token": "write", "attestations": "write"}
    used = [step["uses"].partition("@")[0] for step in jobs["publish"]["steps"]]
    assert used == [
        "actions/download-artifact", "actions/attest-build-provenance", "pypa/gh-action-pypi-publish",
    ]  # fmt: skip
    assert jobs["announce"]["needs"] == "publish"


def test_a_release_has_the_changelogs_section_and_the_version_of_both_wheels(tmp_path: Path) -> None:
    """The commands of the workflow, as they stand, on a copy."""
    (step,) = [step for step in steps("release") if step.get("name") == "build"]
    for name in ("constructs", "fast_synthesis"):
        shutil.copytree(CHECKOUT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    shutil.copy(CHECKOUT / "CHANGELOG.md", tmp_path)
    variables = {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "orders/cloudrun-psc"}
    variables |= {"GITHUB_REF_NAME": f"v{VERSION}", "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"}
    # Offline: the build tool is that of the project's environment.
    variables |= {"PIP_NO_BUILD_ISOLATION": "0", "PIP_NO_INDEX": "1", "PIP_QUIET": "1"}
    done = subprocess.run(
        ["bash", "-e", "-c", step["run"]], cwd=tmp_path, env=variables, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    names = {path.name for path in (tmp_path / "dist").rglob("*.whl")}
    assert names == {f"{name}-{VERSION}-py3-none-any.whl" for name in ("cloudrun_psc", "cdktf_fast_synthesis")}
    notes = (tmp_path / "dist" / "notes.md").read_text()
    assert notes.startswith(f"## {VERSION}\n")
    assert len(re.findall(r"^## ", notes, re.MULTILINE)) == 1
    assert (
        "https://github.com/orders/cloudrun-psc/blob/main/CHANGELOG.md"
        in (tmp_path / "constructs" / "pyproject.toml").read_text()
    )


def test_what_terraform_prints_is_code_in_a_summary() -> None:
    (step,) = [step for step in steps("deploy-stack") if "show -no-color" in step.get("run", "")]
    indent = re.search(r"show -no-color plan \| (.*?)\s*\\?\n?\s*>> \"\$GITHUB_STEP_SUMMARY\"", step["run"])
    assert indent is not None
    said = b"a\r# heading\n![x](y)\r\n"
    done = subprocess.run(["bash", "-c", indent[1]], input=said, capture_output=True, check=True).stdout
    assert all(line.startswith("    ") for line in done.decode().splitlines())
