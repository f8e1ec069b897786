"""The runbook: everything that operations ask for is in it, filled in, for each shape that a bundle can have."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from config.loading import load
from deployment.output_folder import stacks_of
from handover.bundle import Wish, bundle
from handover.markdown import wrapped
from handover.source import BundleSource
from tests.conftest import REFERENCE
from tests.handover.conftest import CONFIGURATIONS, SOURCE, Make

SHAPES = [(file, stacks) for file in CONFIGURATIONS for stacks in ((),)] + [
    (CONFIGURATIONS[0], ("producer",)),
    (CONFIGURATIONS[0], ("consumer",)),
]
HEADINGS = [
    "Before the first time",
    "State",
    "Into a bucket",
    "Apply",
    "What may be changed",
    "Accept a consumer",
    "Revoke a consumer",
    "Take a consumer's project out",
    "Change the image",
    "Move an endpoint's address",
    "Status and logs",
    "Symptoms and remedies",
    "Never by hand",
    "Newer versions",
    "Destroy",
    "Let go without destroying",
    "Roles",
    "Where this came from",
]


DATABASE = """
region: us-east5
consumers:
  analytics:
    project: analytics-project
    endpoints:
      orders-db:
        service_attachment: projects/vendor-project/regions/us-east5/serviceAttachments/orders-db
        port: 5432
"""


def test_a_service_that_is_reached_by_tcp_alone_is_tried_so(make: Make, tmp_path: Path) -> None:
    (tmp_path / "vendor.yaml").write_text(DATABASE)
    text = page(make, tmp_path / "vendor.yaml")
    assert "output -raw orders_db_connect_command" in text
    assert "curl_command" not in text


def named(name: str) -> Path:
    return next(file for file in CONFIGURATIONS if file.stem == name)


def page(make: Make, file: Path = CONFIGURATIONS[0], **wish: object) -> str:
    return make(file, Wish(**wish)).files["README.md"].decode()  # type: ignore[arg-type]


def test_it_has_every_section_in_order(make: Make) -> None:
    headings = re.findall(r"^###? (.+)$", page(make), re.MULTILINE)
    assert [heading for heading in headings if heading in HEADINGS] == HEADINGS


@pytest.mark.parametrize(("file", "stacks"), SHAPES, ids=lambda value: getattr(value, "stem", None) or "-".join(value))
@pytest.mark.parametrize("format_", ["json", "hcl"])
def test_its_links_lead_somewhere_and_its_blocks_are_shells(
    file: Path, stacks: tuple[str, ...], format_: str, make: Make
) -> None:
    text = page(make, file, stacks=stacks, format=format_)
    anchors = {
        re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= anchors
    for block in re.findall(r"^ *```sh\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL):
        done = subprocess.run(["sh", "-n"], input=block, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    folders = set(re.findall(r"-chdir=([\w-]+)", text))
    assert folders == set(make(file, Wish(stacks=stacks)).manifest.stacks)
    assert "None" not in text
    assert max(len(line) for line in text.splitlines() if not line.startswith("|") and " " in line[:60]) < 600


def test_queries_and_status_are_filled_in(make: Make) -> None:
    text = page(make)
    assert "gcloud compute forwarding-rules describe psc-endpoint --project=example-consumer-project" in text
    assert 'resource.labels.service_name="hello-service"' in text
    assert 'jsonPayload.connection.dest_ip="10.1.0.5"' in text
    describe = "gcloud compute service-attachments describe https://www.googleapis.com/compute/v1/projects/"
    link = "example-producer-project/regions/asia-northeast1/serviceAttachments/hello-service-attachment"
    assert f"{describe}{link} --project=example-producer-project --format='yaml(connectedEndpoints)'" in text
    assert "URL_OF_THE_SERVICE" not in text


def test_order_of_apply_and_of_destroy(make: Make) -> None:
    text = page(make, named("many"))
    assert re.findall(r"-chdir=([\w-]+) init$", text, re.MULTILINE) == ["producer", "back-office", "shop"]
    assert re.findall(r"-chdir=([\w-]+) destroy$", text, re.MULTILINE) == ["shop", "back-office", "producer"]


def test_the_picture_shows_who_connects_to_what(make: Make) -> None:
    assert connected(page(make, named("many"))) == [
        ("orders", "orders-service-attachment"),
        ("orders", "orders-service-attachment"),
        ("stock-endpoint", "stock-levels-service-attachment"),
    ]
    assert connected(page(make, named("consumer-alone"))) == [("orders", "of the producer")]
    shop = connected(page(make, named("many"), stacks=("shop",)))
    assert shop == [("orders", "of the producer"), ("stock-endpoint", "of the producer")]


def connected(text: str) -> list[tuple[str, str]]:
    """Who reaches what over Private Service Connect in the page's picture, by names."""
    names = dict(re.findall(r'^    (n\d+)\["[^<]*<br>([^"]*)"\]$', text, re.MULTILINE))
    arrows = re.findall(r'^  (n\d+) -->\|"Private Service Connect"\| (n\d+)$', text, re.MULTILINE)
    return sorted((names[start], names[end]) for start, end in arrows)


