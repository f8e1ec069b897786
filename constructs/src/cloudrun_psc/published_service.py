"""The service attachment: what makes a load balancer reachable from other projects over Private Service Connect."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Protocol

from cdktf import ITerraformDependable, Postcondition, TerraformResourceLifecycle
from cdktf_cdktf_provider_google.compute_service_attachment import (
    ComputeServiceAttachment,
    ComputeServiceAttachmentConsumerAcceptLists,
)

from cloudrun_psc.addresses import claim, resource_address
from cloudrun_psc.checks import is_known, known
from cloudrun_psc.existing_network import HasId, id_fault, id_of, link_fault
from cloudrun_psc.rules import connections, defaults, names
from cloudrun_psc.rules.faults import Fault, refuse
from cloudrun_psc.rules.provider_versions import ENDPOINTS_ACCEPTED
from constructs import Construct

_SUBNETWORK = "google_compute_subnetwork"


class HasForwardingRule(Protocol):
    """Anything that stands behind a forwarding rule: our load balancer, or your own."""

    @property
    def forwarding_rule_self_link(self) -> str:
        """The rule's self link."""


class HasSelfLink(Protocol):
    """A forwarding rule of yours: a resource, or a data source."""

    @property
    def self_link(self) -> Any:
        """The rule's self link."""


