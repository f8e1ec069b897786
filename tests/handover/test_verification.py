"""Verification finds what is wrong with a bundle, says where, and tells what it could not try."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from deployment.terraform import Terraform
from deployment.unusable import UnusableError
from handover.bundle import Bundle, Wish
from handover.manifest import SUMS, ManifestError, read, sums
from handover.present import Present, present
from handover.verification import Verdict, checksums, content, secrets, validation
from tests.handover.conftest import Make, put


@pytest.fixture(params=["json", "hcl"])
def made(request: pytest.FixtureRequest, make: Make) -> Bundle:
    return make(wish=Wish(format=request.param))


@pytest.fixture
def folder(made: Bundle, tmp_path: Path) -> Path:
    return put(made.files, tmp_path / "bundle")


def main_of(folder: Path, stack: str = "producer") -> Path:
    return next(path for path in (folder / stack).iterdir() if path.name.startswith("main."))


def test_an_untouched_bundle_is_fine(made: Bundle, folder: Path) -> None:
    manifest, listed = read(folder)
    assert manifest == made.manifest
    assert checksums(present(folder), listed).held is True
    assert content(present(folder), listed, made.files).held is True
    assert secrets(present(folder), ()).held is True


def test_what_this_checkout_generates_holds_no_credential(made: Bundle, folder: Path) -> None:
    """It is refused where one is in it; texts of our own, such as the runbook's, are none however they sound."""
    main, readme = main_of(folder), folder / "README.md"
    for file in (main, readme):
        file.write_text(f"{file.read_text()}\nAIza{'x' * 35}\n")
    wanted = {**made.files, "README.md": readme.read_bytes()}
    assert secrets(present(folder), (), (), wanted).details == (
        f"producer/{main.name}: something looks like a Google API key",
    )


TELLING = """\
producer:
  project: example-producer-project
  services:
    {name}:
      image: us-docker.pkg.dev/example-producer-project/apps/{name}:1.4.0
      secrets: {{DB_PASSWORD: {{secret: {name}-db-password}}}}
      description: {description}
      accept: {{{name}: 2}}
      invokers: [{name}]
consumers: {{{name}: {{project: our-consumer, endpoints: {{{name}: {{service: {name}}}}}}}}}
"""


@pytest.mark.parametrize("format_", ["json", "hcl"])
@pytest.mark.parametrize("name", ["auth", "webhook-relay", "password-reset", "tokens"])
def test_names_of_the_configuration_are_no_credentials(name: str, format_: str, make: Make) -> None:
    made = make(TELLING.format(name=name, description="words"), Wish(format=format_))
    there = Present(files=made.files, states=(), refused={})
    assert secrets(there, (), made.names).held is True


POOL = "principal://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/ours/subject/"


@pytest.mark.parametrize("format_", ["json", "hcl"])
def test_the_subject_of_a_principal_is_no_credential(format_: str, make: Make, tmp_path: Path) -> None:
    okta, azure = f"{POOL}0oaWsrfPZEW58dAnORew", f"{POOL}Y-Hhdfs7CqUirscczSeeUSOgxqrBqmZ9m4-ptk-qEMM"
    text = "producer: {{project: our-producer, services: {{api: {{invokers: ['{}']}}}}}}"
    made = make(text.format(okta), Wish(format=format_))
    edited = {path: content.replace(okta.encode(), azure.encode()) for path, content in made.files.items()}
    assert edited != made.files
    assert secrets(Present(files=edited, states=(), refused={}), ()).held is True


def test_nor_is_the_name_that_is_made_of_it(make: Make) -> None:
    auth0 = f"{POOL}nMj9hpPrbTlE00JLhrBt2B9827i846A4@clients"
    made = make(f"producer: {{project: our-producer, services: {{api: {{invokers: ['{auth0}']}}}}}}")
    assert auth0.encode() in b"".join(made.files.values())


def test_what_such_a_name_does_not_explain_is_refused(make: Make) -> None:
    with pytest.raises(UnusableError, match="attachment.* looks like a credential"):
        make(TELLING.format(name="auth", description="the password of the database is 'hunter2x7'"))


def test_an_edit_is_named_and_shown(made: Bundle, folder: Path) -> None:
    main = main_of(folder)
    main.write_text(main.read_text().replace("10.0.1.0/24", "10.0.9.0/24"))
    _, listed = read(folder)
    verdict = checksums(present(folder), listed)
    assert (verdict.held, verdict.details) == (False, (f"producer/{main.name}: edited since it was handed over",))
    verdict = content(present(folder), listed, made.files)
    assert verdict.held is False
    text = "\n".join(verdict.lines())
    assert "content: finding: differs from what this checkout generates" in text
    assert [line for line in verdict.details if line.startswith("-") and '10.0.9.0/24"' in line]
    assert [line for line in verdict.details if line.startswith("+") and '10.0.1.0/24"' in line]


def test_what_is_missing_or_more_is_told(made: Bundle, folder: Path) -> None:
    main_of(folder).unlink()
    (folder / "theirs.txt").write_text("")
    _, listed = read(folder)
    assert checksums(present(folder), listed).details == (f"producer/{main_of_name(made)}: missing",)
    put({f"producer/{main_of_name(made)}": made.files[f"producer/{main_of_name(made)}"]}, folder)
    verdict = checksums(present(folder), listed)
    assert verdict.held is True
    assert verdict.text.endswith("also here: theirs.txt")


def main_of_name(made: Bundle) -> str:
    return "main.tf.json" if made.manifest.format == "json" else "main.tf"