def test_protection_is_told_where_there_is_one(make: Make) -> None:
    assert "The folder producer is protected." in page(make, named("everything"))
    assert "is protected. Only" not in page(make)


def test_states_are_copied_or_stay(make: Make) -> None:
    assert 'cp "$CHECKOUT/terraform.many.shop.tfstate" terraform.many.shop.tfstate' in page(make, named("many"))
    text = page(make, named("everything"))
    assert "`gs://our-terraform-state/platform/psc/everything/producer/default.tfstate`" in text
    assert "force-unlock ID" in text
    assert "CHECKOUT" not in text
    state = "gs://our-terraform-state/platform/psc/everything/producer/default.tfstate"
    assert f"gcloud storage cp '{state}#GENERATION' {state}\n" in text


def test_roles_are_those_of_the_stacks(make: Make) -> None:
    text = page(make, stacks=("consumer",))
    assert "`roles/servicedirectory.editor`" in text
    assert "`roles/run.admin`" not in text


def test_where_it_came_from_says_whether_the_work_tree_was_clean(make: Make) -> None:
    def source(**more: object) -> BundleSource:
        facts = {"revision": "abc", "changed": False, "project": "1", "cdktf": "2", "bindings": "3"} | more
        return BundleSource(**facts)  # type: ignore[arg-type]

    def origin(**more: object) -> str:
        return make(source=source(**more)).files["README.md"].decode()

    assert "revision abc;" in origin()
    assert "revision abc, with changes that are not committed;" in origin(changed=True)
    assert "a checkout of an unknown revision;" in origin(revision=None)


def test_a_lock_file_that_is_there_is_handed_over(make: Make, tmp_path: Path) -> None:
    from stacks.synthesis import synthesize

    assert "No provider lock file was handed over. The" in page(make)
    settings = load(REFERENCE, {"PSC_CONFIG": str(CONFIGURATIONS[0])}).settings
    locks = tmp_path / "locks"
    (locks / "default").mkdir(parents=True)
    for count, stack in enumerate(("producer", "consumer")):
        (locks / "default" / f"{stack}.terraform.lock.hcl").write_text(f"# {stack}\n")
        out = synthesize(settings, tmp_path / f"out-{count}", locks)
        made = bundle(stacks_of(out), settings, SOURCE, Wish())
        text = made.files["README.md"].decode()
        assert made.files[f"{stack}/.terraform.lock.hcl"] == f"# {stack}\n".encode()
        if count:
            assert "are fixed by `.terraform.lock.hcl`" in text
        else:
            assert "No provider lock file was handed over for consumer." in text


def test_paragraphs_are_broken_and_nothing_else() -> None:
    long = "word " * 40
    text = f"{long}\n- {long}\n| {long} |\n```sh\n{long}\n```\n"
    lines = wrapped(text).split("\n")
    assert max(len(line) for line in lines[:4]) <= 120
    assert any(line.startswith("  word") for line in lines)
    assert f"| {long} |" in lines
    assert long in lines


