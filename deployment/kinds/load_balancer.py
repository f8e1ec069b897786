"""What stands between a load balancer's forwarding rule and Cloud Run: NEG, backend service, URL map, proxy."""

from __future__ import annotations

from dataclasses import replace

from deployment.kinds.kind import (
    BALANCER,
    EVERYWHERE,
    IN_PROJECT,
    LOAD_BALANCER_ADMIN,
    NONE,
    REPLACED,
    Grant,
    Kind,
    Noteworthy,
    data_source,
)

# https://cloud.google.com/certificate-manager/docs/access-control: certificatemanager.certs.use is part of it.
CERTIFICATE_EDITOR = Grant(
    name="roles/certificatemanager.editor", why="reads and uses certificates of Certificate Manager"
)

NETWORK_ENDPOINT_GROUP = Kind(
    type="google_compute_region_network_endpoint_group",
    called="network endpoint group",
    drawn=False,
    collection="networkEndpointGroups",
    import_id=f"{IN_PROJECT}/networkEndpointGroups/{{name}}",
    comment="Names the service as text on purpose: a reference would make Terraform create a new service before the "
    "old one is gone, and a revision that fails to start could not heal.",
    keys={"cloud_run": {}},
    forcing=(
        *EVERYWHERE, "cloud_run", "network_endpoint_type", "network", "subnetwork", "psc_target_service", "app_engine",
        "cloud_function", "description", "psc_data",
    ),
    grants=(LOAD_BALANCER_ADMIN,),
    way_in=BALANCER,
    replaced="{address} ({name}) {surely} replaced ({why}); {meanwhile}.",
    destroyed=NONE,
    noteworthy={},
)  # fmt: skip

BACKEND_SERVICE = Kind(
    type="google_compute_region_backend_service",
    called="backend service",
    drawn=False,
    collection="backendServices",
    import_id=f"{IN_PROJECT}/backendServices/{{name}}",
    comment="No timeout, health check or rate: with a serverless NEG Google refuses them. Cloud Run's own timeout "
    "holds.",
    keys={"backend": {}, "log_config": {}},
    unordered=("health_checks",),
    forcing=("name", "project", "load_balancing_scheme", "network", "params"),
    # Another region is planned as an update, which the API answers with 404.
    fixed=("region",),
    grants=(LOAD_BALANCER_ADMIN,),
    way_in=NONE,
    replaced=REPLACED,
    destroyed=NONE,
    noteworthy={
        "backend.capacity_scaler": Noteworthy(
            why="gcloud sends 1.0; left out, the provider sends 0. Google's description says that the field is not "
            "available with a serverless NEG, so whether 0 drains one is not known.",
            seen="provider; tried. Not known: the API",
        )
    },
)

URL_MAP = Kind(
    type="google_compute_region_url_map",
    called="URL map",
    drawn=False,
    collection="urlMaps",
    import_id=f"{IN_PROJECT}/urlMaps/{{name}}",
    comment="Everything goes to the one service.",
    keys={},
    unordered=("host_rule.hosts", "path_matcher.path_rule.paths"),
    forcing=("name", "project"),
    fixed=("region",),
    grants=(LOAD_BALANCER_ADMIN,),
    way_in=NONE,
    replaced=REPLACED,
    destroyed=NONE,
    noteworthy={},
)

HTTP_PROXY = Kind(
    type="google_compute_region_target_http_proxy",
    called="HTTP proxy",
    drawn=False,
    collection="targetHttpProxies",
    import_id=f"{IN_PROJECT}/targetHttpProxies/{{name}}",
    comment="Plain HTTP inside Google's network, which encrypts between its sites.",
    keys={},
    forcing=("name", "project", "region", "description", "http_keep_alive_timeout_sec"),
    grants=(LOAD_BALANCER_ADMIN,),
    way_in=NONE,
    replaced=REPLACED,
    destroyed=NONE,
    noteworthy={},
)
HTTPS_PROXY = replace(
    HTTP_PROXY,
    type="google_compute_region_target_https_proxy",
    called="HTTPS proxy",
    collection="targetHttpsProxies",
    import_id=f"{IN_PROJECT}/targetHttpsProxies/{{name}}",
    comment="Ends the client's TLS with the certificate; another one is exchanged in place.",
    grants=(LOAD_BALANCER_ADMIN, CERTIFICATE_EDITOR),
)

SSL_POLICY = Kind(
    type="google_compute_region_ssl_policy",
    called="TLS policy",
    drawn=False,
    collection="sslPolicies",
    import_id=f"{IN_PROJECT}/sslPolicies/{{name}}",
    comment="What TLS clients are offered.",
    keys={},
    unordered=("custom_features",),
    forcing=("name", "project", "region", "description"),
    grants=(LOAD_BALANCER_ADMIN,),
    way_in=NONE,
    replaced=REPLACED,
    destroyed=NONE,
    noteworthy={
        "min_tls_version": Noteworthy(why="Left out, clients of TLS 1.0 are served.", seen="provider"),
    },
)
EXISTING_CERTIFICATE = data_source(
    "google_certificate_manager_certificates", "certificates that exist", grants=(CERTIFICATE_EDITOR,)
)
EXISTING_SSL_CERTIFICATE = data_source(
    "google_compute_region_ssl_certificate", "a certificate that exists", grants=(LOAD_BALANCER_ADMIN,)
)
