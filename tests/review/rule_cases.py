"""For every rule, values that are fine, that are a finding, and that cannot be decided; no constructs of ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from deployment.stack import UNKNOWN

Json = dict[str, Any]
EXPRESSION = "${var.chosen}"
RUN, ATTACHMENT = "google_cloud_run_v2_service", "google_compute_service_attachment"
MEMBER, RULE = "google_cloud_run_v2_service_iam_member", "google_compute_forwarding_rule"
BACKEND, PROXY = "google_compute_region_backend_service", "google_compute_region_target_http_proxy"
SUBNET, FIREWALL, VM = "google_compute_subnetwork", "google_compute_firewall", "google_compute_instance"
LINK = "projects/p/regions/r/serviceAttachments/a"
TCP22 = [{"protocol": "tcp", "ports": ["22"]}]
IAP = ["35.235.240.0/20"]
PROBES = ["130.211.0.0/22", "35.191.0.0/16"]
PROXIES = {"google_compute_subnetwork.p": {"ip_cidr_range": "10.0.2.0/24", "purpose": "REGIONAL_MANAGED_PROXY"}}
DEFAULT = "123-compute@developer.gserviceaccount.com"
SCOPE = "https://www.googleapis.com/auth/"


@dataclass(frozen=True, kw_only=True)
class Case:
    """One judgement: the item's kind and values, what stands beside it, and the verdict."""

    rule: str
    verdict: str
    kind: str
    values: Json
    beside: Mapping[str, Json] = field(default_factory=dict)


def _cases(rule: str, kind: str, beside: Mapping[str, Json] | None = None, **verdicts: list[Json]) -> list[Case]:
    return [
        Case(rule=rule, verdict=verdict, kind=kind, values=values, beside=beside or {})
        for verdict, many in verdicts.items()
        for values in many
    ]


def _env(value: Any, name: str = "API_TOKEN") -> Json:
    return {"template": {"containers": [{"env": [{"name": name, "value": value}]}]}}


def _accept(*limits: Any, nat: str = "${google_compute_subnetwork.nat.id}") -> Json:
    entries = [{"project_id_or_num": f"p{at}", "connection_limit": limit} for at, limit in enumerate(limits)]
    return {"consumer_accept_lists": entries, "nat_subnets": [nat]}


def _accept_twice(*limits: Any) -> Json:
    return {"consumer_accept_lists": [{"project_id_or_num": "p", "connection_limit": limit} for limit in limits]}


_NAT = {"google_compute_subnetwork.nat": {"ip_cidr_range": "10.0.3.0/29", "purpose": "PRIVATE_SERVICE_CONNECT"}}
_PROXIES = {"google_compute_subnetwork.proxies": {"purpose": "REGIONAL_MANAGED_PROXY", "role": "ACTIVE"}}
_NEG = {"google_compute_region_network_endpoint_group.n": {"network_endpoint_type": "SERVERLESS"}}
_GROUP = "${google_compute_region_network_endpoint_group.n.id}"
_REDIRECT = {"google_compute_region_url_map.r": {"default_url_redirect": {"https_redirect": True}}}
_LOCKED: dict[str, Json] = {"terraform.lock": {"providers": {"registry.terraform.io/hashicorp/a": "1"}},
           "terraform.required_providers.a": {"version": "1"}}  # fmt: skip
_SERVICE = {f"{RUN}.s": {"name": "s"}}
_GRANT: Json = {"secret_id": "s", "role": "roles/secretmanager.secretAccessor", "member": "user:a@b"}
_GRANTED = {"google_secret_manager_secret_iam_member.first": _GRANT}

_POLICY: dict[str, Json] = {"data.google_iam_policy.p": {"binding": [{"members": ["user:a@b", "allUsers"]}]}}


def _behind(hosts: list[str]) -> dict[str, Json]:
    """What stands behind an HTTPS proxy, and certificates by name."""
    audiences = [host if host == EXPRESSION else f"https://{host}/" for host in hosts]
    ordered = {"c": ["b.org", "a.example.com"], "wild": ["*.example.com"], "other": ["b.org"], "open": [EXPRESSION]}
    certificate, region = "google_certificate_manager_certificate", "google_compute_region_"
    return {
        **{f"{certificate}.{name}": {"name": name, "managed": {"domains": names}} for name, names in ordered.items()},
        f"{certificate}.uploaded": {"name": "uploaded", "self_managed": {}, "san_dnsnames": ["b.org"]},
        f"{region}url_map.u": {"default_service": f"${{{region}backend_service.b.id}}"},
        f"{region}backend_service.b": {"backend": [{"group": f"${{{region}network_endpoint_group.g.id}}"}]},
        f"{region}network_endpoint_group.g": {"cloud_run": {"service": "s"}},
        f"{RUN}.s": {"name": "s", "custom_audiences": audiences},
    }


def _https(certificate: str) -> Json:
    link = f"${{google_certificate_manager_certificate.{certificate}.id}}"
    return {"url_map": "${google_compute_region_url_map.u.id}", "certificate_manager_certificates": [link]}


def _audience(**values: Any) -> Json:
    return {"custom_audiences": ["https://a.example.com"], **values}


