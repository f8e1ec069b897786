"""What the stacks make of names and keys: names that grow, and Terraform addresses that must stay apart."""

from __future__ import annotations

from collections.abc import Iterator

from cloudrun_psc.rules import access, content_names, defaults
from cloudrun_psc.rules.faults import Fault
from cloudrun_psc.rules.terraform_names import address_name, secret_name
from config.accounts import Accounts, runner
from config.name_prefix import front, lengthened
from config.problems import KeyPath, dotted
from config.rules.finding import Finding, refused, services_of
from config.settings import Settings


def findings(settings: Settings) -> Iterator[Finding]:
    """Names that would become too long, and keys or names that would meet in one Terraform address."""
    yield from _load_balancer_names(settings)
    yield from _subnet_names(settings)
    yield from _addresses(settings)
    yield from _secrets_by_number(settings)


def _load_balancer_names(settings: Settings) -> Iterator[Finding]:
    beginning = front(settings.name_prefix)
    for path, _, service in services_of(settings):
        for part in ("network_endpoint_group", "forwarding_rule"):
            name = getattr(service.names, part)
            yield from refused((*path, "names", part), lengthened(content_names.base_name(name), name, beginning))
        if service.address is not None:
            name = content_names.shared_address_name(service.names.forwarding_rule, service.address)
            fault = content_names.grown_name(name, f"with the address {service.address}")
            fault = lengthened(fault, name, beginning)
            yield from refused((*path, "names", "forwarding_rule"), fault, (*path, "address"))


def _subnet_names(settings: Settings) -> Iterator[Finding]:
    if settings.producer is None:
        return
    network_path: KeyPath = ("producer", "network")
    network = settings.producer.network
    subnet = network.load_balancer_subnet
    here: KeyPath = (*network_path, "load_balancer_subnet")
    if not subnet.existing:
        fault = _with_range(subnet.name, subnet.range, defaults.LOAD_BALANCER_SUBNET.range)
        yield from refused((*here, "name"), fault, (*here, "range"))
    for path, _, service in services_of(settings):
        for index, range_ in enumerate(service.made_ranges):
            fault = _with_range(network.nat_subnet_name, range_, defaults.NAT_SUBNET.range)
            yield from refused((*network_path, "nat_subnet_name"), fault, (*path, "nat_ranges", index))


def _with_range(name: str, range_: str, plain: str) -> Fault | None:
    return content_names.grown_name(content_names.range_name(name, range_, plain), f"for the range {range_}")


def _addresses(settings: Settings) -> Iterator[Finding]:
    """Grants are addressed SERVICE_ACCOUNT and SECRET_ACCOUNT: two pairs of names can read the same."""
    taken: dict[str, tuple[KeyPath, str, object]] = {}
    for address, path, what, grant in _grants(settings):
        first, other, granted = taken.setdefault(address, (path, what, grant))
        if grant != granted:
            fault = Fault(
                wrong=f"{what} and {other} ({dotted(first)}) would both have the Terraform address {address}",
                allowed="keys and names that differ in more than punctuation and case",
                remedy="rename one of them",
            )
            yield Finding(path, fault, (first,))


def _secrets_by_number(settings: Settings) -> Iterator[Finding]:
    """Only Google knows which project has a number; a secret given both ways would be one grant at two addresses.

    The same goes for default accounts, which are all one here: one that is written out may be one that is looked up.
    """
    owners: dict[tuple[str, str], dict[str, KeyPath]] = {}
    own = settings.producer.project if settings.producer else ""
    for path, _, service in services_of(settings):
        member = runner(settings, service).member
        account = "" if access.compute_project(member) else member
        for section in ("secrets", "secret_files"):
            for variable, reference in getattr(service, section).items():
                owner, _, name = reference.secret.removeprefix("projects/").rpartition("/secrets/")
                here = (*path, section, variable, "secret")
                owners.setdefault((account, name), {}).setdefault(owner or own, here)
    for (_, name), given in owners.items():
        by_id = [path for owner, path in given.items() if not owner.isdecimal()]
        for owner, path in given.items():
            if by_id and owner.isdecimal():
                fault = Fault(
                    wrong=f"projects/{owner}/secrets/{name} may be the same as {dotted(by_id[0])}, "
                    "for only Google knows whose number it is",
                    allowed="secrets of one name by ids of projects alone, or by numbers alone",
                    remedy="give the id in place of the number",
                )
                yield Finding(path, fault, (by_id[0],))


def _grants(settings: Settings) -> Iterator[tuple[str, KeyPath, str, object]]:
    """Of each grant its address, key path, name in messages, and what makes it the same grant as another."""
    project = settings.producer.project if settings.producer else ""
    accounts = Accounts(settings)
    for path, key, service in services_of(settings):
        stem = address_name(key)
        for index, entry in enumerate(service.invokers):
            account = accounts.invoker(entry)
            address = f"google_cloud_run_v2_service_iam_member.{stem}_{account.name}"
            what = f"the invoker {entry} of {key}"
            yield address, (*path, "invokers", index), what, (key, account.identity)
        account = runner(settings, service)
        for section in ("secrets", "secret_files"):
            for variable, reference in getattr(service, section).items():
                secret = reference.secret.removeprefix(f"projects/{project}/secrets/")
                address = f"google_secret_manager_secret_iam_member.{secret_name(secret, project)}_{account.name}"
                what = f"the secret {secret} of {key}"
                yield address, (*path, section, variable, "secret"), what, (secret, account.identity)
