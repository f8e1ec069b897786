"""The types of single settings: a rule of the constructs each, with the pattern that editors show."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BeforeValidator, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from cloudrun_psc.rules import access, certificates, connections, dns, names, ranges, services
from cloudrun_psc.rules.faults import Fault, mismatch, shown
from config import name_prefix

T = TypeVar("T")


def _ruled(rule: Callable[[T], Fault | None]) -> AfterValidator:
    def check(value: T) -> T:
        fault = rule(value)
        stripped: Any = value.strip() if isinstance(value, str) else value
        if fault is not None and stripped != value and rule(stripped) is None:
            fault = Fault(
                wrong=f"{shown(value)} has spaces around it",
                allowed=fault.allowed or "no spaces",
                remedy=f"did you mean {stripped!r}?",
            )
        if fault is not None:
            raise PydanticCustomError("fault", "{sentence}", {"sentence": fault.sentence(), "fault": fault})
        return value

    return AfterValidator(check)


def _schema(pattern: str, example: str) -> WithJsonSchema:
    return WithJsonSchema(
        {"type": "string", "pattern": f"^(?:{re.sub(r'[?]P<[a-z]+>', '', pattern)})$", "examples": [example]}
    )


def _day(value: str) -> Fault | None:
    """A day of the calendar."""
    try:
        if re.fullmatch(DAY_PATTERN, value):
            date.fromisoformat(value)
            return None
    except ValueError:
        pass
    return Fault(wrong=f"{shown(value)} is not a day", allowed="YYYY-MM-DD, such as 2027-01-31", remedy="correct it")


def _service_url(value: str) -> Fault | None:
    """The audience of an ID token, as the commands put it into a shell: no character that it would take apart."""
    remedy = "take the producer's output <service>_url"
    if not value.startswith("https://"):
        bare = re.sub("^[a-z]+://", "", value)
        remedy = f"did you mean 'https://{bare}'?" if re.fullmatch(URL_PATTERN, f"https://{bare}") else remedy
    elif cut := re.search(r"[?#]", value):
        remedy = f"leave out what begins with {cut[0]}"
    elif re.match(r"https://[^/]*[A-Z]", value):
        remedy = "write the host in lower case"
    return mismatch(value, URL_PATTERN, "a service's URL", "https://HOST[:PORT][/PATH]", remedy)


def _digits_as_text(value: Any) -> Any:
    """YAML reads 123 as a number; where an identifier or quantity is meant it is text."""
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value


def _matching(pattern: str, what: str, allowed: str, remedy: str) -> AfterValidator:
    """A rule: the value must match `pattern` as a whole."""
    return _ruled(partial(mismatch, pattern=pattern, what=what, allowed=allowed, remedy=remedy))


# 30: with the longest part added (-serverless-neg and a hash) a name still has less than 63 characters.
KEY_PATTERN = r"(?=.{1,30}$)[a-z](?:-?[a-z0-9])*"
CPU_PATTERN = r"[1-9][0-9]{0,2}|[1-9][0-9]{1,4}m|0?\.[0-9]{1,3}"
MEMORY_PATTERN = r"[1-9][0-9]{0,9}(?:k|Ki|M|Mi|G|Gi)"
# https://cloud.google.com/storage/docs/buckets#naming: no address, no goog in front, no two dots together.
BUCKET_PATTERN = r"(?!goog)(?!.*\.\.)(?![0-9]+\.[0-9]+\.[0-9]+\.[0-9]+$)[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]"
# An object's name has at most 1024 bytes; environment and stack follow.
PREFIX_PATTERN = r"(?=.{1,500}$)[A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9][A-Za-z0-9._-]*)*"
VERSION_PATTERN = (
    r"(?:(?:~>|>=|<=|!=|=|>|<) ?)?[0-9]{1,9}(?:\.[0-9]{1,9}){0,2}"
    r"(?:, ?(?:(?:~>|>=|<=|!=|=|>|<) ?)?[0-9]{1,9}(?:\.[0-9]{1,9}){0,2}){0,9}"
)
URL_PATTERN = r"https://[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[1-9][0-9]{0,4})?(?:/[A-Za-z0-9._~/-]*)?"
DAY_PATTERN = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
FOLDER_PATTERN = r"(?=.{1,200}$)[A-Za-z0-9_][A-Za-z0-9._-]*(?:/[A-Za-z0-9_][A-Za-z0-9._-]*)*"
SHARED_FILE_PATTERN = r"(?=.{1,200}$)(?:\.\./)*(?:[A-Za-z0-9_][A-Za-z0-9._-]*/)*[A-Za-z0-9_][A-Za-z0-9._-]*\.yaml"
RULE_PATTERN = r"[a-z]+(?:-[a-z]+)*"
# A Terraform address behind its stack; indices and modules included.
FINDING_PATTERN = r"[a-z][a-z0-9-]*/[A-Za-z][\w.\[\]\"-]*"
SECRET_PATTERN = rf"(?:projects/(?:{names.PROJECT_ID}|[0-9]+)/secrets/)?[A-Za-z0-9_-]{{1,255}}"

Project = Annotated[str, _ruled(names.project_id), _schema(names.PROJECT_ID, "my-project-id")]
ProjectNumber = Annotated[
    str, BeforeValidator(_digits_as_text), _ruled(names.project_number), WithJsonSchema({"type": ["string", "integer"]})
]
Region = Annotated[str, _ruled(names.region), _schema(names.REGION, "asia-northeast1")]
Zone = Annotated[str, _ruled(names.zone), _schema(names.ZONE, "asia-northeast1-b")]
NetworkName = Annotated[str, _ruled(names.network_name), _schema(names.RESOURCE_NAME, "producer-vpc")]
ResourceName = Annotated[str, _ruled(names.resource_name), _schema(names.RESOURCE_NAME, "producer-vpc")]
SubnetName = Annotated[str, _ruled(names.subnet_name), _schema(names.RESOURCE_NAME, "producer-subnet")]
FirewallRuleName = Annotated[str, _ruled(names.firewall_rule_name), _schema(names.RESOURCE_NAME, "allow-iap-ssh")]
CloudRunName = Annotated[str, _ruled(names.cloud_run_name), _schema(names.CLOUD_RUN_NAME, "hello-service")]
Image = Annotated[str, _ruled(names.image), _schema(names.IMAGE, "us-docker.pkg.dev/cloudrun/container/hello")]
MachineType = Annotated[str, _ruled(names.machine_type), _schema(names.MACHINE_TYPE, "e2-micro")]
DiskImage = Annotated[str, _ruled(names.disk_image), _schema(names.DISK_IMAGE, "debian-cloud/debian-12")]
ServiceAccount = Annotated[
    str, _ruled(access.service_account), _schema(access.SERVICE_ACCOUNT, "name@project-id.iam.gserviceaccount.com")
]
# ECMA's classes, which editors use, know no letters beyond ASCII without a flag: the rule is looser than Google's.
LabelKey = Annotated[str, _ruled(names.label_key), _schema(r"[^A-Z0-9_\s-][^A-Z\s]{0,62}", "team")]
LabelValue = Annotated[str, _ruled(names.label_value), _schema(r"[^A-Z\s]{0,63}", "platform")]
SubnetRange = Annotated[
    str, _ruled(ranges.subnet_range), WithJsonSchema({"type": "string", "examples": ["10.0.1.0/24"]})
]
ProxyOnlyRange = Annotated[
    str,
    _ruled(partial(ranges.subnet_range, longest_prefix=ranges.PROXY_ONLY_PREFIX)),
    WithJsonSchema({"type": "string", "examples": ["10.0.2.0/24"]}),
]
Address = Annotated[str, _ruled(ranges.ipv4_address), WithJsonSchema({"type": "string", "examples": ["10.1.0.5"]})]
SelfLink = Annotated[
    str,
    _ruled(connections.service_attachment),
    _schema(
        connections.SERVICE_ATTACHMENT,
        "projects/my-producer/regions/asia-northeast1/serviceAttachments/hello-service-attachment",
    ),
]
VariableName = Annotated[str, _ruled(names.environment_variable), _schema(names.VARIABLE_NAME, "MODE")]
ConnectionLimit = Annotated[
    int, _ruled(connections.connection_limit), WithJsonSchema({"type": "integer", "minimum": 1})
]
PropagatedLimit = Annotated[
    int, _ruled(connections.propagated_limit), WithJsonSchema({"type": "integer", "minimum": 0})
]
Key = Annotated[
    str,
    _matching(
        KEY_PATTERN,
        "a key",
        "up to 30 lower-case letters, digits and single hyphens, starting with a letter",
        "rename it",
    ),
    _schema(KEY_PATTERN, "hello"),
]
NamePrefix = Annotated[
    str,
    _matching(
        name_prefix.PATTERN,
        "a prefix for names",
        "up to 20 lower-case letters, digits and single hyphens, starting with a letter, no hyphen at the end",
        "rewrite it; the hyphen behind it is added",
    ),
    _schema(name_prefix.PATTERN, "staging"),
]
Argument = Annotated[str, StringConstraints(min_length=1, max_length=2048)]
SecretFile = Annotated[str, _ruled(services.secret_file), _schema(services.SECRET_FILE, "/secrets/tls/key.pem")]
HttpPath = Annotated[
    str,
    _matching(services.HTTP_PATH, "a path", "what begins with a slash, such as /healthz", "correct it"),
    _schema(services.HTTP_PATH, "/healthz"),
]
AnnotationKey = Annotated[str, _ruled(services.annotation_key), _schema(services.ANNOTATION, "example.com/team")]
Subnetwork = Annotated[str, _ruled(connections.subnet_or_name), _schema(connections.SUBNETWORK_OR_NAME, "apps-subnet")]
NetworkLink = Annotated[
    str, _ruled(connections.network), _schema(connections.NETWORK, "projects/net-host/global/networks/shared")
]
SubnetLink = Annotated[
    str,
    _ruled(connections.subnet),
    _schema(connections.SUBNETWORK, "projects/net-host/regions/asia-northeast1/subnetworks/apps"),
]
ForwardingRuleLink = Annotated[
    str,
    _ruled(connections.forwarding_rule),
    _schema(connections.FORWARDING_RULE, "projects/my-producer/regions/asia-northeast1/forwardingRules/orders"),
]
DnsZone = Annotated[str, _ruled(dns.zone), _schema(dns.ZONE, "projects/net-host/managedZones/corp-internal")]
Host = Annotated[str, _ruled(certificates.host), _schema(certificates.HOST, "orders.internal.example.com")]
Certificate = Annotated[
    str,
    _ruled(certificates.certificate),
    _schema(certificates.CERTIFICATE, "projects/my-producer/locations/asia-northeast1/certificates/orders"),
]
CaPool = Annotated[
    str,
    _ruled(certificates.ca_pool),
    _schema(certificates.CA_POOL, "projects/my-authority/locations/asia-northeast1/caPools/internal"),
]
Cpu = Annotated[
    str,
    BeforeValidator(_digits_as_text),
    _matching(CPU_PATTERN, "a CPU quantity", "such as 1, 2 or 500m", "give whole CPUs, or thousandths with m"),
    WithJsonSchema({"type": ["string", "number"], "examples": ["1", "500m"]}),
]
Memory = Annotated[
    str,
    _matching(MEMORY_PATTERN, "a memory quantity", "such as 512Mi or 2Gi", "give a whole number with Mi or Gi"),
    _schema(MEMORY_PATTERN, "512Mi"),
]
Bucket = Annotated[
    str,
    _ruled(
        partial(
            names.named,
            pattern=BUCKET_PATTERN,
            what="a bucket's name",
            allowed="3 to 63 lower-case letters, digits, -, _ and single dots, without gs://, no IP address, not goog…",
            remedy="`gcloud storage buckets list` prints them",
        )
    ),
    _schema(BUCKET_PATTERN, "my-terraform-state"),
]
Prefix = Annotated[
    str,
    _matching(PREFIX_PATTERN, "a prefix", "names separated by single slashes", "for example cloudrun-psc"),
    _schema(PREFIX_PATTERN, "cloudrun-psc"),
]
VersionConstraint = Annotated[
    str,
    _matching(VERSION_PATTERN, "a version constraint", "such as ~> 7.45 or 6.50.0", "remove it to take the default"),
    _schema(VERSION_PATTERN, "~> 7.45"),
]
SharedFile = Annotated[
    str,
    _matching(
        SHARED_FILE_PATTERN,
        "a file's path",
        "a path from this file's folder to a .yaml file, such as ../shared/common.yaml",
        "correct it",
    ),
    _schema(SHARED_FILE_PATTERN, "../shared/common.yaml"),
]
RuleFolder = Annotated[
    str,
    _matching(
        FOLDER_PATTERN, "a folder's path", "a path from the checkout to a folder in it, such as policies", "correct it"
    ),
    _schema(FOLDER_PATTERN, "policies"),
]
Secret = Annotated[
    str,
    _matching(
        SECRET_PATTERN,
        "a secret",
        "NAME or projects/PROJECT/secrets/NAME",
        "`gcloud secrets list` prints them; a version goes under version:",
    ),
    _schema(SECRET_PATTERN, "api-key"),
]
SecretVersion = Annotated[
    str,
    BeforeValidator(_digits_as_text),
    _matching(r"latest|[1-9][0-9]{0,9}", "a secret's version", "a number or latest", "remove it to take the latest"),
    WithJsonSchema({"type": ["string", "integer"]}),
]
PinnedVersion = Annotated[
    str,
    BeforeValidator(_digits_as_text),
    _ruled(certificates.pinned),
    WithJsonSchema({"type": ["string", "integer"], "pattern": f"^(?:{certificates.VERSION})$"}),
]
Text = Annotated[str, StringConstraints(max_length=2048)]
Audience = Annotated[Text, _ruled(_service_url)]
Day = Annotated[str, _ruled(_day), _schema(DAY_PATTERN, "2027-01-31")]
RuleName = Annotated[
    str,
    _matching(RULE_PATTERN, "a rule's name", "lower-case words joined by hyphens", "docs/review.md lists the rules"),
    _schema(RULE_PATTERN, "plain-http"),
]
FindingAddress = Annotated[
    str,
    _matching(
        FINDING_PATTERN,
        "the address of a finding",
        "STACK/ADDRESS, such as producer/google_compute_service_attachment.hello",
        "./psc review prints stack and address of every finding",
    ),
    _schema(FINDING_PATTERN, "producer/google_compute_service_attachment.hello"),
]
Reason = Annotated[
    str,
    _matching(r"(?=.*\S).{10,2048}", "a reason", "a sentence of 10 characters or more", "say why it is accepted"),
    _schema(r"(?=.*\S).{10,2048}", "Agreed with every consumer for the night of 31 January"),
]
