"""docs/examples/foreign_app: another team's app, with nothing of this checkout but its two distributions."""

from __future__ import annotations

import ast
import os
import re
import shlex
import shutil
import subprocess
import sys
from email import message_from_string
from pathlib import Path

import pytest

import cloudrun_psc
from commands import VERSION
from tests.cdk import native
from tests.conftest import CHECKOUT, Json, Synthesized, stacks_in
from tests.docs.pages import Block, blocks

GUIDE = CHECKOUT / "docs" / "constructs.md"
APP = CHECKOUT / "docs" / "examples" / "foreign_app" / "main.py"
EXISTING = APP.parents[1] / "existing_networks" / "main.py"
CONSUMERS = ("shop", "billing")
REPOSITORY = "https://YOUR_GIT_HOST/cloudrun-psc.git"
DISTRIBUTIONS = {"cloudrun_psc": "constructs", "cdktf_fast_synthesis": "fast_synthesis"}


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the guide's own lines have installed both distributions, from subdirectories of a repository."""
    folder = tmp_path_factory.mktemp("installed")
    repository, site = folder / "cloudrun-psc.git", folder / "site"
    for part in DISTRIBUTIONS.values():
        left_out = shutil.ignore_patterns("__pycache__", "*.egg-info", "build")
        shutil.copytree(CHECKOUT / part, repository / part, ignore=left_out)
    git = ["git", "-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"]
    for words in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message", "both"]):
        subprocess.run([*git, *words], cwd=repository, check=True)
    variables = {key: value for key, value in os.environ.items() if not key.startswith(("PIP_", "PYTHON"))}
    variables |= {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_VALUE_0": REPOSITORY}
    variables["GIT_CONFIG_KEY_0"] = f"url.{repository.as_uri()}.insteadOf"
    # No network: the build tool is that of the project's environment, where all that both need is there already.
    offline = ["--no-index", "--no-deps", "--no-build-isolation", "--quiet", "--target", str(site)]
    for block in blocks(GUIDE, "sh"):
        assert block.text.startswith("pip install ")
        command = [sys.executable, "-m", *shlex.split(block.text), *offline]
        done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    return site


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment in which both wheels are installed, beside what the app brings itself."""
    folder = tmp_path_factory.mktemp("wheels")
    variables = {key: value for key, value in os.environ.items() if not key.startswith(("PIP_", "PYTHON"))}
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    parts = []
    for part in DISTRIBUTIONS.values():
        parts.append(folder / part)
        left_out = shutil.ignore_patterns("__pycache__", "*.egg-info", "build")
        shutil.copytree(CHECKOUT / part, parts[-1], ignore=left_out)
    build = ["wheel", "--no-index", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder / "dist")]
    subprocess.run([*pip, *build, *map(str, parts)], env=variables, check=True)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder / "env")], env=variables, check=True)
    python = folder / "env" / "bin" / "python"
    install = ["--python", str(python), "install", "--no-index", "--no-deps"]
    subprocess.run([*pip, *install, *map(str, (folder / "dist").glob("*.whl"))], env=variables, check=True)
    # Its CDK, bindings and jsii are those of this environment; of this checkout it gets nothing else.
    site = next((folder / "env" / "lib").glob("python*/site-packages"))
    (site / "others.pth").write_text(f"{Path(pytest.__file__).parents[1]}\n")
    return python


@pytest.fixture(scope="module")
def stacks(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Synthesized:
    """What the app writes, run as that team would run it: in a folder of its own, on what it has installed."""
    return synthesized(APP, installed, tmp_path_factory.mktemp("foreign"))


def synthesized(app: Path, installed: Path | None, folder: Path, python: str = sys.executable) -> Synthesized:
    return run_text(app.read_text(), installed, folder, python)


def run_text(text: str, installed: Path | None, folder: Path, python: str) -> Synthesized:
    out, program = folder / "cdktf.out", folder / "main.py"
    program.write_text(native(text))
    variables = {key: value for key, value in os.environ.items() if not key.startswith(("PSC_", "PYTHON"))}
    variables |= {"CDKTF_OUTDIR": str(out), **({"PYTHONPATH": str(installed)} if installed else {})}
    done = subprocess.run(
        [python, str(program)], cwd=folder, env=variables, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return stacks_in(out)


def addresses(stack: Json) -> set[str]:
    return {f"{kind}.{one}" for kind, named in stack["resource"].items() for one in named}


def test_it_uses_nothing_of_the_configuration_stacks_or_commands() -> None:
    imported = set()
    for node in ast.walk(ast.parse(APP.read_text())):
        if isinstance(node, ast.ImportFrom):
            imported.add(str(node.module).partition(".")[0])
        elif isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
    assert imported <= {"__future__", "cdktf", "cdktf_cdktf_provider_google", "constructs", *DISTRIBUTIONS}


def test_all_files_of_both_distributions_are_installed(installed: Path) -> None:
    for package, part in DISTRIBUTIONS.items():
        source = CHECKOUT / part / "src" / package
        files = {path.relative_to(source) for path in source.rglob("*") if path.is_file() and path.suffix != ".pyc"}
        assert Path("py.typed") in files
        assert [path for path in sorted(files) if not (installed / package / path).is_file()] == []


def test_the_wheels_do_in_a_foreign_environment(foreign: Path, stacks: Synthesized, tmp_path: Path) -> None:
    made = synthesized(APP, None, tmp_path, str(foreign))
    assert {name: stack["resource"] for name, stack in made.items()} == {
        name: stack["resource"] for name, stack in stacks.items()
    }
    where = "import cloudrun_psc, cdktf_fast_synthesis as f; print(cloudrun_psc.__file__, f.__file__)"
    said = subprocess.run([foreign, "-c", where], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert all(Path(file).is_relative_to(foreign.parents[1]) for file in said.split())


def test_the_wheels_say_what_they_are(foreign: Path) -> None:
    for name in ("cdktf-fast-synthesis", "cloudrun-psc"):
        (file,) = (foreign.parents[1] / "lib").rglob(f"{name.replace('-', '_')}-*/METADATA")
        told = message_from_string(file.read_text())
        assert told["Version"] == VERSION
        assert told["Description-Content-Type"] == "text/markdown"
        assert str(told.get_payload()).startswith(f"# {name}\n")
        assert "Typing :: Typed" in told.get_all("Classifier", [])
        links = {line.partition(",")[0] for line in told.get_all("Project-URL", [])}
        assert links == {"Source", "Documentation", "Changelog"}
    of_itself = [line for line in told.get_all("Requires-Dist", []) if "extra ==" not in line]
    assert [line.partition("<")[0] for line in of_itself] == ["constructs"]


def test_the_readme_of_the_constructs_runs(foreign: Path, tmp_path: Path) -> None:
    (block,) = blocks(CHECKOUT / "constructs" / "README.md", "python")
    made = run_text(block.text, None, tmp_path, str(foreign))
    (attachment,) = made["orders"]["resource"]["google_compute_service_attachment"].values()
    assert attachment["consumer_accept_lists"] == [{"connection_limit": 10, "project_id_or_num": "shop-team"}]


def test_neither_distribution_imports_the_other() -> None:
    for package, other in (("cloudrun_psc", "cdktf_fast_synthesis"), ("cdktf_fast_synthesis", "cloudrun_psc")):
        source = CHECKOUT / DISTRIBUTIONS[package] / "src" / package
        modules = {path.name: path.read_text() for path in source.rglob("*.py")}
        assert modules
        assert [name for name, text in modules.items() if re.search(rf"\b{other}\b", text)] == []


def test_the_producers_addresses(stacks: Synthesized) -> None:
    assert addresses(stacks["orders"]) == {
        "google_project_service.run",
        "google_project_service.compute",
        "google_compute_network.network",
        "google_compute_subnetwork.load_balancer",
        "google_compute_subnetwork.proxy_only",
        "google_compute_subnetwork.orders_nat_10_0_3_0_24",
        "google_cloud_run_v2_service.orders",
        "google_cloud_run_v2_service_iam_member.orders_caller_shop_team_iam_gserviceaccount_com",
        "google_compute_region_network_endpoint_group.orders",
        "google_compute_region_backend_service.orders",
        "google_compute_region_url_map.orders",
        "google_compute_region_target_http_proxy.orders",
        "google_compute_forwarding_rule.orders",
        "google_compute_service_attachment.orders",
        "terraform_data.first_deployment",
        "terraform_data.orders_forwarding_rule_name",
        "terraform_data.orders_settings",
    }
    assert set(stacks["orders"]["output"]) == {"orders_service_attachment_self_link"}


def test_the_consumers_addresses(stacks: Synthesized) -> None:
    assert addresses(stacks["shop"]) == {
        "google_project_service.compute",
        "google_project_service.iap",
        "google_compute_network.network",
        "google_compute_subnetwork.subnet",
        "google_compute_address.orders",
        "google_compute_forwarding_rule.orders",
        "google_compute_firewall.test_vm_iap_ssh",
        "google_compute_instance.test_vm",
        "terraform_data.first_deployment",
        "terraform_data.orders_target",
    }


def test_it_stands_in_networks_that_exist_too(installed: Path, tmp_path: Path) -> None:
    stacks = synthesized(EXISTING, installed, tmp_path)
    subnets = {team: stacks[team]["resource"]["google_compute_address"]["orders"]["subnetwork"] for team in CONSUMERS}
    assert subnets == {
        "shop": "${data.google_compute_subnetwork.subnet.id}",
        "billing": "projects/billing-team/regions/europe-west1/subnetworks/billing-subnet",
    }
    rule = stacks["orders"]["resource"]["google_compute_forwarding_rule"]["orders"]
    assert rule["subnetwork"] == "${google_compute_subnetwork.frontend.id}"
    assert rule["depends_on"] == ["google_compute_subnetwork.proxies"]


def test_the_verbs_and_the_escape_hatch_are_in_what_it_writes(stacks: Synthesized) -> None:
    attachment = stacks["orders"]["resource"]["google_compute_service_attachment"]["orders"]
    assert attachment["consumer_accept_lists"] == [
        {"connection_limit": 2, "project_id_or_num": "billing-team"},
        {"connection_limit": 10, "project_id_or_num": "shop-team"},
    ]
    assert attachment["consumer_reject_lists"] == ["former-partner"]
    service = stacks["orders"]["resource"]["google_cloud_run_v2_service"]["orders"]
    assert service["template"]["execution_environment"] == "EXECUTION_ENVIRONMENT_GEN2"


def test_the_guide_shows_what_the_app_does() -> None:
    guide, app = GUIDE.read_text(), APP.read_text()
    for line in ('attachment.reject("former-partner")', 'attachment.accept("billing-team", connection_limit=2)'):
        assert line in guide
        assert line in app
    assert APP.relative_to(GUIDE.parent).as_posix() in guide


def test_the_guide_names_every_construct_and_record() -> None:
    guide = GUIDE.read_text()
    listed = set(re.findall(r"^\| `(\w+)` \|", guide, re.MULTILINE))
    assert listed
    assert all(hasattr(cloudrun_psc, one) for one in listed)
    assert [one for one in cloudrun_psc.__all__ if f"`{one}`" not in guide and one[0].isupper()] == []


@pytest.mark.parametrize("block", blocks(GUIDE, "python"), ids=str)
def test_the_guides_python_is_python(block: Block) -> None:
    compile(block.text, str(block), "exec")


def test_the_one_line_before_the_bindings_is_there() -> None:
    from cdktf_fast_synthesis import use_fast_synthesis

    assert callable(use_fast_synthesis)
    for text in (GUIDE.read_text(), APP.read_text()):
        assert "use_fast_synthesis()" in text
