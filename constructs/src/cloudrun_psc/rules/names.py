"""Google's naming rules: project ids, regions, zones, resource names, images and labels.

Deliberately not here: whether a named thing exists. Only Google can tell, at apply.
"""

from __future__ import annotations

import re
import unicodedata

from cloudrun_psc.rules.faults import Fault, mismatch, shown

# https://cloud.google.com/resource-manager/docs/creating-managing-projects: 6 to 30 characters.
PROJECT_ID = r"[a-z][a-z0-9-]{4,28}[a-z0-9]"
# Shape only: regions come and go, a list here would be out of date.
REGION = r"[a-z]{2,}(?:-[a-z]+)+[0-9]{1,2}"
ZONE = rf"{REGION}-[a-z]"
# RFC 1035, as every Compute Engine resource wants it.
RESOURCE_NAME = r"[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?"
# https://cloud.google.com/vpc/docs/vpc#default-network
DEFAULT_NETWORK = "default"
# https://cloud.google.com/firewall/docs/firewalls#more_rules_default_vpc
_DEFAULT_FIREWALL_RULES = frozenset(f"default-allow-{what}" for what in ("icmp", "internal", "rdp", "ssh"))
# A Cloud Run service becomes a host name together with a suffix, hence shorter than 63.
# https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.services/create
CLOUD_RUN_NAME = r"[a-z](?:[-a-z0-9]{0,47}[a-z0-9])?"
# Reference grammar of the distribution project: lower-case repository, optional tag and digest. A first part with a
# dot or a port is a registry's host; without one the image is Docker Hub's.
_PART = r"[a-z0-9]+(?:[._-]+[a-z0-9]+)*"
_REPOSITORY = rf"{_PART}(?:/{_PART})*"
_TAG = r"(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@sha256:[0-9a-f]{64})?"
_ANY_HOST = r"[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?(?::[0-9]{1,5})?"
# All that Cloud Run pulls from: https://cloud.google.com/run/docs/deploying#images, and its own refusal: "host is one
# of [region.]gcr.io, [region-]docker.pkg.dev or docker.io".
REGISTRY = r"(?:[a-z0-9-]+\.)?gcr\.io|(?:[a-z0-9-]+-)?docker\.pkg\.dev|docker\.io"
IMAGE = rf"(?:(?:{REGISTRY})/{_REPOSITORY}|[a-z0-9]+(?:[_-]+[a-z0-9]+)*(?:/{_REPOSITORY})?){_TAG}"
MACHINE_TYPE = r"[a-z][a-z0-9]*(?:-[a-z0-9]+)+"
# An image, an image family or its self link, as google_compute_instance takes it.
DISK_IMAGE = r"(?:https://www\.googleapis\.com/compute/(?:v1|beta)/)?[a-zA-Z0-9][a-zA-Z0-9._:/-]{0,254}"
VARIABLE_NAME = r"[A-Za-z_][A-Za-z0-9_]{0,255}"


def length(value: str) -> str:
    """How long a value is, in words."""
    return "1 character" if len(value) == 1 else f"{len(value)} characters"


def named(value: str, pattern: str, what: str, allowed: str, remedy: str) -> Fault | None:
    """A name by itself; where a link or path ends in one, that is what was meant."""
    last = value.rstrip("/").rpartition("/")[2]
    if last != value and re.fullmatch(pattern, last):
        remedy = f"did you mean {last!r}?"
    return mismatch(value, pattern, what, allowed, remedy)


def project_id(value: str) -> Fault | None:
    """A project id (not its number, not its display name)."""
    if re.fullmatch(PROJECT_ID, value):
        return None
    if re.fullmatch(rf"[a-z0-9-]+(?:\.[a-z0-9-]+)+:{PROJECT_ID}", value):
        # https://cloud.google.com/resource-manager/docs/creating-managing-projects: those of before 2016.
        return Fault(
            wrong=f"{shown(value)} is a domain-scoped project id, which is not supported",
            allowed="a project id without a domain in front",
            remedy="take another project",
        )
    if re.fullmatch(r"[0-9]+", value):
        return Fault(
            wrong=f"{shown(value)} is a project number, a project id is wanted",
            allowed="a project id such as my-project-id",
            remedy="`gcloud projects describe NUMBER --format='value(projectId)'` prints the id",
        )
    return named(
        value,
        PROJECT_ID,
        f"a project id ({length(value)})",
        "6 to 30 lower-case letters, digits and hyphens, starting with a letter, not ending with a hyphen",
        "take the PROJECT_ID column of `gcloud projects list`",
    )


def project_number(value: str) -> Fault | None:
    """A project number, as digits."""
    remedy = "`gcloud projects describe PROJECT --format='value(projectNumber)'` prints it"
    return mismatch(value, r"[1-9][0-9]{5,18}", "a project number", "6 to 19 digits, the first no 0", remedy)


def region(value: str) -> Fault | None:
    """A region such as asia-northeast1 (the shape; Google adds regions every year)."""
    allowed = "a name such as asia-northeast1"
    if re.fullmatch(ZONE, value):
        wrong = f"{shown(value)} is a zone, a region is wanted"
        return Fault(wrong=wrong, allowed=allowed, remedy=f"did you mean {value[:-2]!r}?")
    return named(value, REGION, "a region", allowed, "`gcloud compute regions list` shows them")


