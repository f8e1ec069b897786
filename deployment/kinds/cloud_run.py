"""Cloud Run services, and who may call them."""

from __future__ import annotations

from dataclasses import replace

from deployment.kinds.kind import (
    CALL,
    IMAGE_REPOSITORY,
    INGRESS,
    MAP,
    NONE,
    REPLACED,
    SERVICE_IDENTITY,
    Grant,
    Keys,
    Kind,
    Noteworthy,
    data_source,
)

_RUN_VIEWER = Grant(name="roles/run.viewer", why="reads a service of others at every plan")
_RUN_ADMIN = Grant(name="roles/run.admin", why="run.developer would do for the service, but not for who may call it")
_V1_CONTAINER = "template.spec.containers"
_PROBE: Keys = {"grpc": {}, "http_get": {}, "tcp_socket": {}}

SERVICE = Kind(
    type="google_cloud_run_v2_service",
    called="Cloud Run",
    drawn=True,
    collection="services",
    import_id="projects/{project}/locations/{location}/services/{name}",
    comment="What is published. Only internal traffic reaches it, only named invokers may call.",
    keys={
        "annotations": MAP,
        "labels": MAP,
        "template": {
            "containers": {
                "env": {"value_source": {"secret_key_ref": {}}},
                "liveness_probe": _PROBE,
                "ports": {},
                "resources": {"limits": MAP},
                "startup_probe": _PROBE,
                "volume_mounts": {},
            },
            "scaling": {},
            "volumes": {"secret": {"items": {}}},
            "vpc_access": {"network_interfaces": {}},
        },
    },
    forcing=("name", "project", "location", "tags"),
    grants=(
        _RUN_ADMIN,
        Grant(name="roles/iam.serviceAccountUser", on=SERVICE_IDENTITY, why="a service acts as this account"),
        # Google's notice to all users of Cloud Run, November 2024: checked since 15 January 2025.
        Grant(
            name="roles/artifactregistry.reader",
            on=IMAGE_REPOSITORY,
            why="Cloud Run checks that whoever deploys an image may read it; not for a public one",
        ),
    ),
    way_in=INGRESS,
    replaced="The Cloud Run service {name} {surely} replaced ({why}); {meanwhile}. Its URL, the audience of callers' "
    "ID tokens, changes with its name: callers need the new one.",
    destroyed=": its revisions and its URL are gone",
    noteworthy={
        "deletion_protection": Noteworthy(
            when=False, why="On when unset: a destroy then takes two steps.", seen="provider"
        ),
        "ingress": Noteworthy(
            why="Unset means all: its run.app address is then reachable past the accept list, and whoever has a token "
            "needs no accepted network. The internal load balancer counts as internal.",
            seen="provider",
        ),
    },
)
EXISTING_SERVICE = data_source("google_cloud_run_v2_service", "a Cloud Run service of others", grants=(_RUN_VIEWER,))
FIRST_SERVICE = replace(
    SERVICE,
    type="google_cloud_run_service",
    forcing=("name", "project", "location", f"{_V1_CONTAINER}.env_from", f"{_V1_CONTAINER}.working_dir"),
    ours=False,
)


INVOKER = Kind(
    type="google_cloud_run_v2_service_iam_member",
    called="caller's permission",
    drawn=False,
    collection=NONE,
    import_id="projects/{project}/locations/{location}/services/{name} {role} {member}",
    comment="Who may call.",
    keys={},
    forcing=("name", "project", "location", "role", "member", "condition"),
    grants=(_RUN_ADMIN,),
    way_in=CALL,
    replaced=REPLACED,
    destroyed=NONE,
    noteworthy={
        "lifecycle.replace_triggered_by": Noteworthy(
            why="Replacing a Cloud Run service drops its IAM without a difference in any plan (issue 18831 of the "
            "provider): every request is then answered 403.",
            seen="provider",
        )
    },
)
# Those of other people's stacks: bindings and policies, and grants on a project, folder or organization.
_GRANTED = {"member": ("role", "member", "condition"), "binding": ("role", "condition"), "policy": ()}
OTHER_PERMISSIONS = tuple(
    replace(
        INVOKER,
        type=f"{of}_iam_{form}",
        forcing=("name", "service", "project", "location", *_GRANTED[form]),
        ours=False,
    )
    for of in (SERVICE.type, FIRST_SERVICE.type, "google_project", "google_folder", "google_organization")
    for form in ("member", "binding", "policy")
    if f"{of}_iam_{form}" != INVOKER.type
)

SECRET_ACCESS = Kind(
    type="google_secret_manager_secret_iam_member",
    called="permission to read a secret",
    drawn=False,
    collection=NONE,
    import_id="projects/{project}/secrets/{secret_id} {role} {member}",
    comment="Without it the first revision that reads the secret fails to start.",
    keys={},
    forcing=("secret_id", "project", "role", "member", "condition"),
    grants=(Grant(name="roles/secretmanager.admin", why="lets the service's account read its secrets"),),
    way_in=NONE,
    replaced=REPLACED,
    destroyed=NONE,
    noteworthy={},
)
