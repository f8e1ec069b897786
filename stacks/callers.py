"""Who may call the producer's services, and the default accounts among them, which only a project's number names."""

from __future__ import annotations

from collections.abc import Sequence

from cdktf import ITerraformDependable, Postcondition, TerraformResourceLifecycle
from cdktf_cdktf_provider_google.data_google_project import DataGoogleProject

from cloudrun_psc import ExistingService, PrivateService, ProjectApis
from cloudrun_psc.addresses import claim
from cloudrun_psc.project_apis import COMPUTE
from cloudrun_psc.rules.access import default_compute_account
from cloudrun_psc.rules.terraform_names import address_name
from config.accounts import Account, Accounts
from config.settings import ConsumerSettings, ProducerSettings, ServiceSettings, Settings
from stacks.stack import SideStack


class Callers:
    """The invokers of all services of one producer."""

    def __init__(
        self, stack: SideStack, settings: Settings, side: ProducerSettings, apis: Sequence[ITerraformDependable]
    ) -> None:
        """Look up what the default accounts of consumers need; `apis` are those of the producer's own project."""
        self._stack, self._settings, self._side, self._apis = stack, settings, side, list(apis)
        self._accounts = Accounts(settings)
        self._compute = {key: self._compute_enabled(key, consumer.project) for key, consumer in self._looked_up()}

    def let_in(self, service: ServiceSettings, run: PrivateService | ExistingService) -> None:
        """Grant roles/run.invoker on `run` to each invoker of the service."""
        for invoker in service.invokers:
            account = self._accounts.invoker(invoker)
            needs = self._compute.get(invoker, [])
            former = [invoker, *account.former_names]
            run.allow_invoker(self.email(account), key=account.name, former_keys=former, depends_on=needs)

    def email(self, account: Account) -> str:
        """The account's member, or an expression for it where Terraform looks up its project's number."""
        return account.member or default_compute_account(self._project_number(account.project))

    def _project_number(self, project: str) -> str:
        name = address_name(project)
        if self._stack.node.try_find_child(f"project-{name}") is None:
            data = DataGoogleProject(self._stack, f"project-{name}", project_id=project)
            claim(data, "data.google_project", name)
            apart = [
                Postcondition(condition=f'${{self.number != "{number}"}}', error_message=refusal)
                for number, refusal in self._accounts.not_that_of(project)
            ]
            if apart:
                data.lifecycle = TerraformResourceLifecycle(postcondition=apart)
        return f"${{data.google_project.{name}.number}}"  # one text for whoever asks; a token is new each time

    def _looked_up(self) -> list[tuple[str, ConsumerSettings]]:
        """The consumers whose default account is found by their project's number.

        Those with an endpoint count even while they may not invoke: who may is edited often, and an edit of that
        should show nothing else.
        """
        invokers = {invoker for service in self._side.services.values() for invoker in service.invokers}
        called = {key for key, service in self._side.services.items() if service.forwarding_rule is None}
        return [
            (key, consumer)
            for key, consumer in self._settings.consumers.items()
            if not self._accounts.invoker(key).member
            and (key in invokers or any(endpoint.service in called for endpoint in consumer.endpoints.values()))
        ]

    def _compute_enabled(self, consumer: str, project: str) -> list[ITerraformDependable]:
        """The default account exists only once compute is enabled in its project; a binding before that is a 400."""
        if project == self._side.project:
            return self._apis
        return ProjectApis(self._stack, f"apis-{consumer}", project=project, apis=[COMPUTE], prefix=consumer).all()
