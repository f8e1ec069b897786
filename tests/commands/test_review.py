"""./psc review as it is typed, in a small repository of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import CHECKOUT, REFERENCE

DEFAULT = "config/environments/default.yaml"
PARTS = (
    "main.py", "commands", "config", "constructs", "deployment", "fast_synthesis", "rehearsal", "review", "stacks",
    "standin", "Pipfile.lock",
)  # fmt: skip
EDIT = "      accept: {consumer: 20}\n"


class Repository:
    """A copy of this checkout with a base commit on main and a branch to edit."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for part in PARTS:
            source = CHECKOUT / part
            if source.is_dir():
                shutil.copytree(source, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copyfile(source, folder / part)
        shutil.rmtree(folder / "config" / "environments")
        shutil.copytree(REFERENCE / "config" / "environments", folder / "config" / "environments")
        (folder / ".gitignore").write_text("__pycache__/\n")
        self.git("init", "--quiet", "--initial-branch=main")
        self.commit("base")

    def git(self, *words: str) -> str:
        identity = ["-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"]
        done = subprocess.run(["git", *identity, *words], cwd=self.folder, capture_output=True, text=True, check=True)
        return done.stdout

    def commit(self, message: str) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)

    def restore(self) -> None:
        self.git("checkout", "--quiet", "--force", "main")
        self.git("reset", "--hard", "--quiet", self.git("rev-list", "--max-parents=0", "main").strip())
        self.git("clean", "--force", "--quiet", "-d")

    def write(self, file: str, text: str) -> None:
        (self.folder / file).write_text(text)

    def edit(self, extra: str) -> None:
        text = (self.folder / DEFAULT).read_text()
        self.write(DEFAULT, text.replace("    hello:\n", f"    hello:\n{extra}"))

    def review(self, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
        start = (
            "import sys; sys.path[:0] = ['.', 'constructs/src']\n"
            "from commands import options, review\nfrom commands.environment import Environment\n"
            "try:\n    _, args = options.parse(['review', *sys.argv[1:]])\n"
            "except options.UsageError as error:\n    sys.exit(str(error))\n"
            "sys.exit(review.run(args, Environment.__new__(Environment)))"
        )
        clean = {key: value for key, value in os.environ.items() if not key.startswith(("PSC_", "PYTEST_"))}
        return subprocess.run(
            [sys.executable, "-s", "-c", start, *words],
            cwd=self.folder, env=clean | variables, capture_output=True, text=True, check=False,
        )  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    return Repository(tmp_path_factory.mktemp("repository"))


@pytest.fixture
def repository(made: Repository) -> Repository:
    made.restore()
    return made


def stacks_in(output: Path, name: str, content: Any) -> None:
    """An output folder with one stack, by hand."""
    folder = output / "stacks" / name
    folder.mkdir(parents=True)
    (folder / "cdk.tf.json").write_text(json.dumps(content))
    listed = {name: {"workingDirectory": f"stacks/{name}", "dependencies": []}}
    (output / "manifest.json").write_text(json.dumps({"stacks": listed}))


def told(done: subprocess.CompletedProcess[str]) -> Any:
    assert done.stdout, done.stderr
    return json.loads(done.stdout)


def test_the_unchanged_default_is_fine_whatever_the_variables_are(repository: Repository) -> None:
    plain = repository.review()
    assert plain.returncode == 0, plain.stderr
    assert "nothing changes" in plain.stdout
    assert "5 findings (5 notes) were there before" in plain.stdout
    other = repository.review(PRODUCER_PROJECT="another-project", PSC_PROVIDER_VERSION="6.50.0", PSC_ENV="none")
    assert other.stdout == plain.stdout


def test_an_uncommitted_edit_and_a_committed_one_on_a_branch_tell_the_same(repository: Repository) -> None:
    repository.edit(EDIT)
    uncommitted = repository.review("--format", "json")
    repository.git("checkout", "--quiet", "-b", "raise")
    repository.commit("raise the limit")
    committed = repository.review("--format", "json")
    assert told(uncommitted) == told(committed)
    assert [decision["text"] for decision in told(committed)["decisions"]] == [
        "example-consumer-project may open up to 20 endpoints to hello-service-attachment, instead of 10."
    ]
    assert committed.returncode == 0


def test_what_is_edited_beside_the_configuration_is_a_point_to_decide(repository: Repository) -> None:
    (repository.folder / ".github" / "workflows").mkdir(parents=True)
    repository.write(".github/workflows/deploy.yml", "on: push\n")
    repository.write("main.py", (repository.folder / "main.py").read_text() + "# more\n")
    repository.write("notes.txt", "of somebody\n")
    uncommitted = told(repository.review("--format", "json"))
    assert [decision["text"] for decision in uncommitted["decisions"]] == [
        "The change edits what reviews or deploys, which no rule here judges: .github/workflows/deploy.yml."
    ]
    assert uncommitted["notes"][0].endswith("what else it does is not: main.py.")
    assert not uncommitted["failed"]
    (repository.folder / "notes.txt").unlink()
    repository.git("checkout", "--quiet", "-b", "edit")
    repository.commit("edit")
    assert told(repository.review("--format", "json"))["decisions"] == uncommitted["decisions"]


def test_rules_that_the_configuration_names_judge_the_change_that_brings_them(repository: Repository) -> None:
    example = (CHECKOUT / "docs" / "review.md").read_text().partition("```python\n")[2].partition("```")[0]
    (repository.folder / "policies").mkdir()
    repository.write("policies/names.py", example)
    text = (repository.folder / DEFAULT).read_text()
    repository.write(DEFAULT, f"review_rules: policies\n{text}")
    document = told(repository.review("--format", "json", "--existing"))
    assert [decision["text"] for decision in document["decisions"]] == [
        "The change edits the rules of its own review: policies/names.py."
    ]
    assert "our-subnet-names" in {finding["rule"] for finding in document["former"]}, "judged as well"
    repository.write("policies/names.py", example.replace("name.text", "name.words"))
    broken = repository.review()
    assert broken.returncode == 2
    assert "psc: policies/names.py:20: the rule 'our-subnet-names' fails at " in broken.stderr
    assert "AttributeError" in broken.stderr
    assert "Traceback" not in broken.stderr


def test_an_edit_of_the_rules_is_told_although_the_environment_is_new(repository: Repository) -> None:
    example = (CHECKOUT / "docs" / "review.md").read_text().partition("```python\n")[2].partition("```")[0]
    (repository.folder / "policies").mkdir()
    repository.write("policies/names.py", example)
    repository.write(DEFAULT, f"review_rules: policies\n{(repository.folder / DEFAULT).read_text()}")
    repository.commit("rules")
    (repository.folder / DEFAULT).rename(repository.folder / "config/environments/prod.yaml")
    edited = "The change edits the rules of its own review: policies/names.py."
    for text, told_ in ((example, False), (example.replace("WARNING", "NOTE"), True)):
        repository.write("policies/names.py", text)
        document = told(repository.review("--format", "json", "--env", "prod", "--base", "HEAD"))
        assert (edited in [decision["text"] for decision in document["decisions"]]) is told_


def test_the_base_is_synthesized_with_its_own_constructs(repository: Repository) -> None:
    file = "constructs/src/cloudrun_psc/private_service.py"
    text = (repository.folder / file).read_text()
    repository.write(file, text.replace("INGRESS_TRAFFIC_INTERNAL_ONLY", "INGRESS_TRAFFIC_ALL"))
    done = repository.review("--format", "json")
    assert done.returncode == 1
    assert [(finding["rule"], finding["severity"]) for finding in told(done)["findings"]] == [
        ("ingress-not-internal", "error")
    ]


def test_environments_come_and_go_and_may_not_load(repository: Repository) -> None:
    repository.write("config/environments/old.yaml", "producer: {project: our-old-project, services: {hello: {}}}\n")
    repository.write("config/environments/bad.yaml", "producer: {project: our-bad-project, servces: {}}\n")
    repository.commit("two more")
    (repository.folder / "config/environments/old.yaml").unlink()
    repository.write("config/environments/bad.yaml", "producer: {project: our-bad-project, services: {hello: {}}}\n")
    repository.write("config/environments/new.yaml", "producer:\n  project: our-new-project\n  region: 7\n")
    done = repository.review("--base", "HEAD", "--format", "json")
    document = told(done)
    assert document["environments"] == ["default", "bad", "new", "old"]
    notes = " ".join(document["notes"])
    assert "The environment old is removed" in notes
    assert "The environment bad of the base does not load (config/environments/bad.yaml:1" in notes
    unusable = [finding for finding in document["findings"] if finding["rule"] == "environment-unusable"]
    assert [finding["address"] for finding in unusable] == ["config/environments/new.yaml"]
    assert "new.yaml:3: producer.region" in unusable[0]["detail"]
    assert {finding["stack"] for finding in document["findings"] if finding["rule"] == "local-state"} == {
        "bad/producer"
    }
    assert {change["action"] for stack in document["stacks"] if stack["stack"] == "old/producer"
            for change in stack["changes"]} == {"left"}  # fmt: skip
    assert str(repository.folder) not in done.stdout
    assert done.returncode == 1


def test_a_file_beside_the_environment_is_reviewed_like_its_own(repository: Repository) -> None:
    team = """\
consumers:
  analytics:
    project: our-analytics
    endpoints: {hello: {service: hello}}
    test_vm: {enabled: false}
"""
    folder = repository.folder / "config" / "environments" / "default.d"
    folder.mkdir()
    repository.write("config/environments/default.d/team.yaml", team)
    done = repository.review("--format", "json", "--also", "sarif=sarif")
    document = told(done)
    assert {stack["stack"] for stack in document["stacks"] if stack["changes"]} == {"producer", "analytics"}
    assert "our-analytics may connect to hello-service-attachment" in " ".join(
        decision["text"] for decision in document["decisions"]
    )
    places = [
        place["physicalLocation"]
        for result in json.loads((repository.folder / "sarif").read_text())["runs"][0]["results"]
        for place in result["locations"]
    ]
    assert {place["artifactLocation"]["uri"] for place in places} == {"config/environments/default.d/team.yaml"}
    (repository.folder / "sarif").unlink()
    # The base has its own files: what is there already is no change, and what goes is one.
    repository.commit("a team")
    assert "nothing changes" in repository.review("--base", "HEAD").stdout
    (folder / "team.yaml").rename(folder / "analytics.yaml")
    assert "nothing changes" in repository.review("--base", "HEAD").stdout
    (folder / "analytics.yaml").write_text("consumers: {analytics: {projct: our-analytics}}\n")
    broken = told(repository.review("--base", "HEAD", "--format", "json"))["findings"]
    assert [finding["rule"] for finding in broken] == ["environment-unusable"]
    assert "config/environments/default.d/analytics.yaml:1: consumers.analytics.projct" in broken[0]["detail"]


def test_a_credential_is_in_no_format_and_in_no_message(repository: Repository) -> None:
    repository.edit("      env: {API_TOKEN: swordfish-of-the-sea}\n")
    files = ("markdown", "sarif", "json")
    done = repository.review(*(word for form in files for word in ("--also", f"{form}={form}")))
    assert done.returncode == 1
    assert "plain-credential" in done.stdout
    texts = [done.stdout, done.stderr, *((repository.folder / form).read_text() for form in files)]
    assert not any("swordfish" in text for text in texts)
    repository.edit('      env: {API_TOKEN: "swordfish${x}"}\n')
    text = (repository.folder / DEFAULT).read_text().replace("      env: {API_TOKEN: swordfish-of-the-sea}\n", "")
    repository.write(DEFAULT, text)
    broken = repository.review()
    assert "environment-unusable" in broken.stdout
    assert "API_TOKEN" in broken.stdout
    assert "swordfish" not in broken.stdout + broken.stderr


def test_an_acknowledgement_counts_until_its_day(repository: Repository) -> None:
    repository.edit("      connection_preference: ACCEPT_AUTOMATIC\n")
    text = (repository.folder / DEFAULT).read_text()
    entry = (
        "acknowledgements:\n  open-day:\n    rule: automatic-acceptance\n"
        "    address: producer/google_compute_service_attachment.hello\n    reason: agreed for the open day\n"
        "    expires: 2027-01-31\n"
    )
    repository.write(DEFAULT, text + entry)
    late = repository.review("--today", "2027-02-01", "--format", "json")
    assert late.returncode == 1
    assert {finding["rule"] for finding in told(late)["findings"]} == {
        "automatic-acceptance",
        "acknowledgement-expired",
    }


OUT = ["--dir", "out", "--base-dir", "out"]
UNUSABLE = [
    (["--base", "no-such"], "'no-such' is no revision of this checkout"),
    (["--env", "none"], "there is no environment 'none'; there are default"),
    (["--plan", "producer", *OUT], "--base-dir needs the code, and --plan FILE is a plan alone"),
    (["--plan", "no.json"], "no.json: there is no such file"),
    (["--plan", "main.py"], "main.py: is not JSON"),
    (["--plan", "main.py", "--plan", "producer=main.py"], "are two reviews"),
    (["--plan", "main.py", "--plan", "main.py"], "--plan main.py: is given already"),
    (["--plan", "main.py", "--rehearse"], "--rehearse needs the code"),
    (["--plan", "main.py", "--rules", "nowhere"], "--rules nowhere: there is no such folder"),
    (["--rules", "docs", *OUT], "--rules is for --plan FILE; a configuration names its own with review_rules"),
    (["--plan", "nobody=main.py", *OUT], "there is no stack 'nobody'; there are producer"),
    (["--plan", "producer=no.json", *OUT], "no.json: there is no such file"),
    (["--plan", "producer=main.py", *OUT], "main.py: is not JSON"),
    (["--today", "31.1.2027"], "--today 31.1.2027: give a day as YYYY-MM-DD"),
    (["--also", "pdf=x"], "--also pdf=x: give FORMAT=FILE"),
    (["--dir", "docs"], "docs: no synthesized stacks"),
    (["--output", "no/where", *OUT], "no/where: cannot be written"),
]


@pytest.mark.parametrize(("words", "message"), UNUSABLE, ids=[" ".join(words) for words, _ in UNUSABLE])
def test_unusable_input_is_one_sentence(words: list[str], message: str, repository: Repository) -> None:
    stacks_in(repository.folder / "out", "producer", {"output": {"a": {"value": "b"}}})
    done = repository.review(*words)
    assert done.returncode == 2, done.stderr
    (said,) = [line for line in done.stderr.splitlines() if not line.startswith("synthesized ")]
    assert message in said
    assert done.stdout == ""


def test_a_report_in_a_file_leaves_the_result_on_the_screen(repository: Repository) -> None:
    stacks_in(repository.folder / "out", "producer", {"output": {"a": {"value": "b"}}})
    done = repository.review("--format", "json", "--output", "report.json", *OUT)
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert done.stderr.splitlines()[-1] == "exit code 0: nothing at or above --fail-on warning"
    assert json.loads((repository.folder / "report.json").read_text())


def test_an_output_folder_of_anybody_is_judged_by_itself(repository: Repository, tmp_path: Path) -> None:
    attachment = {"name": "a", "connection_preference": "ACCEPT_AUTOMATIC", "reconcile_connections": True}
    stacks_in(tmp_path, "theirs", {"resource": {"google_compute_service_attachment": {"a": attachment}}})
    done = repository.review("--dir", str(tmp_path), "--format", "json")
    assert "automatic-acceptance" in {finding["rule"] for finding in told(done)["findings"]}
    same = repository.review("--dir", str(tmp_path), "--base-dir", str(tmp_path), "--format", "json")
    assert same.returncode == 0
    assert told(same)["findings"] == []
