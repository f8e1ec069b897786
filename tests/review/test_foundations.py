"""Where the state is, who acts, what runs and what is read: an edit of it is an error, or a point to decide."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from deployment.comparison import compare
from deployment.stack import Stack
from deployment.stack_files import stack_of
from review.comment_form import misshapen
from review.formats import markdown, terminal
from review.foundations import foundations
from review.material import Material
from review.report import assemble
from review.topics import TRUSTED, UNJUDGED
from tests.review.stacks import LOCK, PRODUCER, TODAY, compared, edited, findings, reported, sentences

RUN = "resource/google_cloud_run_v2_service/shop"
CONTAINER = f"{RUN}/template/containers/0"
SECRET = [{"name": "A", "value_source": {"secret_key_ref": {"secret": "projects/own/secrets/a"}}}]
FULL = edited(edited(PRODUCER, f"{CONTAINER}/image", "us-docker.pkg.dev/own/shop/shop:1"), f"{CONTAINER}/env", SECRET)
FULL = edited(FULL, f"{RUN}/template/service_account", "shop@own.iam.gserviceaccount.com")
POINTS: list[tuple[str, Any, str]] = [
    ("provider/google/0/impersonate_service_account", "a@b", "Terraform acts as a@b, instead of not set."),
    ("provider/google/0/billing_project", "q", "Terraform's calls count against the project q, instead of not set."),
    (f"{RUN}/template/service_account", None,
     "shop-service runs as not set, instead of shop@own.iam.gserviceaccount.com."),
    (f"{CONTAINER}/env/0/value_source/secret_key_ref/secret", "projects/other/secrets/a",
     "shop-service reads the secret projects/other/secrets/a, instead of projects/own/secrets/a."),
    (f"{CONTAINER}/image", "docker.io/own/shop:1",
     "The image of shop-service comes from elsewhere: docker.io/own/shop:1, instead of "
     "us-docker.pkg.dev/own/shop/shop:1."),
    (f"{CONTAINER}/image", "us-docker.pkg.dev/other/shop/shop:1",
     "The image of shop-service comes from elsewhere: us-docker.pkg.dev/other/shop/shop:1, instead of "
     "us-docker.pkg.dev/own/shop/shop:1."),
    ("provider/google/0/compute_custom_endpoint", "https://evil.test/",
     "provider.google calls Google with another compute_custom_endpoint: https://evil.test/, instead of not set."),
    ("provider/google/0/universe_domain", "evil.test",
     "provider.google calls Google with another universe_domain: evil.test, instead of not set."),
    ("terraform/required_providers/google/source", "hashicorp/google-beta",
     "Another provider is taken: hashicorp/google-beta, instead of hashicorp/google."),
    ("terraform/required_providers/google/version", "< 8, >= 1.0",
     "An older provider may be taken: < 8, >= 1.0, instead of ~> 7.45."),
    (f"{RUN}/template/containers", [{"image": "us-docker.pkg.dev/own/shop/shop:1", "env": SECRET},
                                    {"image": "docker.io/evil/x"}],
     "shop-service runs a further container: docker.io/evil/x."),
    (f"{RUN}/template/containers", [], "shop-service no longer runs the container us-docker.pkg.dev/own/shop/shop:1."),
    ("provider/google/0/{x}", "y", "provider.google calls Google with another {x}: y, instead of not set."),
    (f"{RUN}/template/volumes", [{"name": "v", "secret": {"secret": "projects/other/secrets/b"}}],
     "shop-service reads the secret projects/other/secrets/b, instead of not set."),
    ("terraform/required_providers/google/version", "~> 6.50",
     "An older provider may be taken: ~> 6.50, instead of ~> 7.45."),
]  # fmt: skip
# Constraints, and whether the second may take an older provider than the first.
VERSIONS = [
    ("7.45.0", "7.45.0-beta1", True), ("~> 7.45", "7.45.0-beta1", True), (">= 7.45, < 8", ">= 7.45.0-rc2, < 8", True),
    ("7.45.0-beta1", "7.45.0", False), ("7.45.0", "~> 7.45", False), ("7.45.0", "7.45", False),
    ("7.45", "7.44.9", True),
]  # fmt: skip
PLACES = [("bucket", "others"), ("prefix", "b"), ("prefix", None), ("storage_custom_endpoint", "https://evil.test")]


@pytest.mark.parametrize(("path", "value", "sentence"), POINTS, ids=[point[0] for point in POINTS])
def test_an_edit_of_what_is_trusted_is_a_point_to_decide(path: str, value: Any, sentence: str) -> None:
    assert sentences(reported(FULL, edited(FULL, path, value)), TRUSTED) == [sentence]


@pytest.mark.parametrize(("before", "after", "older"), VERSIONS)
def test_a_version_is_older_by_its_numbers_and_a_pre_release_than_its_release(
    before: str, after: str, older: bool
) -> None:
    former = edited(FULL, "terraform/required_providers/google/version", before)
    told = sentences(reported(former, edited(FULL, "terraform/required_providers/google/version", after)), TRUSTED)
    assert told == ([f"An older provider may be taken: {after}, instead of {before}."] if older else [])


@pytest.mark.parametrize(("version", "older"), [("~> 1.4", True), (None, True), (">= 1.5, < 2", False), ("1.9", False)])
def test_an_older_terraform_is_told_as_an_older_provider_is(version: str | None, older: bool) -> None:
    before = edited(PRODUCER, "terraform/required_version", ">= 1.5")
    said = sentences(reported(before, edited(before, "terraform/required_version", version)), TRUSTED)
    after = version or "not set"
    assert said == ([f"An older Terraform may be taken: {after}, instead of >= 1.5."] if older else [])


@pytest.mark.parametrize(("name", "value"), PLACES)
def test_a_state_in_another_place_is_an_error(name: str, value: Any) -> None:
    report = reported(PRODUCER, edited(PRODUCER, f"terraform/backend/gcs/{name}", value))
    assert findings(report) == [("state-elsewhere", "terraform.backend")]
    assert report.fails("error")


KEY, END = "-----BEGIN PRIVATE KEY-----\n" + "{}" * 40 + "\n-----END PRIVATE KEY-----", "x" * 120 + "/{}"
READ = {"backend": "gcs", "config": {"bucket": f"b{'x' * 60}", "prefix": f"c{'x' * 60}", "z": "{}"}}
MEMBER = "resource/google_storage_bucket_iam_member/m"
# Two values of each are an `a` and a `b` in place of {}.
ALIKE: list[tuple[str, Any]] = [
    ("provider/google/0/credentials", KEY),
    ("provider/google/0/compute_custom_endpoint", f"https://e.test/{END}/"),
    ("terraform/backend/gcs/prefix", END),
    ("terraform/backend/gcs/encryption_key", KEY),
    ("data/terraform_remote_state/p", READ),
    (f"{CONTAINER}/image", f"us-docker.pkg.dev/own/{END}/shop:1"),
    (f"{RUN}/template/service_account", f"{END}@own.iam.gserviceaccount.com"),
    (MEMBER, {"bucket": "b", "member": "allUsers", "role": f"projects/own/roles/{END}"}),
]


@pytest.mark.parametrize(("path", "value"), ALIKE, ids=[case[0] for case in ALIKE])
def test_values_that_look_alike_where_they_are_shown_are_told_apart(path: str, value: Any) -> None:
    before, after = (json.loads(json.dumps(value).replace("{}", one)) for one in "ab")
    report = reported(edited(FULL, path, before), edited(FULL, path, after))
    assert report.findings or sentences(report, TRUSTED)
    assert path != MEMBER or ("everyone-in-iam", "google_storage_bucket_iam_member.m") in findings(report)
    assert all("b" * 40 not in text for text in (markdown.text(report), terminal.text(report, "note")))


def test_a_provider_that_is_said_no_more_is_told_as_any_other_edit_of_it() -> None:
    acting = edited(FULL, "provider/google/0/impersonate_service_account", "deployer@own.iam.gserviceaccount.com")
    gone = edited(acting, "provider", None)
    assert sentences(reported(acting, gone), TRUSTED)[0] == (
        "Terraform acts as not set, instead of deployer@own.iam.gserviceaccount.com."
    )
    assert ("provider-open", "terraform.backend") in findings(
        reported(acting, edited(gone, "terraform/required_providers", None))
    )


def test_an_older_provider_in_a_lock_file_is_told_whatever_the_constraint_is() -> None:
    def locked(version: str) -> Stack:
        return stack_of(PRODUCER, "default", "producer", LOCK.replace("7.45.0", version))

    for before, after, said in (
        ("7.45.0", "7.44.1", ["An older provider may be taken: 7.44.1, instead of 7.45.0."]), ("7.44.1", "7.45.0", [])
    ):  # fmt: skip
        assert [str(one) for one, _ in foundations(compare(locked(before), locked(after)))] == said


def test_of_the_services_of_a_new_stack_the_same_is_told() -> None:
    assert sentences(reported(None, FULL), TRUSTED) == [
        "The new service shop-service runs as shop@own.iam.gserviceaccount.com.",
        "The new service shop-service reads the secret projects/own/secrets/a.",
        "The image of the new service shop-service comes from us-docker.pkg.dev/own/shop/shop:1.",
    ]


def test_an_image_that_is_no_longer_pinned_is_a_point_to_decide() -> None:
    pinned = edited(FULL, f"{CONTAINER}/image", "us-docker.pkg.dev/own/shop/shop:1@sha256:0a")
    (said,) = sentences(reported(pinned, FULL), TRUSTED)
    assert said == (
        "The image of shop-service is no longer pinned by its digest: us-docker.pkg.dev/own/shop/shop:1, instead of "
        "us-docker.pkg.dev/own/shop/shop:1@sha256:0a."
    )
    another = edited(pinned, f"{CONTAINER}/image", "us-docker.pkg.dev/own/shop/shop:2@sha256:0b")
    assert sentences(reported(pinned, another)) == sentences(reported(FULL, pinned)) == []


def test_of_a_new_service_is_told_as_whom_it_runs_what_it_reads_and_an_image_from_elsewhere() -> None:
    template = {"service_account": "owner@p", "containers": [{"image": "docker.io/x/y:1", "env": SECRET}]}
    after = edited(FULL, "resource/google_cloud_run_v2_service/n", {"name": "n", "template": template})
    assert sentences(reported(FULL, after), TRUSTED) == [
        "The new service n runs as owner@p.",
        "The new service n reads the secret projects/own/secrets/a.",
        "The image of the new service n comes from docker.io/x/y:1.",
    ]
    own = {"containers": [{"image": "us-docker.pkg.dev/own/shop/other:1"}]}
    after = edited(FULL, "resource/google_cloud_run_v2_service/n", {"name": "n", "template": own})
    assert sentences(reported(FULL, after), TRUSTED) == []


@pytest.mark.parametrize(
    ("section", "type_"),
    [
        ("ephemeral", "google_secret_manager_secret_version"),
        ("data", "google_secret_manager_secret_version_access"),
    ],
)
def test_a_secret_of_a_certificate_that_is_another_one_is_a_point_to_decide(section: str, type_: str) -> None:
    place = {"project": "own", "secret": "key", "version": "3"}
    before = edited(FULL, section, {type_: {"key": place}})
    address = f"{section}.{type_}.key"
    assert sentences(reported(FULL, before), TRUSTED) == [
        f"The new {address} reads the secret projects/own/secrets/key."
    ]
    after = edited(before, f"{section}/{type_}/key/project", "other")
    assert sentences(reported(before, after), TRUSTED) == [
        f"{address} reads the secret projects/other/secrets/key, instead of projects/own/secrets/key."
    ]
    exchanged = reported(before, edited(before, f"{section}/{type_}/key/version", "4"))
    assert (sentences(exchanged, TRUSTED), findings(exchanged)) == ([], [])


def test_an_ephemeral_block_of_a_kind_that_is_not_known_is_told() -> None:
    after = edited(PRODUCER, "ephemeral", {"vault_kv_secret_v2": {"x": {"mount": "a"}}})
    assert any("ephemeral.vault_kv_secret_v2.x" in said for said in sentences(reported(PRODUCER, after), UNJUDGED))


def test_what_a_plan_leaves_to_the_provider_is_no_other_account() -> None:
    """Of what is replaced, the plan has the former account, which nobody wrote, and not yet the next one."""
    unwritten = edited(FULL, f"{RUN}/template/service_account", None)
    comparison = compared(FULL, unwritten)
    assert [str(sentence) for sentence, _ in foundations(comparison)] == [
        "shop-service runs as not set, instead of shop@own.iam.gserviceaccount.com."
    ]
    assert list(foundations(replace(comparison, source="plan"))) == []


@pytest.mark.parametrize("name", ["{x}", "}", "{0.__class__}", "\x1b[2J", "a\n::error::b", "`](https://evil.example)"])
def test_the_name_of_an_attribute_is_only_text(name: str) -> None:
    for path in ("provider/google/0", "data/terraform_remote_state/other"):
        before = edited(PRODUCER, "data/terraform_remote_state/other", {"backend": "gcs"})
        report = reported(before, edited(before, f"{path}/{name}", "y"))
        assert misshapen(markdown.text(report)) is None
        assert all(map(str.isprintable, terminal.lines(report)))


@pytest.mark.parametrize("policy", ['{"bindings":[{"role":"r","members":["user:a@b"]}]}',
                                    '{"Bindings":[{"ROLE":"r","members":["\\u0075ser:a@b"]}]}'])  # fmt: skip
def test_a_policy_in_json_gives_roles_as_a_data_source_does(policy: str) -> None:
    given = edited(PRODUCER, "resource/google_storage_bucket_iam_policy/p", {"bucket": "states", "policy_data": policy})
    assert sentences(reported(PRODUCER, given), TRUSTED) == ["user:a@b gets r on storage bucket states."]
    assert sentences(reported(given, given), TRUSTED) == []


def test_data_that_a_check_reads_is_judged_like_any_other() -> None:
    check = {"data": {"external": {"x": {"program": ["sh"]}}}, "assert": {"condition": "${true}"}}
    for written in (check, [check], check | {"data": [{"external": [{"x": [{"program": ["sh"]}]}]}]}):
        report = reported(PRODUCER, edited(PRODUCER, "check/c", written))
        assert findings(report)[0] == ("code-at-apply", "data.external.x")


def test_a_program_that_a_removal_starts_is_an_error() -> None:
    """Terraform runs it with whatever the state still has at that address, so whatever stands in the base."""
    removed = {"from": "google_compute_network.old", "provisioner": {"local-exec": {"when": "destroy", "command": "x"}}}
    for written in (removed, [removed], [removed | {"provisioner": [removed["provisioner"]]}]):
        report = reported(PRODUCER, edited(PRODUCER, "removed", written))
        assert findings(report) == [("code-at-apply", "removed.google_compute_network.old")]
    assert findings(reported(PRODUCER, edited(PRODUCER, "removed", {"from": "google_compute_network.old"}))) == []


def test_another_tag_or_a_newer_provider_is_nothing_to_decide() -> None:
    for path, value in (
        (f"{CONTAINER}/image", "us-docker.pkg.dev/own/shop/shop:2"),
        ("terraform/required_providers/google/version", "~> 7.46"),
    ):
        assert sentences(reported(FULL, edited(FULL, path, value))) == []


def test_a_new_role_is_a_point_to_decide_whatever_it_is_on() -> None:
    token = {"service_account_id": "runner@own.iam.gserviceaccount.com", "role": "roles/iam.serviceAccountTokenCreator"}
    bucket = {"bucket": "states", "role": "roles/storage.objectViewer", "members": ["user:a@b", "user:c@d"]}
    given = edited(PRODUCER, "resource/google_service_account_iam_member", {"m": token | {"member": "user:a@b"}})
    given = edited(given, "resource/google_storage_bucket_iam_binding", {"b": bucket})
    assert sentences(reported(PRODUCER, given), TRUSTED) == [
        "user:a@b gets roles/iam.serviceAccountTokenCreator on service account runner@own.iam.gserviceaccount.com.",
        "user:a@b gets roles/storage.objectViewer on storage bucket states.",
        "user:c@d gets roles/storage.objectViewer on storage bucket states.",
    ]
    assert sentences(reported(given, given), TRUSTED) == []
    elsewhere = edited(PRODUCER, "resource/google_service_account_iam_member", {"n": token | {"member": "user:a@b"}})
    assert "user:a@b gets roles/iam" not in " ".join(sentences(reported(given, elsewhere), TRUSTED))
    until = {"condition": [{"expression": "request.time < timestamp('2027-01-01T00:00:00Z')"}], "member": "user:a@b"}
    short = edited(PRODUCER, "resource/google_service_account_iam_member", {"m": token | until})
    (lasting,) = sentences(reported(short, given), TRUSTED)[:1]
    assert lasting.endswith("runner@own.iam.gserviceaccount.com.")
    (said,) = sentences(reported(PRODUCER, short), TRUSTED)
    assert said.endswith(", while request.time < timestamp('2027-01-01T00:00:00Z').")


def test_roles_that_a_policy_gives_are_told_by_its_bindings() -> None:
    policy = {"binding": [{"role": "roles/owner", "members": ["user:a@b"]}]}
    given = edited(PRODUCER, "data", {"google_iam_policy": {"p": policy}})
    text = "${data.google_iam_policy.p.policy_data}"
    given = edited(given, "resource/google_project_iam_policy", {"p": {"project": "own", "policy_data": text}})
    assert "user:a@b gets roles/owner on project own." in sentences(reported(PRODUCER, given), TRUSTED)


@pytest.mark.parametrize("same", [True, False], ids=["the same resources", "others"])
def test_a_stack_by_another_name_is_an_error_where_it_makes_what_was_there(same: bool) -> None:
    """An environment or a consumer that is renamed: its state is where nobody looks any more."""
    project = "example-producer" if same else "example-other"
    new = edited(PRODUCER, "provider/google/0/project", project)
    code = [compared(PRODUCER, None, "staging"), compared(None, new, "preview")]
    report = assemble(Material(base="b", today=TODAY, code=code))
    told = [finding for finding in report.findings if finding.rule == "deployed-elsewhere"]
    assert [(finding.stack, str(finding.detail)) for finding in told] == (
        [("preview", "staging is gone and had nat, shop-attachment, shop-rule and 1 more")] if same else []
    )


def test_another_cloud_or_backend_is_another_place() -> None:
    for settings in ({"cloud": {"organization": "x"}}, {"backend": [{"http": {"address": "https://evil.test"}}]}):
        moved = edited(PRODUCER, "terraform", PRODUCER["terraform"] | settings)
        assert ("state-elsewhere", "terraform.backend") in findings(reported(PRODUCER, moved))


def test_another_teams_state_that_is_read_elsewhere_is_a_point_to_decide() -> None:
    state = {"backend": "gcs", "config": {"bucket": "states", "prefix": "a"}}
    before = edited(PRODUCER, "data", {"terraform_remote_state": {"p": state}})
    after = edited(before, "data/terraform_remote_state/p/config/bucket", "evil")
    (said,) = sentences(reported(before, after), TRUSTED)
    assert said.startswith("The state of another stack is read from another config: ")


@pytest.mark.parametrize(
    "content",
    [
        {"google_storage_bucket_iam_member": [{"x": {"bucket": "b", "role": "r", "member": "allUsers"}}]},
        {"google_storage_bucket_iam_member": {"x": [{"bucket": "b", "role": "r", "member": "allUsers"}]}},
        [{"google_storage_bucket_iam_member": {"x": {"bucket": "b", "role": "r", "member": "allUsers"}}}],
    ],
    ids=["a list of names", "a list around values", "a list of kinds"],
)
def test_every_spelling_of_a_section_is_read(content: Any) -> None:
    whole = content if isinstance(content, list) else [content]
    after = PRODUCER | {"resource": [PRODUCER["resource"], *whole]}
    assert ("everyone-in-iam", "google_storage_bucket_iam_member.x") in findings(reported(PRODUCER, after))


@pytest.mark.parametrize("section", ["import", "action"])
def test_a_section_that_is_not_known_is_a_finding(section: str) -> None:
    after = PRODUCER | {section: [{"to": "a.b", "id": "x"}]}
    assert findings(reported(PRODUCER, after)) == [("access-not-judged", f"section.{section}")]


def test_a_count_that_follows_from_a_variable_is_told_when_the_variable_changes() -> None:
    before = edited(PRODUCER, "variable", {"on": {"default": True}})
    before = edited(before, "resource/google_compute_service_attachment/shop/count", "${var.on ? 1 : 0}")
    assert findings(reported(before, before)) == []
    after = edited(before, "variable/on/default", False)
    assert ("instances-not-told", "google_compute_service_attachment.shop") in findings(reported(before, after))


def test_a_caller_with_a_role_of_ones_own_or_without_its_condition_is_told() -> None:
    member = "resource/google_cloud_run_v2_service_iam_member/caller"
    for path, value in ((f"{member}/role", "projects/p/roles/custom"), (f"{member}/role", "${var.role}")):
        assert any(" gets " in said for said in sentences(reported(PRODUCER, edited(PRODUCER, path, value)), TRUSTED))


def test_another_account_is_told_with_the_secrets_that_it_may_read_already() -> None:
    template = "resource/google_cloud_run_v2_service/shop/template/service_account"
    grant = {"project": "p", "secret_id": "keys", "role": "roles/secretmanager.secretAccessor"}
    kind = "resource/google_secret_manager_secret_iam_member"
    before = edited(PRODUCER, template, "old@p.iam.gserviceaccount.com")
    before = edited(before, f"{kind}/new", {**grant, "member": "serviceAccount:new@p.iam.gserviceaccount.com"})
    told = sentences(reported(before, edited(before, template, "new@p.iam.gserviceaccount.com")))
    assert told == ["shop-service runs as new@p.iam.gserviceaccount.com, which may read secret p keys, instead of "
                    "old@p.iam.gserviceaccount.com."]  # fmt: skip
    both = edited(before, f"{kind}/old", {**grant, "member": "serviceAccount:old@p.iam.gserviceaccount.com"})
    told = sentences(reported(both, edited(both, template, "new@p.iam.gserviceaccount.com")))
    assert told == ["shop-service runs as new@p.iam.gserviceaccount.com, instead of old@p.iam.gserviceaccount.com."]