def test_a_bundle_for_opentofu_has_its_commands(make: Make) -> None:
    bundles = [make(wish=Wish(program=program)) for program in ("terraform", "tofu")]
    ours, tofus = (made.files["README.md"].decode() for made in bundles)
    commands = re.compile(r"(?:terraform|tofu) (?:-chdir|init|state|import)")
    typed = [command.replace("terraform ", "tofu ") for command in commands.findall(ours)]
    assert len(typed) > 20
    assert commands.findall(tofus) == typed
    assert "needs only OpenTofu (>= 1.5.0)" in " ".join(tofus.split())
    assert [json.loads(made.files["manifest.json"]).get("program") for made in bundles] == [None, "tofu"]


def test_what_it_says_is_true_of_this_bundle(make: Make) -> None:
    default, lean, bucket = page(make), page(make, named("lean")), page(make, named("everything"))
    assert "The consumers' outputs contain their commands too" in default
    assert "outputs contain" not in page(make, named("producer-alone"))
    assert "from the test VM and tells" in default
    assert "from the test VM and tells" not in lean
    assert "init -backend=false" in bucket
    assert "init -backend=false" not in default
    assert "First fill in" not in page(make, named("consumer-alone"))
    assert 'service_name=""' not in page(make, named("own-balancer"))


def test_a_certificate_out_of_secrets_is_renewed_by_their_versions(make: Make) -> None:
    text = page(make, named("pem"), format="hcl")
    assert "gcloud secrets versions add hello-key --project=example-other-project --data-file=key.pem\n" in text
    section = text.partition("### Renew the certificate")[2].partition("\n### ")[0]
    assert re.findall(r'version = "(\d+)"', section) == ["4", "3"]
    assert "Renew the certificate" not in page(make)


def section(text: str, heading: str) -> str:
    return text.partition(f"### {heading}\n")[2].partition("\n### ")[0]


def test_a_certificate_of_others_is_exchanged_by_its_link(make: Make) -> None:
    told = section(page(make, named("https"), format="hcl"), "Exchange the certificate")
    place = "projects/example-producer-project/locations/asia-northeast1/certificates"
    assert f'hello_certificate = "{place}/NEW-NAME"' in told
    assert (
        "gcloud certificate-manager certificates describe hello --project=example-producer-project --location=" in told
    )
    assert "has to be of hello.internal.example.com, too" in " ".join(told.split())
    compute = named("https").read_text().replace("locations/asia-northeast1/certificates/", COMPUTE)
    asked = "gcloud compute ssl-certificates describe hello --project=example-producer-project --region="
    assert asked in make(compute).files["README.md"].decode()
    assert "Exchange the certificate" not in page(make, named("pem"))


COMPUTE = "regions/asia-northeast1/sslCertificates/"


def test_clients_of_https_have_symptoms_of_their_own(make: Make) -> None:
    https = page(make, named("https"))
    assert "describe private-certificate-" in https
    assert "`curl: (60)`" in https
    assert "`curl: (60)`" in page(make, named("https"), stacks=("consumer",))
    assert "curl: (" not in page(make)
    assert "FAILED" not in page(make, named("pem")).partition("## Symptoms")[2]


def test_each_secret_is_rotated_as_it_is_read(make: Make) -> None:
    text = page(make, named("everything"), format="hcl")
    told = section(text, "Rotate a secret")
    rows = [line.split(" | ")[1:] for line in told.splitlines() if re.match(r"\| (legacy|reports)", line)]
    assert [row[1:] for row in rows] == [
        ["variable `API_KEY`", "its version in `api_secret_versions` |"],
        ["variable `DB_PASSWORD`", "its newest version, by each instance that starts |"],
        ["file `/secrets/ca/bundle.pem`", "its newest version, each time the file is read |"],
        ["file `/secrets/tls/key.pem`", "its version in `api_secret_versions` |"],
        ["variable `TOKEN`", "its newest version, by each instance that starts |"],
    ]
    assert rows[1][0] == "`db-password` of vault-project"
    assert "gcloud secrets versions add api-key --project=every-producer --data-file=FILE\n" in told
    assert re.search(r'API_KEY += "8"', told)
    assert "apply another `max_instances` in `api_scaling`" in " ".join(told.split())
    assert "Rotate a secret" not in page(make)