def test_an_older_bundle_differs_in_content_and_not_in_checksums(made: Bundle, folder: Path) -> None:
    files = dict(made.files)
    path = f"producer/{main_of_name(made)}"
    files[path] = files[path].replace(b"hello-url-map", b"hello-former-map")
    del files[SUMS]
    files[SUMS] = sums(files)
    put(files, folder)
    _, listed = read(folder)
    assert checksums(present(folder), listed).held is True
    assert content(present(folder), listed, made.files).held is False


def test_a_file_that_this_checkout_no_longer_makes_is_a_difference(made: Bundle, folder: Path) -> None:
    wanted = {path: text for path, text in made.files.items() if not path.startswith("producer/moved")}
    _, listed = read(folder)
    assert content(present(folder), listed, wanted).held is False


LEAKS: dict[str, tuple[Callable[[str], str], str]] = {
    "a key in a comment": (lambda text: f"{text}\n# AIza{'x' * 35}\n", "something looks like a Google API key"),
    "a variable by its name": (
        lambda text: f'{text}\n"name": "DB_PASSWORD",\n"value": "hunter2hunter2"\n',
        "env DB_PASSWORD looks like a credential, by its name",
    ),
    "a variable in HCL": (
        lambda text: f'{text}\n  name  = "DB_PASSWORD"\n  value = "hunter2hunter2"\n',
        "env DB_PASSWORD looks like a credential, by its name",
    ),
}


@pytest.mark.parametrize("leak", LEAKS)
def test_a_secret_is_found_and_not_shown(leak: str, folder: Path) -> None:
    put_in, sentence = LEAKS[leak]
    main = main_of(folder)
    main.write_text(put_in(main.read_text()))
    verdict = secrets(present(folder), ())
    assert verdict.held is False
    assert verdict.details == (f"producer/{main.name}: {sentence}",)
    assert "hunter2" not in "\n".join(verdict.lines())


def test_what_was_said_to_be_harmless_is_none(folder: Path) -> None:
    main = main_of(folder)
    main.write_text(f'{main.read_text()}\nname = "DB_PASSWORD"\nvalue = "hunter2hunter2"\n')
    assert secrets(present(folder), ("DB_PASSWORD",)).held is True


def test_a_folder_with_very_much_in_it_is_looked_into_in_part_and_says_so(folder: Path) -> None:
    (folder / "large").write_bytes(b"x" * 2_000_000)
    (folder / "leak").write_text(f"AIza{'x' * 35}")
    verdict = secrets(present(folder), ())
    assert verdict.details == ("leak: something looks like a Google API key",)
    assert verdict.text.endswith("too much to be looked into: large")


def test_a_long_line_is_shown_by_its_beginning(made: Bundle, folder: Path) -> None:
    main_of(folder).write_text("x" * 1_000_000)
    verdict = content(present(folder), read(folder)[1], made.files)
    assert [line for line in verdict.details if line.startswith("-xxx")] == [f"-{'x' * 499}…"]


def test_a_state_in_the_folder_is_named_and_not_read(folder: Path) -> None:
    (folder / "terraform.producer.tfstate").write_text(f"AIza{'x' * 35}")
    verdict = secrets(present(folder), ())
    assert verdict.held is True
    assert "not looked into: terraform.producer.tfstate" in verdict.text


def test_without_terraform_validation_is_not_tried_and_said_so(folder: Path) -> None:
    assert list(validation(present(folder), present(folder).files, ["producer"], None).lines()) == [
        "terraform validate: not tried: neither Terraform nor OpenTofu is on PATH"
    ]


def test_terraform_finds_what_is_not_valid(folder: Path) -> None:
    program = shutil.which("terraform")
    if not program:
        pytest.skip("Terraform is not on PATH")
    terraform = Terraform(program)
    verdict = validation(present(folder), present(folder).files, ["producer", "consumer"], terraform)
    if verdict.held is None:
        pytest.skip(f"the google provider cannot be had: {verdict.text}")
    assert verdict == Verdict(what="terraform validate", held=True, text="producer, consumer valid")
    main = main_of(folder)
    main.write_text(main.read_text().replace("google_compute_network.network.id", "google_compute_network.other.id"))
    verdict = validation(present(folder), present(folder).files, ["producer", "consumer"], terraform)
    assert verdict.held is False
    assert "Reference to undeclared resource" in " ".join(verdict.details)
    assert not (folder / "producer" / ".terraform").exists(), "a copy was tried"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda folder: (folder / SUMS).unlink(), "no bundle of ./psc handover (no SHA256SUMS)"),
        (
            lambda folder: (folder / "manifest.json").write_text("{"),
            "not a manifest that this checkout knows (Invalid JSON",
        ),
        (
            lambda folder: (folder / "manifest.json").write_text("{}"),
            "not a manifest that this checkout knows (schema: Field required)",
        ),
        (
            lambda folder: (folder / "manifest.json").write_text('{"schema": 2}'),
            "not a manifest that this checkout knows (schema: Input should be 1)",
        ),
        (lambda folder: (folder / SUMS).write_bytes(b"\xff\x00"), "no bundle of ./psc handover"),
    ],
)
def test_what_is_no_bundle_is_one_sentence(change: Callable[[Path], object], sentence: str, folder: Path) -> None:
    change(folder)
    with pytest.raises(ManifestError) as error:
        read(folder)
    assert sentence in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("line_break", ["\r\n", "\r", "\u2028", "\x0b"])
def test_a_line_that_becomes_part_of_a_comment_is_a_finding(line_break: str) -> None:
    wanted = {"producer/main.tf": b"# kept\nguard = true\n"}
    files = {"producer/main.tf": f"# kept{line_break}guard = true\n".encode()}
    listed = dict.fromkeys(files, "")
    assert content(Present(files=files, states=(), refused={}), listed, wanted).held is False
