"""The forwarding rules that exist, which tell what is named as somebody chose it: docs/adr/0013 says why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cdktf import ITerraformDependable, Postcondition
from cdktf_cdktf_provider_google.data_google_compute_forwarding_rules import DataGoogleComputeForwardingRules

from cloudrun_psc.addresses import claim
from cloudrun_psc.checks import is_known
from cloudrun_psc.existing_network import HasSubnet
from cloudrun_psc.records import record
from cloudrun_psc.rules.content_names import content_name, free_name
from constructs import Construct


class ExistingRules:
    """The rules of a load balancer's project and region, read at every plan."""

    def __init__(
        self, scope: Construct, network: HasSubnet, depends_on: Sequence[ITerraformDependable], address: str
    ) -> None:
        """Look for them in `scope`, with the load balancer's `address`, once `depends_on` is there."""
        data = DataGoogleComputeForwardingRules(
            scope, "ExistingRules", project=network.project, region=network.region, depends_on=list(depends_on) or None
        )
        self._rules = f"{claim(data, 'data.google_compute_forwarding_rules', address)}.rules"
        self._scope, self._network, self._address = scope, network.network_id, address

    def free_rule_name(self, name: str, content: Mapping[str, object]) -> str:
        """`name` as it stands unless a rule of this network has it, else with a hash of the content."""
        # One of this name in another network is nobody's predecessor: the API's refusal must tell of it.
        network = f'"{self._network}"' if is_known(self._network) else self._network
        mine = f"try(endswith(one.network, {network}), false)"
        taken = f'contains([for one in {self._rules} : one.name if {mine}], "{name}")'
        return free_name(name, content_name(name, content, {}), taken=taken)

    def global_from_the_start(self, service: str, proxies: Mapping[str, str]) -> None:
        """Refuse global access for what is published without: Google wants it on before the attachment is made.

        Whether a rule has it is in no list; that there was one before global access was asked for is remembered.
        """
        since = f'${{{self._deployed(proxies)} ? "later" : "the start"}}'
        refusal = Postcondition(
            condition='${self.input.since == "the start"}',
            error_message=f"{service} is published without global access, and cannot have it any more: it must be on "
            "before the service attachment is made. Leave global_access out; or publish the service once more, with "
            "global_access under another key, and move its consumers there.",
        )
        data = record(self._scope, "GlobalAccess", {"since": since}, kept=True, postconditions=[refusal])
        claim(data, "terraform_data", f"{self._address}_global_access")

    def first_group_name(self, name: str, service: str, plain: str, *, proxies: Mapping[str, str]) -> str:
        """The endpoint group's name; which service is the first deployment's is remembered, as no list tells it.

        What was deployed before there was this record had the plain name for the `plain` service alone. That something
        was is seen by a rule on one of the `proxies` (collection to name), which never have a hash in their names.
        """
        first = f'${{{self._deployed(proxies)} ? "{plain}" : "{service}"}}'
        data = record(self._scope, "FirstService", {"service": first}, kept=True)
        recorded = f"{claim(data, 'terraform_data', f'{self._address}_first_service')}.input.service"
        return free_name(name, content_name(name, {"service": service}, {}), taken=f'{recorded} != "{service}"')

    def _deployed(self, proxies: Mapping[str, str]) -> str:
        ends = " || ".join(f'endswith(one.target, "/{collection}/{name}")' for collection, name in proxies.items())
        return f"anytrue([for one in {self._rules} : try({ends}, false)])"