def test_an_endpoint_is_accepted_by_way_of_its_project(make: Make) -> None:
    text = page(make, named("everything"), format="hcl")
    told = section(text, "Accept another endpoint")
    edits = re.findall(r'reports_accept = {\n  "([^"]+)" = 1\n}', told)
    assert edits == ["every-client", "projects/every-client/regions/asia-northeast1/forwardingRules/NUMBER"]
    assert "[accept its number](#accept-another-endpoint)" in text
    assert "[it has another](#accept-another-endpoint)" in section(text, "Move an endpoint's address")
    assert "Accept another endpoint" not in page(make)
    assert "unless it accepts endpoints by their numbers" in " ".join(page(make, named("consumer-alone")).split())


NETWORKS = """
producer:
  project: example-producer-project
  services: {hello: {accept: {projects/example-consumer-project/global/networks/consumer-vpc: 2}}}
consumers:
  consumer: {project: example-consumer-project, endpoints: {hello: {service: hello}}}
"""


def test_consumers_who_are_accepted_by_network_leave_with_it(make: Make) -> None:
    text = make(NETWORKS, Wish(format="hcl")).files["README.md"].decode()
    assert "Add its network to the accept list" in text
    assert re.search('"projects/new-consumer-project/global/networks/NETWORK" += 5', text)
    assert re.search(r"hello_accept += {}", section(text, "Take a consumer's project out"))


def test_a_consumer_is_told_what_its_endpoint_needs(make: Make) -> None:
    def told(file: Path) -> list[str]:
        return re.findall(r"output -raw (\S+)", section(page(make, file), "Accept a consumer"))

    assert told(CONFIGURATIONS[0]) == ["hello_service_attachment_self_link", "hello_port", "hello_url"]
    assert [name.removeprefix("hello_") for name in told(named("https"))] == [
        "service_attachment_self_link", "port", "host", "audience",
    ]  # fmt: skip


def test_apis_that_terraform_does_not_enable_are_said_first(make: Make) -> None:
    enabled = "gcloud services enable serviceusage.googleapis.com cloudresourcemanager.googleapis.com --project="
    assert re.findall(f"{enabled}(.*)", page(make)) == ["example-producer-project", "example-consumer-project"]
    assert re.findall(f"{enabled}(.*)", page(make, named("everything"))) == ["every-quota"]


BALANCER = """
producer:
  project: example-producer-project
  services:
    hello:
      forwarding_rule: projects/example-producer-project/regions/asia-northeast1/forwardingRules/theirs
      port: 80
      url: https://theirs.example.com
      nat_subnets: [projects/example-producer-project/regions/asia-northeast1/subnetworks/theirs]
consumers:
  consumer: {project: example-consumer-project, endpoints: {hello: {service: hello}}}
"""


def test_who_owns_what_is_behind_the_load_balancer(make: Make) -> None:
    """503 and 403 have their causes where nothing here could repair them."""
    assert "an apply repairs them" in page(make)
    shared = page(make, named("shared-vpc"))
    assert "networks subnets list --project=net-host --regions=asia-northeast1 --filter=purpose=REG" in shared
    assert "an apply repairs them" not in shared
    balancer = make(BALANCER).files["README.md"].decode()
    assert "its owner sees to it" in balancer
    assert "whoever owns the load balancer says who may call" in balancer


def test_the_shell_on_the_test_vm_is_printed(make: Make) -> None:
    assert "terraform -chdir=consumer output -raw test_vm_ssh_command\n" in page(make)
    assert "test_vm_ssh_command" not in page(make, named("lean"))