def _dynamic(name: str, many: Any, content: Any) -> Json:
    return {"dynamic": {name: {"for_each": many, "content": content}}}


def _policy_rule(action: Any = "allow", layers: str = "layer4_configs", **values: Any) -> Json:
    """A rule of a firewall policy; what begins with src_ belongs to what it matches."""
    through = values.pop("through", [{"ip_protocol": "tcp", "ports": ["22"]}])
    match = {key: values.pop(key) for key in [*values] if key.startswith("src_")}
    return {"action": action, "direction": "INGRESS", "priority": 1000, "match": [{layers: through, **match}], **values}


def _of_organization(**values: Any) -> Json:
    rule = _policy_rule(**values)
    return {**rule, "match": [{"config": rule["match"]}]}


def _with_rules(**values: Any) -> Json:
    other = _policy_rule("deny", "layer4_config", src_ip_ranges=["0.0.0.0/0"], priority=2000)
    return {"name": "p", "rule": [other, _policy_rule(layers="layer4_config", **values)]}


POLICY_OF_NETWORK = "google_compute_network_firewall_policy"
_OF_POLICIES: dict[str, Callable[..., Json]] = {
    "google_compute_firewall_policy_rule": _policy_rule,
    f"{POLICY_OF_NETWORK}_rule": _policy_rule,
    "google_compute_region_network_firewall_policy_rule": _policy_rule,
    "google_compute_organization_security_policy_rule": _of_organization,
    "google_compute_firewall_policy_with_rules": _with_rules,
    f"{POLICY_OF_NETWORK}_with_rules": _with_rules,
    "google_compute_region_network_firewall_policy_with_rules": _with_rules,
}
_EVERYWHERE = {"src_ip_ranges": ["0.0.0.0/0"]}
_POLICY_CASES: dict[str, dict[str, list[Json]]] = {
    "firewall-open-to-internet": {
        "fine": [
            {"src_ip_ranges": IAP}, {"src_ip_ranges": PROBES}, {"src_ip_ranges": ["10.0.0.0/8"]},
            {"action": "deny", **_EVERYWHERE}, {"action": "goto_next", **_EVERYWHERE},
            {"disabled": True, **_EVERYWHERE}, {"direction": "EGRESS", **_EVERYWHERE},
            {"src_network_context": "NON_INTERNET", **_EVERYWHERE},
            {"src_secure_tags": [{"name": "tagValues/1"}]},
        ],
        "finding": [
            _EVERYWHERE, {}, {"src_ip_ranges": ["10.0.0.0/8", "8.8.8.0/24"]}, {"src_ip_ranges": ["::/0"]},
            {"action": "apply_security_profile_group", **_EVERYWHERE}, {"src_region_codes": ["US"]},
            {"src_threat_intelligences": ["iplist-public-clouds"]}, {"disabled": False, **_EVERYWHERE},
            {"src_network_context": "INTERNET", **_EVERYWHERE},
        ],
        "undecided": [
            {"action": EXPRESSION, **_EVERYWHERE}, {"action": UNKNOWN, **_EVERYWHERE}, {"src_ip_ranges": EXPRESSION},
            {"through": EXPRESSION, **_EVERYWHERE}, {"direction": UNKNOWN, **_EVERYWHERE},
        ],
    },
    "firewall-wider-than-iap": {
        "fine": [{"src_ip_ranges": IAP}, {"src_ip_ranges": PROBES, "through": [{"ip_protocol": "tcp"}]},
                 {"src_ip_ranges": ["10.0.2.0/24"], "through": [{"ip_protocol": "all"}]}, _EVERYWHERE,
                 {"src_ip_ranges": ["10.0.0.0/8"], "action": "deny"}],
        "finding": [{"src_ip_ranges": ["10.0.0.0/8"]}, {"src_secure_tags": [{"name": "tagValues/1"}]},
                    {"src_ip_ranges": IAP, "through": [{"ip_protocol": "tcp"}]},
                    {"src_ip_ranges": IAP, "through": [{"ip_protocol": "all"}]},
                    {"src_network_context": "VPC_NETWORKS", "src_networks": ["projects/p/global/networks/n"],
                     **_EVERYWHERE}],
        "undecided": [{"src_ip_ranges": IAP, "through": [{"ip_protocol": EXPRESSION}]},
                      {"src_ip_ranges": ["10.0.0.0/8"], "action": EXPRESSION}],
    },
}  # fmt: skip