def zone(value: str, within: str | None = None) -> Fault | None:
    """A zone such as asia-northeast1-b, inside the region `within` when that is given."""
    if re.fullmatch(REGION, value):
        return Fault(wrong=f"{shown(value)} is a region, a zone is wanted", remedy=f"did you mean '{value}-b'?")
    fault = named(value, ZONE, "a zone", "a name such as asia-northeast1-b", "`gcloud compute zones list` shows them")
    if fault is None and within is not None and not value.startswith(f"{within}-"):
        remedy = f"did you mean '{within}{value[-2:]}'?"
        return Fault(wrong=f"zone {value} is outside the region {within}", remedy=remedy)
    return fault


def resource_name(value: str) -> Fault | None:
    """The name of a Compute Engine resource (RFC 1035)."""
    return _named(value, RESOURCE_NAME, 63, "resource name")


def network_name(value: str) -> Fault | None:
    """The name of a VPC network of our own; `default` is the one that Google makes in every new project."""
    if value != DEFAULT_NETWORK:
        return resource_name(value)
    return Fault(
        wrong=f"{shown(value)} is the network that Google makes in every new project",
        allowed="a name that is free in the project",
        remedy="rename it; do not import that network: whatever else stands in it would be replaced with it",
    )


def subnet_name(value: str) -> Fault | None:
    """The name of a subnet of our own; the network `default` has one called `default` in every region."""
    return _of_default_network("subnet") if value == DEFAULT_NETWORK else resource_name(value)


def firewall_rule_name(value: str) -> Fault | None:
    """The name of a firewall rule of our own, and none of those that the network `default` is made with."""
    return _of_default_network("firewall rule", value) if value in _DEFAULT_FIREWALL_RULES else resource_name(value)


def _of_default_network(kind: str, value: str = DEFAULT_NETWORK) -> Fault:
    return Fault(
        wrong=f"{shown(value)} is a {kind} of the network that Google makes in every new project",
        allowed="a name that is free in the project",
        remedy="rename it; do not import that one: it would be replaced, and the network that it belongs to lose it",
    )


def cloud_run_name(value: str) -> Fault | None:
    """The name of a Cloud Run service: RFC 1035, at most 49 characters."""
    return _named(value, CLOUD_RUN_NAME, 49, "name for a Cloud Run service")


def _named(value: str, pattern: str, longest: int, what: str) -> Fault | None:
    return named(
        value,
        pattern,
        f"a valid {what} ({length(value)})",
        f"1 to {longest} lower-case letters, digits and hyphens, starting with a letter, no hyphen at the end",
        "shorten it" if len(value) > longest else "rename it",
    )


def image(value: str) -> Fault | None:
    """A container image that Cloud Run can pull: [HOST/]REPOSITORY[:TAG][@sha256:DIGEST]."""
    allowed = "HOST/REPOSITORY:TAG or HOST/REPOSITORY@sha256:DIGEST, without https://"
    elsewhere = re.fullmatch(rf"({_ANY_HOST})/{_REPOSITORY}{_TAG}", value)
    if elsewhere and re.search(r"[.:]|^localhost$", elsewhere[1]) and not re.fullmatch(REGISTRY, elsewhere[1]):
        return Fault(
            wrong=f"{shown(value)} is an image of {elsewhere[1]}, which Cloud Run does not pull from",
            allowed="images of [REGION-]docker.pkg.dev, [REGION.]gcr.io and docker.io",
            remedy="take it by way of a remote repository of Artifact Registry, or push a copy into a repository there",
        )
    remedy = "for example us-docker.pkg.dev/cloudrun/container/hello"
    return mismatch(value, rf"(?=.{{1,512}}$){IMAGE}", "a container image", allowed, remedy)


def machine_type(value: str) -> Fault | None:
    """A machine type such as e2-micro."""
    remedy = "`gcloud compute machine-types list` shows them"
    return named(value, MACHINE_TYPE, "a machine type", "a name such as e2-micro", remedy)


def disk_image(value: str) -> Fault | None:
    """A boot disk image: PROJECT/FAMILY, PROJECT/IMAGE, a family, an image or its self link."""
    allowed = "PROJECT/FAMILY such as debian-cloud/debian-12"
    return mismatch(value, DISK_IMAGE, "a boot disk image", allowed, "`gcloud compute images list` shows them")


def label_key(value: str) -> Fault | None:
    """A label's key. https://cloud.google.com/resource-manager/docs/labels-overview#requirements."""
    if 1 <= len(value) <= 63 and _label_text(value) and unicodedata.category(value[0]) in {"Ll", "Lo"}:
        return None
    return Fault(
        wrong=f"{shown(value)} is not a label key",
        allowed="1 to 63 lower-case letters, digits, - and _, starting with a letter",
        remedy="rename it",
    )


def label_value(value: str) -> Fault | None:
    """A label's value; it may be empty."""
    if len(value) <= 63 and _label_text(value):
        return None
    return Fault(
        wrong=f"{shown(value)} is not a label value",
        allowed="up to 63 lower-case letters, digits, - and _",
        remedy="rewrite it",
    )


def _label_text(value: str) -> bool:
    return all(char in "-_" or unicodedata.category(char) in {"Ll", "Lo", "Nd"} for char in value)


def environment_variable(value: str) -> Fault | None:
    """The name of a container's environment variable that Cloud Run does not reserve for itself."""
    if value in {"PORT", "K_SERVICE", "K_REVISION", "K_CONFIGURATION"} or value.startswith("X_GOOGLE_"):
        # https://cloud.google.com/run/docs/container-contract#env-vars
        return Fault(
            wrong=f"{shown(value)} is reserved by Cloud Run", allowed="any other name", remedy="choose another name"
        )
    allowed = "letters, digits and _, not starting with a digit"
    return mismatch(value, VARIABLE_NAME, "a variable's name", allowed, "rename it")
