"""Whose account an invoker is, and which one runs a service: what can be known of it before Terraform looks it up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from cloudrun_psc.rules.access import compute_project, default_compute_account, identity
from cloudrun_psc.rules.terraform_names import default_account_name, member_name
from config.settings import ServiceSettings, Settings


@dataclass(frozen=True)
class Account:
    """An IAM member, or the default Compute Engine account of a project whose number only Terraform will know.

    `member` is "" in the second case. A default account whose number the configuration gives has both.
    """

    member: str = ""
    project: str = ""

    @property
    def name(self) -> str:
        """The part of a grant's Terraform address that names it."""
        return member_name(self.member) if self.member else default_account_name(self.project)

    @property
    def former_names(self) -> list[str]:
        """What `name` was while the number was not given."""
        return [default_account_name(self.project)] if self.member and self.project else []

    @property
    def identity(self) -> str:
        """What two spellings of one account share."""
        return identity(self.member) if self.member else self.project


def runner(settings: Settings, service: ServiceSettings) -> Account:
    """The account that a service runs as, and reads its secrets with."""
    if service.service_account:
        return Account(member=service.service_account)
    return Account(project=settings.producer.project if settings.producer else "")


class Accounts:
    """The accounts of a configuration's invokers, and which of them may be one and the same."""

    def __init__(self, settings: Settings) -> None:
        """Find what the consumers say of their projects; any of a project's may give its number."""
        self._settings = settings
        self._services = settings.producer.services if settings.producer else {}
        self._numbers: dict[str, str] = {}
        self._consumers: dict[str, str] = {}
        for key, consumer in settings.consumers.items():
            self._consumers.setdefault(consumer.project, key)
            if consumer.project_number:
                self._numbers.setdefault(consumer.project, consumer.project_number)

    def invoker(self, entry: str) -> Account:
        """The account of an entry of `invokers`: that of the consumer, where it is one's key."""
        consumer = self._settings.consumers.get(entry)
        if consumer is None:
            return Account(member=entry)
        if consumer.invoker:
            return Account(member=consumer.invoker)
        number = self._numbers.get(consumer.project)
        return Account(member=default_compute_account(number) if number else "", project=consumer.project)

    def not_that_of(self, project: str) -> Iterator[tuple[str, str]]:
        """Numbers that must not be the project's, each with a refusal: its default account is written out elsewhere.

        One grant would have two addresses, and removing either would take it from both.
        """
        for key, service in self._services.items():
            here = f"producer.services.{key}"
            known, numbered = self._invokers[key]
            if Account(project=project) in known:
                way = self._consumers[project]
                for account, number in numbered:
                    refusal = f"{here}.invokers has {account} twice: as itself, and as the consumer {way}. "
                    given = f'Give consumers.{way}.project_number: "{number}", or remove one of the two.'
                    yield number, refusal + given
            if runner(self._settings, service) == Account(project=project):
                read = self._secrets(service)
                sharing = [other for other in self._services.values() if self._secrets(other) & read]
                for account, number in _numbered({runner(self._settings, other) for other in sharing}):
                    refusal = f"{account} is what {here} runs as, too, and both services read one secret. "
                    yield number, refusal + "Leave service_account out where it is given as this account."

    def _secrets(self, service: ServiceSettings) -> set[str]:
        own = f"projects/{self._settings.producer.project}/secrets/" if self._settings.producer else ""
        references = (*service.secrets.values(), *service.secret_files.values())
        return {reference.secret.removeprefix(own) for reference in references}

    @cached_property
    def _invokers(self) -> dict[str, tuple[set[Account], list[tuple[str, str]]]]:
        """Each service's, with the default accounts that are written out among them."""
        known = {key: {*map(self.invoker, service.invokers)} for key, service in self._services.items()}
        return {key: (accounts, _numbered(accounts)) for key, accounts in known.items()}


def _numbered(known: set[Account]) -> list[tuple[str, str]]:
    """The default accounts among some, each with its project's number."""
    emails = sorted(account.identity.removeprefix("serviceaccount:") for account in known if account.member)
    return [(email, number) for email in emails if (number := compute_project(email))]