CASES: list[Case] = [
    *_cases("public-invoker", MEMBER,
            fine=[{"member": "serviceAccount:a@b.iam.example"}, {"member": "serviceAccount:${data.x_y.z.n}"}],
            finding=[{"member": "allUsers"}, {"member": "allAuthenticatedUsers"}],
            undecided=[{"member": EXPRESSION}, {"member": UNKNOWN}]),
    *_cases("public-invoker", MEMBER, {"google_service_account.a": {"account_id": "a", "display_name": "allUsers"}},
            fine=[{"member": "${google_service_account.a.member}"}],
            finding=[{"member": "${google_service_account.a.display_name}"}],
            undecided=[{"member": "${google_service_account.a.description}"}]),
    *_cases("public-invoker", "google_cloud_run_service_iam_binding", finding=[{"members": ["user:a@b", "allUsers"]}]),
    *_cases("public-invoker", "google_cloud_run_v2_service_iam_policy", fine=[{"policy_data": "{}"}],
            finding=[{"policy_data": '{"bindings": [{"members": ["allUsers"]}]}'},
                     {"policy_data": '{"Bindings": [{"Members": ["\\u0061llUsers"]}]}'}],
            undecided=[{"policy_data": EXPRESSION}]),
    *_cases("public-invoker", "google_project_iam_member", fine=[{"role": "roles/viewer", "member": "allUsers"}],
            finding=[{"role": "roles/run.invoker", "member": "allUsers"}]),
    *_cases("public-invoker", RUN, fine=[{}], finding=[{"invoker_iam_disabled": True}],
            undecided=[{"invoker_iam_disabled": EXPRESSION}]),
    *_cases("ingress-not-internal", RUN, fine=[{"ingress": "INGRESS_TRAFFIC_INTERNAL_ONLY"}],
            finding=[{}, {"ingress": "INGRESS_TRAFFIC_ALL"}, {"ingress": "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"}],
            undecided=[{"ingress": EXPRESSION}, {"ingress": UNKNOWN}]),
    *_cases("ingress-not-internal", "google_cloud_run_service", finding=[{}],
            fine=[{"metadata": [{"annotations": {"run.googleapis.com/ingress": "internal"}}]}]),
    *_cases("plain-credential", RUN, fine=[{}, _env("fast", "MODE"), _env("${var.token}")],
            finding=[_env("swordfish"), _env("ghp_16C7e42F292c6912E7710c838347Ae178B4a", "MODE")],
            undecided=[_env(UNKNOWN)]),
    *_cases("plain-credential", RUN, {"local.token": {"value": "${random_password.p.result}"},
                                      "local.size": {"value": "${random_password.p.length}"}},
            fine=[_env("${random_password.p.length}", "MODE"), _env("${local.size}", "MODE")],
            finding=[_env("${data.google_secret_manager_secret_version.v.secret_data}", "MODE"),
                     _env("a ${local.token}", "MODE"), _env("${tls_private_key.k.private_key_pem}", "MODE"),
                     {"template": {"containers": [{"args": ["-p", "${random_password.p.result}"]}]}}]),
    *_cases("plain-credential", RUN, {"variable.a": {"default": "ghp_16C7e42F292c6912E7710c838347Ae178B4a"},
                                      "local.b": {"value": "${var.a}"}, "variable.c": {"default": "fast"},
                                      "local.d": {"value": "ghp_16C7e42F292c6912E7710c838347Ae178B4a"}},
            fine=[_env("${var.c}", "MODE"), _env("${local.e}", "MODE"), _env("${var.token}")],
            finding=[_env(value, "MODE") for value in ("${var.a}", "x ${local.b}", "${local.d}", "${lower(local.d)}")]),
    *_cases("authoritative-iam", "google_cloud_run_v2_service_iam_binding", finding=[{"members": []}]),
    *_cases("authoritative-iam", "data.google_iam_policy", fine=[{}]),
    *_cases("authoritative-iam", "google_project_iam_policy", finding=[{"policy_data": "{}"}]),
    *_cases("invokers-dropped", MEMBER, _SERVICE, finding=[{"name": f"${{{RUN}.s.name}}"}],
            fine=[{"name": "elsewhere"}, {"name": f"${{{RUN}.s.name}}", "lifecycle": {"replace_triggered_by":
                                                                                 [f"{RUN}.s.uid"]}}]),
    *_cases("deletion-protection-off", RUN, fine=[{}, {"deletion_protection": True}],
            finding=[{"deletion_protection": False}], undecided=[{"deletion_protection": EXPRESSION}]),
    *_cases("deletion-protection-off", ATTACHMENT, fine=[{"lifecycle": {"prevent_destroy": True}}], finding=[{}]),
    *_cases("automatic-acceptance", ATTACHMENT, fine=[{"connection_preference": "ACCEPT_MANUAL"}],
            finding=[{"connection_preference": "ACCEPT_AUTOMATIC"}], undecided=[{"connection_preference": EXPRESSION}]),
    *_cases("accept-list-bounds", ATTACHMENT, _NAT, fine=[{}, _accept(1), _accept(4), _accept(100, nat="elsewhere")],
            finding=[_accept(0), _accept(101), _accept(None), _accept(3, 2),
                     {"consumer_accept_lists": [{"project_id_or_num": "*", "connection_limit": 1}]},
                     {"consumer_accept_lists": [{"project_id_or_num": "p", "connection_limit": 1},
                                                {"network_url": "n", "connection_limit": 1}]},
                     {"consumer_accept_lists": [{"endpoint_url": f"projects/p/regions/r/forwardingRules/{id_}",
                                                 "connection_limit": 1} for id_ in (1, 2)]}],
            undecided=[_accept(EXPRESSION), _accept(UNKNOWN)]),
    *_cases("reconcile-off", ATTACHMENT, fine=[{"reconcile_connections": True}],
            finding=[{}, {"reconcile_connections": False}], undecided=[{"reconcile_connections": UNKNOWN}]),
    *_cases("endpoint-scheme", RULE, fine=[{"target": LINK, "load_balancing_scheme": ""},
                                           {"target": "projects/p/regions/r/targetHttpProxies/x"}],
            finding=[{"target": LINK}, {"target": LINK, "load_balancing_scheme": "EXTERNAL"}],
            undecided=[{"target": EXPRESSION}, {"target": LINK, "load_balancing_scheme": EXPRESSION}]),
    *_cases("closed-endpoint-stays", RULE, fine=[{"target": LINK, "recreate_closed_psc": True}, {"target": "x"}],
            finding=[{"target": LINK}], undecided=[{"target": LINK, "recreate_closed_psc": UNKNOWN}]),
    *_cases("endpoint-address-literal", RULE, finding=[{"target": LINK, "ip_address": "10.1.0.5"}],
            fine=[{"target": LINK}, {"target": LINK, "ip_address": "${google_compute_address.a.id}"}]),
    *_cases("drained-backend", BACKEND, _NEG,
            fine=[{"load_balancing_scheme": "INTERNAL_MANAGED", "backend": {"group": _GROUP}},
                  {"load_balancing_scheme": "INTERNAL_MANAGED", "backend": [{"capacity_scaler": 1}]},
                  {"load_balancing_scheme": "INTERNAL", "backend": {"group": "g"}}],
            finding=[{"load_balancing_scheme": "INTERNAL_MANAGED", "backend": {"group": "g"}},
                     {"load_balancing_scheme": "INTERNAL_MANAGED", "backend": [{"capacity_scaler": 0}]}],
            undecided=[{"load_balancing_scheme": "INTERNAL_MANAGED", "backend": {"capacity_scaler": UNKNOWN}}]),
    *_cases("serverless-backend-settings", BACKEND, _NEG, fine=[{"backend": {"group": _GROUP}}, {"timeout_sec": 10}],
            finding=[{"backend": {"group": _GROUP}, "timeout_sec": 10},
                     {"backend": {"group": _GROUP}, "health_checks": ["h"]},
                     {"backend": {"group": _GROUP, "max_utilization": 0.8}}],
            undecided=[{"backend": {"group": _GROUP, "max_rate": EXPRESSION}},
                       {"backend": {"group": _GROUP}, "health_checks": EXPRESSION}]),
    *_cases("plain-http", PROXY, _REDIRECT,
            fine=[{"url_map": "${google_compute_region_url_map.r.id}"}], finding=[{}]),
    *_cases("old-tls", "google_compute_region_ssl_policy",
            fine=[{"min_tls_version": "TLS_1_2"}, {"min_tls_version": "TLS_1_3", "profile": "RESTRICTED"}],
            finding=[{}, {"min_tls_version": "TLS_1_1"}, {"profile": "MODERN"}],
            undecided=[{"min_tls_version": EXPRESSION}, {"min_tls_version": UNKNOWN}]),
    *_cases("certificate-of-another-host", "google_compute_region_target_https_proxy", _behind(["a.example.com"]),
            fine=[{}, _https("c"), _https("wild"), _https("elsewhere")], finding=[_https("other")],
            undecided=[_https("open")]),
    *_cases("certificate-of-another-host", "google_compute_region_target_https_proxy", _behind([EXPRESSION]),
            undecided=[_https("c")]),
    *_cases("certificate-of-another-host", "google_compute_region_target_https_proxy", _behind([]),
            fine=[_https("other")]),
    *_cases("certificate-of-another-host", "google_compute_region_target_https_proxy", _behind(["a.b.c", "x.y.z"]),
            finding=[_https("c"), _https("uploaded")]),
    *_cases("default-url-open", RUN,
            fine=[{}, _audience(default_uri_disabled=True), _audience(default_uri_disabled="true"),
                  _audience(ingress="INGRESS_TRAFFIC_NONE")],
            finding=[_audience(), _audience(default_uri_disabled=False),
                     _audience(ingress="INGRESS_TRAFFIC_INTERNAL_ONLY")],
            undecided=[_audience(default_uri_disabled=EXPRESSION)]),
    *_cases("proxy-subnet-order", RULE, _PROXIES, finding=[{"load_balancing_scheme": "INTERNAL_MANAGED"}],
            fine=[{}, {"load_balancing_scheme": "INTERNAL_MANAGED", "depends_on": [f"{SUBNET}.proxies"]}]),
    *_cases("firewall-open-to-internet", FIREWALL,
            fine=[{"allow": TCP22, "source_ranges": IAP}, {"allow": TCP22, "direction": "EGRESS"},
                  {"allow": TCP22, "source_ranges": ["10.0.0.0/8"]}, {"deny": TCP22, "source_ranges": ["0.0.0.0/0"]},
                  {"allow": TCP22, "source_tags": ["web"]}, {"allow": TCP22, "source_ranges": PROBES}],
            finding=[{"allow": TCP22}, {"allow": TCP22, "source_ranges": [*PROBES, "130.211.0.0/21"]},
                     {"allow": TCP22, "source_ranges": ["0.0.0.0/0"]},
                     {"allow": TCP22, "source_ranges": ["8.8.8.0/24"]}, {"allow": TCP22, "source_ranges": ["::/0"]}],
            undecided=[{"allow": TCP22, "source_ranges": [EXPRESSION]}, {"allow": TCP22, "source_ranges": UNKNOWN}]),
    *_cases("firewall-wider-than-iap", FIREWALL, fine=[{"allow": TCP22, "source_ranges": IAP}, {"deny": TCP22}],
            finding=[{"allow": TCP22, "source_ranges": [*IAP, "10.0.0.0/8"]}, {"allow": TCP22, "source_tags": ["web"]},
                     {"allow": [{"protocol": "tcp"}], "source_ranges": IAP},
                     {"allow": [{"protocol": "all"}], "source_ranges": IAP}]),
    *_cases("firewall-wider-than-iap", FIREWALL, PROXIES,
            fine=[{"allow": [{"protocol": "tcp"}], "source_ranges": [*PROBES, "10.0.2.0/24"]}],
            finding=[{"allow": TCP22, "source_ranges": ["10.0.2.0/23"]},
                     {"allow": [{"protocol": "tcp"}], "source_ranges": [*PROBES, *IAP]}]),
    *_cases("no-flow-logs", SUBNET, fine=[{"log_config": {}}, {"purpose": "REGIONAL_MANAGED_PROXY"},
                                          {"log_config": [{"flow_sampling": 0.5}]}],
            finding=[{}, {"purpose": "PRIVATE"}, {"log_config": {"flow_sampling": 0}}],
            undecided=[{"log_config": {"flow_sampling": EXPRESSION}}, {"purpose": EXPRESSION}]),
    *_cases("no-flow-logs", SUBNET, {f"{RULE}.lb": {"load_balancing_scheme": "INTERNAL_MANAGED", "subnetwork":
                                                     f"${{{SUBNET}.judged.id}}"}}, fine=[{}]),
    *_cases("automatic-subnets", "google_compute_network", fine=[{"auto_create_subnetworks": False}],
            finding=[{}, {"auto_create_subnetworks": True}], undecided=[{"auto_create_subnetworks": EXPRESSION}]),
    *_cases("external-address", "google_compute_address", fine=[{"address_type": "INTERNAL"}],
            finding=[{}, {"address_type": "EXTERNAL"}], undecided=[{"address_type": UNKNOWN}]),
    *_cases("public-dns-zone", "google_dns_managed_zone", fine=[{"visibility": "private"}],
            finding=[{}, {"visibility": "public"}], undecided=[{"visibility": EXPRESSION}]),
    *_cases("vm-external-address", VM, fine=[{"network_interface": {"network": "n"}},
                                             {"network_interface": [{"access_config": []}]}],
            finding=[{"network_interface": {"access_config": {}}}, {"network_interface": [{"access_config": [{}]}]},
                     {"network_interface": [{"ipv6_access_config": [{}]}]}],
            undecided=[{"network_interface": [{"access_config": UNKNOWN}]}]),
    *_cases("vm-broad-scopes", VM, fine=[{}, {"service_account": {"scopes": [f"{SCOPE}logging.write"]}},
                                         {"service_account": {"email": "own@p.iam.gserviceaccount.com",
                                                              "scopes": ["cloud-platform"]}}],
            finding=[{"service_account": {"scopes": [f"{SCOPE}cloud-platform"]}},
                     {"service_account": [{"email": DEFAULT, "scopes": ["compute-rw"]}]}],
            undecided=[{"service_account": {"scopes": EXPRESSION}}]),
    *_cases("vm-without-account", VM, fine=[{"service_account": {"scopes": []}}], finding=[{}, {"service_account": []}],
            undecided=[{"service_account": UNKNOWN}]),
    *_cases("provider-open", "constraint", fine=[{"version": "~> 7.45"}, {"version": ">= 7.45, < 8"},
                                                 {"version": "7.45.0"}],
            finding=[{}, {"version": ">= 7.45"}, {"version": "!= 7.44"}], undecided=[{"version": EXPRESSION}]),
    *_cases("provider-unlocked", "backend", finding=[{"type": "gcs"}]),
    *_cases("provider-unlocked", "backend", _LOCKED, fine=[{"type": "gcs"}]),
    *_cases("provider-unlocked", "backend", {"terraform.lock": {"providers": {}},
                                             "terraform.required_providers.a": {"version": "1"}},
            finding=[{"type": "gcs"}]),
    *_cases("local-state", "backend", {"provider.google": {"project": "ours"}}, fine=[{"type": "gcs"}],
            finding=[{"type": "local"}]),
    *_cases("local-state", "backend", {"provider.google": {"project": "example-producer"}}, fine=[{"type": "local"}]),
    *_cases("output-leaks", "output", fine=[{"value": "hello"}, {"value": "swordfish-1234", "sensitive": True},
                                            {"value": "${google_compute_address.a.address}"}],
            finding=[{"value": "ghp_16C7e42F292c6912E7710c838347Ae178B4a"},
                     {"value": "${google_service_account_key.k.private_key}"},
                     {"value": "${google_secret_manager_secret_version.v.secret_data}"}, {"value": "${var.token}"}]),
    *_cases("output-leaks", "output", {"local.bare": {"value": "${nonsensitive(var.key)}"}},
            fine=[{"value": "${nonsensitive(var.key)}", "sensitive": True}, {"value": "${var.nonsensitive}"},
                  {"value": "call nonsensitive(var.key)"}],
            undecided=[{"value": "${nonsensitive(var.key)}"}, {"value": "a ${local.bare}"}]),
    *_cases("api-disabled-on-destroy", "google_project_service", fine=[{"disable_on_destroy": False}],
            finding=[{}, {"disable_on_destroy": True}], undecided=[{"disable_on_destroy": EXPRESSION}]),
    # Texts are booleans and numbers where an attribute wants them.
    *_cases("public-invoker", RUN, fine=[{"invoker_iam_disabled": "false"}],
            finding=[{"invoker_iam_disabled": "true"}]),
    *_cases("reconcile-off", ATTACHMENT, fine=[{"reconcile_connections": "true"}],
            finding=[{"reconcile_connections": "false"}], undecided=[{"reconcile_connections": "maybe"}]),
    *_cases("deletion-protection-off", RUN, fine=[{"deletion_protection": "true"}],
            finding=[{"deletion_protection": "false"}]),
    *_cases("drained-backend", BACKEND,
            fine=[{"load_balancing_scheme": "INTERNAL_MANAGED", "backend": {"capacity_scaler": "1.0"}}],
            finding=[{"load_balancing_scheme": "INTERNAL_MANAGED", "backend": {"capacity_scaler": "0"}},
                     {"load_balancing_scheme": "INTERNAL_MANAGED", "backend": {"capacity_scaler": "0.0"}}],
            undecided=[{"load_balancing_scheme": "INTERNAL_MANAGED", "backend": EXPRESSION},
                       {"load_balancing_scheme": EXPRESSION, "backend": {"capacity_scaler": 0}}]),
    *_cases("accept-list-bounds", ATTACHMENT, _NAT, fine=[_accept("4")], finding=[_accept("0"), _accept("3", "2")]),
    *_cases("no-flow-logs", SUBNET, finding=[{"log_config": {"flow_sampling": "0"}}]),
    *_cases("automatic-subnets", "google_compute_network", fine=[{"auto_create_subnetworks": "false"}]),
    *_cases("api-disabled-on-destroy", "google_project_service", fine=[{"disable_on_destroy": "false"}]),
    *_cases("plain-http", PROXY,
            {"google_compute_region_url_map.r": {"default_url_redirect": {"https_redirect": "true"}}},
            fine=[{"url_map": "${google_compute_region_url_map.r.id}"}]),
    *_cases("firewall-open-to-internet", FIREWALL, fine=[{"allow": TCP22, "disabled": "true"}],
            finding=[{"allow": TCP22, "disabled": "false"}]),
    *_cases("provider-open", "backend", {"random_pet.x": {}}, finding=[{"type": "gcs"}]),
    *_cases("provider-open", "backend", {"random_pet.x": {"provider": "google.other"}, "terraform_data.x": {},
                                         "terraform.required_providers.google": {}}, fine=[{"type": "gcs"}]),
    *_cases("accept-list-bounds", ATTACHMENT, finding=[_accept_twice(100, 10), _accept_twice("1", 1)]),
    *_cases("firewall-wider-than-iap", FIREWALL,
            undecided=[{"source_ranges": ranges} | unknown
                       for ranges in (IAP, ["10.0.0.0/8"])
                       for unknown in ({"allow": EXPRESSION}, {"allow": [EXPRESSION]}, {"allow": UNKNOWN},
                                       {"allow": TCP22, "direction": EXPRESSION},
                                       {"allow": TCP22, "disabled": UNKNOWN},
                                       _dynamic("allow", EXPRESSION, EXPRESSION))],
            fine=[{"allow": EXPRESSION, "direction": "EGRESS"}, {"allow": EXPRESSION, "disabled": True}]),
    *_cases("firewall-wider-than-iap", FIREWALL,
            undecided=[{"allow": [{"protocol": EXPRESSION, "ports": ["22"]}], "source_ranges": IAP},
                       {"allow": EXPRESSION, "source_tags": ["web"]}]),
    # Of a rule that is known to let these in a way in tells, or nothing has to: not of one that may.
    *_cases("firewall-wider-than-iap", FIREWALL, PROXIES,
            undecided=[source | unknown | {"target_tags": ["a"]}
                       for source in ({"source_tags": ["web"]}, {"source_ranges": PROBES},
                                      {"source_ranges": ["10.0.2.0/24"]})
                       for unknown in ({"allow": UNKNOWN}, {"allow": TCP22, "direction": EXPRESSION})]),
    # Unknown is not absent: lists, dynamic blocks, directions.
    *_cases("firewall-open-to-internet", FIREWALL, fine=[_dynamic("allow", [], TCP22[0])],
            finding=[_dynamic("allow", ["22"], TCP22[0])],
            undecided=[{"allow": EXPRESSION}, {"allow": TCP22, "direction": UNKNOWN},
                       {"allow": TCP22, "disabled": EXPRESSION},
                       {"allow": TCP22, "source_ranges": EXPRESSION}]),
    *_cases("accept-list-bounds", ATTACHMENT, fine=[_dynamic("consumer_accept_lists", {}, {})],
            undecided=[{"consumer_accept_lists": EXPRESSION},
                       _dynamic("consumer_accept_lists", EXPRESSION,
                                {"project_id_or_num": "p", "connection_limit": 1})],
            finding=[_dynamic("consumer_accept_lists", ["p"], {"project_id_or_num": "p"})]),
    *_cases("vm-external-address", VM, undecided=[{"network_interface": EXPRESSION},
                                                  {"network_interface": _dynamic("ipv6_access_config", UNKNOWN, "x")}],
            finding=[{"network_interface": _dynamic("access_config", EXPRESSION, {})}]),
    *_cases("plain-credential", RUN, undecided=[{"template": {"containers": {"env": EXPRESSION}}}],
            fine=[{"template": {"containers": [{"args": ["--verbose", "--token-file=/secrets/t"]}]}}],
            finding=[{"template": {"containers": [{part: ["--db-password=swordfish-1234"]}]}}
                     for part in ("args", "command")]),
    *_cases("public-invoker", MEMBER, finding=[{"member": ["allUsers"]}], undecided=[{"member": "${each.value}"}]),
    *_cases("public-invoker", "google_cloud_run_v2_service_iam_policy", _POLICY,
            finding=[{"policy_data": "${data.google_iam_policy.p.policy_data}"}]),
    *_cases("plain-http", PROXY, {"google_compute_region_url_map.r": {"default_url_redirect": UNKNOWN}},
            undecided=[{"url_map": "${google_compute_region_url_map.r.id}"}]),
    *_cases("default-url-open", RUN, undecided=[{"custom_audiences": UNKNOWN}, _audience(ingress=UNKNOWN)],
            finding=[{"custom_audiences": ["https://a.example.com", UNKNOWN]}]),
    *_cases("accept-list-bounds", ATTACHMENT, fine=[{"consumer_accept_lists": [
        {"project_id_or_num": "p", "network_url": UNKNOWN, "connection_limit": 1},
        {"project_id_or_num": "q", "network_url": UNKNOWN, "connection_limit": 1}]}]),
    *_cases("firewall-wider-than-iap", FIREWALL,
            undecided=[{"allow": [{"protocol": "tcp", "ports": ports}], "source_ranges": IAP}
                       for ports in (UNKNOWN, EXPRESSION, ["22", EXPRESSION])]),
    *_cases("drained-backend", BACKEND, {**_NEG, "google_compute_region_network_endpoint_group.p": {
                "network_endpoint_type": "PRIVATE_SERVICE_CONNECT"}},
            undecided=[{"load_balancing_scheme": "INTERNAL_MANAGED", "backend": {"group": UNKNOWN}}],
            fine=[{"load_balancing_scheme": "EXTERNAL_MANAGED",
                   "backend": {"group": "${google_compute_region_network_endpoint_group.p.id}"}},
                  {"load_balancing_scheme": "INTERNAL_MANAGED", "backend": {"group": UNKNOWN, "capacity_scaler": 1}}]),
    *_cases("drained-backend", "google_compute_backend_service",
            fine=[{"load_balancing_scheme": "EXTERNAL_MANAGED", "backend": {"group": "g"}}],
            finding=[{"load_balancing_scheme": "EXTERNAL_MANAGED", "backend": {"group": "g", "capacity_scaler": 0}}]),
    *_cases("grant-twice", "google_secret_manager_secret_iam_member",
            {"google_secret_manager_secret_iam_member.first": _GRANT | {"member": UNKNOWN}},
            fine=[_GRANT | {"member": UNKNOWN}]),
    # Every other kind.
    *_cases("everyone-in-iam", "google_storage_bucket_iam_member", fine=[{"member": "user:a@b"}],
            finding=[{"member": "allUsers"}, {"member": "allAuthenticatedUsers"}], undecided=[{"member": EXPRESSION}]),
    *_cases("everyone-in-iam", "google_service_account_iam_binding", finding=[{"members": ["user:a@b", "allUsers"]}],
            undecided=[{"members": EXPRESSION}]),
    *_cases("everyone-in-iam", "google_folder_iam_policy",
            undecided=[{"policy_data": '{"bindings":[{"members":["allUsers"]}],"bindings":[{"members":["user:a@b"]}]}'},
                       {"policy_data": '{"bindings":[{"members":["allUsers"],"Members":["user:a@b"]}]}'}]),
    *_cases("everyone-in-iam", "google_folder_iam_policy", _POLICY, fine=[{"policy_data": "{}"}],
            finding=[{"policy_data": "${data.google_iam_policy.p.policy_data}"},
                     {"policy_data": '{"bindings":[{"members":["allUsers"]}]}'}],
            undecided=[{"policy_data": "${data.google_iam_policy.elsewhere.policy_data}"},
                       {"policy_data": "${jsonencode(merge(jsondecode(data.google_iam_policy.p.policy_data), {}))}"},
                       {"policy_data": "${var.x ? data.google_iam_policy.p.policy_data : var.y}"}]),
    *_cases("everyone-in-iam", "data.google_iam_policy", fine=[{}],
            finding=[{"binding": {"role": "r", "members": ["allUsers"]}}],
            undecided=[_dynamic("binding", EXPRESSION, {})]),
    *_cases("everyone-in-iam", MEMBER, fine=[{"member": "allUsers"}]),
    *_cases("grant-twice", "google_secret_manager_secret_iam_member", _GRANTED,
            finding=[_GRANT, _GRANT | {"lifecycle": {}}, _GRANT | {"project": None}],
            fine=[_GRANT | {"member": "user:c@d"}, _GRANT | {"role": "roles/other"}, _GRANT | {"secret_id": "t"},
                  _GRANT | {"condition": [{"expression": "false"}]}]),
    *_cases("external-forwarding-rule", RULE, fine=[{"load_balancing_scheme": "INTERNAL"}, {"target": LINK}],
            finding=[{}, {"load_balancing_scheme": "EXTERNAL"}, {"load_balancing_scheme": "EXTERNAL_MANAGED"}],
            undecided=[{"load_balancing_scheme": EXPRESSION}]),
    *_cases("external-forwarding-rule", "google_compute_global_forwarding_rule", finding=[{"target": "proxy"}],
            fine=[{"load_balancing_scheme": ""}, {"load_balancing_scheme": "", "backend_service": ""}]),
    *_cases("external-forwarding-rule", RULE,
            finding=[{"load_balancing_scheme": "", "backend_service": "${google_x_backend_service.b.id}"}]),
    *_cases("access-not-judged", "google_compute_organization_security_policy_firewall_policy", undecided=[{}]),
    *_cases("access-not-judged", f"{POLICY_OF_NETWORK}_association", {f"{POLICY_OF_NETWORK}.p": {"name": "p"}},
            fine=[{"firewall_policy": "p"}, {"firewall_policy": f"${{{POLICY_OF_NETWORK}.p.id}}"}],
            undecided=[{"firewall_policy": "of-others"}, {"firewall_policy": EXPRESSION}]),
    *_cases("access-not-judged", POLICY_OF_NETWORK, fine=[{"name": "p"}]),
    # Rules of firewall policies, by the same judgement.
    *[case for rule in ("firewall-open-to-internet", "firewall-wider-than-iap") for kind, made in _OF_POLICIES.items()
      for case in _cases(rule, kind, PROXIES, **{verdict: [made(**one) for one in many]
                                                 for verdict, many in _POLICY_CASES[rule].items()})],
    *[case for name in ("compute_instance_from_template", "iam_workforce_pool_provider", "tags_location_tag_binding",
                        "service_networking_connection", "os_login_ssh_public_key", "app_engine_firewall_rule")
      for case in _cases("access-not-judged", f"google_{name}", undecided=[{}])],
    *_cases("access-not-judged", "google_iam_workload_identity_pool_iam_member", fine=[{"role": "r", "member": "m"}]),
    *_cases("instances-not-told", RULE, fine=[{}],
            undecided=[{"count": 2}, {"for_each": {"a": 1}}, {"count": EXPRESSION}]),
    *_cases("instances-not-told", "data.google_project", fine=[{"count": 2}]),
    *_cases("access-not-judged", "section", undecided=[{"content": [{"to": "a.b", "id": "x"}]}]),
    *_cases("code-at-apply", "null_resource", fine=[{}],
            finding=[{"provisioner": [{"local-exec": {"command": "id"}}]}, {"provisioner": [EXPRESSION]}]),
    *_cases("code-at-apply", RULE, finding=[{"lifecycle": {"action_trigger": [{"actions": ["action.a.b"]}]}}]),
    *_cases("code-at-apply", "data.external", finding=[{"program": ["id"]}]),
    *_cases("code-at-apply", "data.local_command", finding=[{"command": "id"}]),
    *_cases("code-at-apply", "ephemeral.local_command", finding=[{"command": "id"}]),
    *_cases("code-at-apply", "provider", fine=[{"host": "h"}, {"exec": []}, {"kubernetes": [{"host": "h"}]}],
            finding=[{"exec": {"command": "id"}}, {"kubernetes": [{"exec": [{"command": "id"}]}]},
                     {"dynamic": {"exec": {"for_each": EXPRESSION, "content": {}}}}],
            undecided=[{"exec": EXPRESSION}, {"kubernetes": EXPRESSION}]),
    *_cases("file-read", "output",
            fine=[{"value": "file(x)"}, {"value": "${filesha256(\"a\")} ${path.file} ${my.file(1)}"}],
            undecided=[{"value": "${file(\"/etc/passwd\")}"}, {"value": "${core::file(\"/etc/passwd\")}"},
                        {"value": ["a ${upper( templatefile (var.x, {}))}"]}]),
    *_cases("foreign-provider", "constraint", fine=[{}, {"source": "google"}, {"source": "hashicorp/google"},
                                                   {"source": "registry.opentofu.org/hashicorp/google"},
                                                    {"source": "registry.terraform.io/hashicorp/google"}],
            finding=[{"source": "acme/google"}, {"source": "registry.acme.example/hashicorp/google"}],
            undecided=[{"source": EXPRESSION}]),
    *_cases("module", "module", undecided=[{"source": "./modules/a"}, {"source": "github.com/acme/a"}]),
]  # fmt: skip