class PublishedService(Construct):
    """A service attachment with manual acceptance. Nobody is accepted until `accept` says so.

    `reconcile_connections` is on: a project that is taken off the accept list loses the connections it has.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        project: str,
        region: str,
        name: str,
        target: HasForwardingRule | HasSelfLink | str,
        nat_subnets: Sequence[HasId | str],
        accept: Mapping[str, int] | None = None,
        reject: Sequence[str] = (),
        connection_preference: str = defaults.CONNECTION_PREFERENCE,
        reconcile_connections: bool = True,
        propagated_connection_limit: int | None = None,
        description: str | None = None,
        deletion_protection: bool = False,
        depends_on: Sequence[ITerraformDependable] = (),
        address: str | None = None,
    ) -> None:
        """Publish `target` through `nat_subnets` (kept in this order); `accept` maps a project to its limit.

        `propagated_connection_limit` is how many further networks each consumer may reach it from through Network
        Connectivity Center; None leaves Google's 250.

        Raises:
            ValueError: when `target` is a Cloud Run service, and for lists that Google would refuse.
        """
        super().__init__(scope, id_)
        self._protected = deletion_protection
        self._accepted: dict[str, int] = {}
        self._rejected: dict[str, None] = {}  # in order, each once
        self._preference, self._region = connection_preference, region if is_known(region) else None
        has_lists = bool(accept or reject)
        refuse(
            self.node.path,
            [
                ("project", known(project, names.project_id)),
                ("region", known(region, names.region)),
                ("name", known(name, names.resource_name)),
                ("target", _target_fault(target)),
                *[("nat_subnets", fault) for fault in self._subnet_faults(nat_subnets)],
                ("connection_preference", connections.preference(connection_preference, has_lists=has_lists)),
                ("propagated_connection_limit", connections.propagated_limit(propagated_connection_limit)),
            ],
        )
        self.resource = ComputeServiceAttachment(
            self,
            "Resource",
            project=project,
            region=region,
            name=name,
            description=description,
            connection_preference=connection_preference,
            reconcile_connections=reconcile_connections,
            propagated_connection_limit=propagated_connection_limit,
            # Left out, a 0 would not be sent, and Google's 250 would hold.
            send_propagated_connection_limit_if_zero=True if propagated_connection_limit == 0 else None,
            enable_proxy_protocol=False,
            nat_subnets=[id_of(subnet) for subnet in nat_subnets],
            target_service=_rule_link(target),
            depends_on=list(depends_on) or None,
            lifecycle=TerraformResourceLifecycle(prevent_destroy=True) if deletion_protection else None,
        )
        claim(self.resource, "google_compute_service_attachment", resource_address(self, address))
        if accept:
            self._accept(accept)
        if reject:
            self._reject(reject)

    @property
    def self_link(self) -> str:
        """What consumers point their endpoints at."""
        return str(self.resource.self_link)

    def accept(self, project: str, *, connection_limit: int = defaults.CONNECTION_LIMIT) -> None:
        """Let `project` (an id, or a VPC network's self link) connect up to `connection_limit` endpoints.

        A single endpoint is let in by its self link with its numeric id, once it exists, with the limit 1. Needs
        provider 7.24 or newer.

        Raises:
            ValueError: for a limit below 1, a project that is rejected, a second limit for the same project, projects
                mixed with networks or endpoints, a second endpoint, or an attachment with automatic acceptance.
        """
        self._accept({project: connection_limit})

    def _accept(self, accept: Mapping[str, int]) -> None:
        """All at once: the whole list is checked, and handed on, each time."""
        accepted, faults = dict(self._accepted), list[Fault | None]()
        for project, limit in ((_plain(project), limit) for project, limit in accept.items()):
            if project in self._rejected:
                wrong = f"{project} is on the reject list"
                faults.append(Fault(wrong=wrong, remedy="accept it or reject it, not both"))
            elif accepted.setdefault(project, limit) != limit:
                wrong = f"{project} is accepted with limit {accepted[project]} already"
                faults.append(Fault(wrong=wrong, remedy="give one limit"))
            faults += [self._consumer_fault(project), known(limit, connections.connection_limit)]
        self._check("accept", (*accepted, *self._rejected), *faults, connections.endpoint_limit(accepted))
        self._accepted = accepted
        of_kinds = {connections.kind_of(project): project for project in self._accepted}
        if "endpoint" in of_kinds:
            self._accept_endpoint(of_kinds["endpoint"])
            return
        # Sorted: it is a set at Google, and the order of calls must not show up as a change.
        self.resource.put_consumer_accept_lists(
            [
                ComputeServiceAttachmentConsumerAcceptLists(
                    connection_limit=limit,
                    **{
                        "network_url" if connections.kind_of(consumer) == "network" else "project_id_or_num": consumer,
                    },
                )
                for consumer, limit in sorted(self._accepted.items())
            ]
        )

    def _accept_endpoint(self, endpoint: str) -> None:
        """Accept an endpoint; refuse at plan to exchange it, which the provider would silently not do."""
        self.resource.add_override(ENDPOINTS_ACCEPTED.name, [{"connection_limit": 1, "endpoint_url": endpoint}])
        # By the number: whether Google gives the link back with the project's id or its number is not documented.
        same = f'endswith(entry.endpoint_url, "/{endpoint.rpartition("/")[2]}")'
        exchanged = Postcondition(
            condition=f"${{alltrue([for entry in self.consumer_accept_lists : {same}])}}",
            error_message="The google provider does not exchange one accepted endpoint for another. Accept its project "
            "instead, apply, then accept the endpoint; or leave the accept list empty once.",
        )
        self.resource.lifecycle = TerraformResourceLifecycle(
            prevent_destroy=self._protected or None, postcondition=[exchanged]
        )

    def reject(self, project: str) -> None:
        """Keep `project` (an id, or the self link of a VPC network or endpoint) out, whoever else is accepted.

        Raises:
            ValueError: for a project that is accepted, projects mixed with networks or endpoints, or automatic
                acceptance.
        """
        self._reject([project])

    def _reject(self, reject: Sequence[str]) -> None:
        rejected, faults = dict(self._rejected), list[Fault | None]()
        for project in map(_plain, reject):
            if project in self._accepted:
                wrong = f"{project} is on the accept list"
                faults.append(Fault(wrong=wrong, remedy="accept it or reject it, not both"))
            faults.append(self._consumer_fault(project))
            rejected[project] = None
        self._check("reject", (*self._accepted, *rejected), *faults)
        self._rejected = rejected
        self.resource.consumer_reject_lists = sorted(self._rejected)

    def _subnet_faults(self, subnets: Sequence[HasId | str]) -> list[Fault | None]:
        if not subnets:
            return [Fault(wrong="no NAT subnet", remedy="give at least one")]
        within = partial(connections.subnet, within=self._region)
        return [id_fault(subnet, _SUBNETWORK, within) for subnet in subnets]

    def _consumer_fault(self, project: str) -> Fault | None:
        return known(project, partial(connections.consumer, within=self._region))

    def _check(self, verb: str, entries: Iterable[str], *faults: Fault | None) -> None:
        one_kind = connections.one_kind(filter(is_known, entries))
        of_lists = (one_kind, connections.preference(self._preference, has_lists=True))
        refuse(self.node.path, [(verb, fault) for fault in (*faults, *of_lists)])


def _plain(project: str) -> str:
    return connections.plain(project) if is_known(project) else project


def _target_fault(target: object) -> Fault | None:
    """Cloud Run in any shape is refused with the reason; the API would say 400 and no more."""
    type_ = str(getattr(target, "terraform_resource_type", ""))
    primary = str(getattr(getattr(target, "resource", None), "terraform_resource_type", ""))
    looks_like_run = isinstance(target, str) and (".run.app" in target or "run.googleapis.com" in target)
    if looks_like_run or "google_cloud_run" in type_ or "google_cloud_run" in primary:
        return Fault(
            wrong="a service attachment cannot point at Cloud Run directly",
            allowed="the forwarding rule of an internal load balancer",
            remedy="put an InternalLoadBalancer in between and give that",
        )
    if hasattr(target, "forwarding_rule_self_link"):
        return None
    return link_fault(target, "self_link", "google_compute_forwarding_rule")


def _rule_link(target: HasForwardingRule | HasSelfLink | str) -> str:
    if isinstance(target, str):
        return target
    link = getattr(target, "forwarding_rule_self_link", None) or getattr(target, "self_link", "")
    return str(link)
