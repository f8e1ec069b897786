"""Cloud Run's older API, as `gcloud run` speaks it, in front of a stand-in that has the newer one.

An HTTP proxy for one process: gcloud asks a host name of its own for each region. What a field of the one API is in the
other: https://cloud.google.com/run/docs/reference/rest/v1/namespaces.services and …/v2/projects.locations.services.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

from deployment.values import Json
from standin import router
from standin.cloud import Cloud

HOST = "run.standin.test"
_RUN, _AUTOSCALING = "run.googleapis.com/", "autoscaling.knative.dev/"
_INGRESS = {"all": "INGRESS_TRAFFIC_ALL", "internal": "INGRESS_TRAFFIC_INTERNAL_ONLY",
            "internal-and-cloud-load-balancing": "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"}  # fmt: skip
_TARGET = "TRAFFIC_TARGET_ALLOCATION_TYPE_"


def _boolean(text: str) -> bool:
    return text.lower() == "true"


def _networks(text: str) -> list[Json]:
    return [{**one, "tags": one.get("tags", [])} for one in json.loads(text)]


# Annotations of a service, and of its template, that are fields in the newer API: where, and made of what.
_OF_SERVICE: dict[str, tuple[str, Any]] = {
    f"{_RUN}ingress": ("ingress", _INGRESS.__getitem__),
    f"{_RUN}client-name": ("client", str),
    f"{_RUN}client-version": ("clientVersion", str),
    f"{_RUN}description": ("description", str),
    f"{_RUN}launch-stage": ("launchStage", str),
    f"{_RUN}custom-audiences": ("customAudiences", json.loads),
    f"{_RUN}default-url-disabled": ("defaultUriDisabled", _boolean),
    f"{_RUN}invoker-iam-disabled": ("invokerIamDisabled", _boolean),
    f"{_RUN}minScale": ("scaling.minInstanceCount", int),
    f"{_RUN}maxScale": ("scaling.maxInstanceCount", int),
    f"{_RUN}manualInstanceCount": ("scaling.manualInstanceCount", int),
    f"{_RUN}scalingMode": ("scaling.scalingMode", str.upper),
}
_OF_TEMPLATE: dict[str, tuple[str, Any]] = {
    f"{_RUN}client-name": ("client", str),
    f"{_RUN}client-version": ("clientVersion", str),
    f"{_RUN}execution-environment": ("executionEnvironment", lambda text: f"EXECUTION_ENVIRONMENT_{text.upper()}"),
    f"{_RUN}sessionAffinity": ("sessionAffinity", _boolean),
    f"{_RUN}vpc-access-egress": ("vpcAccess.egress", lambda text: text.upper().replace("-", "_")),
    f"{_RUN}vpc-access-connector": ("vpcAccess.connector", str),
    f"{_RUN}network-interfaces": ("vpcAccess.networkInterfaces", _networks),
    f"{_AUTOSCALING}minScale": ("scaling.minInstanceCount", int),
    f"{_AUTOSCALING}maxScale": ("scaling.maxInstanceCount", int),
}
_OF_RESOURCES: dict[str, tuple[str, Any]] = {
    f"{_RUN}cpu-throttling": ("cpuIdle", _boolean),
    f"{_RUN}startup-cpu-boost": ("startupCpuBoost", _boolean),
}


class Knative:
    """The older API of a cloud. What gcloud sent of a service is what it reads again."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud, self.sent = cloud, dict[str, Json]()

    def answer(self, method: str, url: str, body: Json) -> tuple[int, Json]:
        host, path = urlsplit(url).hostname or "", urlsplit(url).path
        region = host.removesuffix(f"-{HOST}")
        if found := re.fullmatch(r"/apis/serving.knative.dev/v1/namespaces/([^/]+)/(\w+)(?:/([^/]+))?", path):
            project, kind, name = found.groups()
            if kind == "revisions":
                return 200, self._revisions(unquote(urlsplit(url).query), name)
            return self._of_namespace(method, _path(project, region, name or body["metadata"]["name"]), body)
        found = re.fullmatch(r"/v1/projects/([^/]+)/locations/([^/]+)/services/([^/:]+):(\w+)", path)
        if not found:
            return 404, {"error": {"code": 404, "message": f"no {method} {url}"}}
        project, region, name, verb = found.groups()
        return self._v2(method, f"{_path(project, region, name)}:{verb}", body)

    def _of_namespace(self, method: str, path: str, body: Json) -> tuple[int, Json]:
        if method == "GET":
            code, there = self._v2("GET", path, {})
            return code, there if code != 200 else self._service(path, there)
        wanted = newer(body)
        if method == "POST":
            above, _, name = path.rpartition("/")
            code, told = self._v2("POST", f"{above}?serviceId={name}", wanted)
        else:
            code, told = self._v2("PATCH", path, wanted)
        if code != 200:
            return code, told
        self.sent[path] = body
        self.cloud.finish_all()
        return 200, self._service(path, self._v2("GET", path, {})[1])

    def _v2(self, method: str, path: str, body: Json) -> tuple[int, Json]:
        content = b"" if method == "GET" else json.dumps(body).encode()
        answered = router.answer(self.cloud, method, path, content, {})
        return answered.code, answered.body

    def _service(self, path: str, there: Json) -> Json:
        """A service as the older API has it, made of what was sent and of what became of it."""
        body: Json = json.loads(json.dumps(self.sent[path]))
        body["metadata"].update(
            generation=int(there["generation"]), uid=there["uid"], creationTimestamp=there["createTime"]
        )
        body["spec"].setdefault("traffic", [{"latestRevision": True, "percent": 100}])
        ready = [{"type": one, "status": "True"} for one in ("Ready", "ConfigurationsReady", "RoutesReady")]
        latest = there["latestReadyRevision"].rpartition("/")[2]
        told = [
            {"revisionName": one.get("revision") or latest, "percent": one.get("percent", 0), "tag": one.get("tag"),
             "latestRevision": one["type"].endswith("LATEST")}
            for one in there["traffic"]
        ]  # fmt: skip
        body["status"] = {
            "observedGeneration": int(there["generation"]), "conditions": ready, "url": there["uri"], "traffic": told,
            "latestReadyRevisionName": latest, "latestCreatedRevisionName": latest, "address": {"url": there["uri"]},
        }  # fmt: skip
        return body

    def _revisions(self, query: str, name: str | None) -> Json:
        """The revision of a name, or those with a nonce in their labels."""
        nonce = query.rpartition(" = ")[2] or query.rpartition("+=+")[2]
        made = []
        for path, sent in self.sent.items():
            spec, labels = (
                sent["spec"]["template"]["spec"],
                sent["spec"]["template"].get("metadata", {}).get("labels", {}),
            )
            service = path.rpartition("/")[2]
            if (name or "").startswith(service) or (not name and labels.get("client.knative.dev/nonce") == nonce):
                image = spec["containers"][0]["image"].partition("@")[0] + f"@sha256:{'0' * 64}"
                status = {"imageDigest": image, "conditions": [{"type": "Ready", "status": "True"}]}
                described = {"name": name or f"{service}-00001-abc", "labels": labels}
                made.append({"apiVersion": "serving.knative.dev/v1", "kind": "Revision", "metadata": described,
                             "spec": spec, "status": status})  # fmt: skip
        return made[0] if name else {"items": made}


def _path(project: str, region: str, name: str) -> str:
    return f"/run/v2/projects/{project}/locations/{region}/services/{name}"


def newer(body: Json) -> Json:
    """A service of the older API as the newer one has it."""
    metadata, spec = body["metadata"], body["spec"]
    template, inner = spec["template"], spec["template"]["spec"]
    service: Json = {"labels": {key: value for key, value in metadata.get("labels", {}).items() if not _systems(key)}}
    annotations = metadata.get("annotations", {})
    _put(service, annotations, _OF_SERVICE)
    service["annotations"] = {key: value for key, value in annotations.items() if not _systems(key)}
    of_revision = template.get("metadata", {})
    made: Json = {
        "labels": of_revision.get("labels", {}),
        "annotations": {key: one for key, one in of_revision.get("annotations", {}).items() if not _systems(key)},
        "revision": of_revision.get("name", ""),
        "maxInstanceRequestConcurrency": inner.get("containerConcurrency", 0),
        "serviceAccount": inner.get("serviceAccountName", ""),
        **({"timeout": f"{inner['timeoutSeconds']}s"} if inner.get("timeoutSeconds") else {}),
    }
    _put(made, of_revision.get("annotations", {}), _OF_TEMPLATE)
    made["containers"] = [_container(one, of_revision.get("annotations", {})) for one in inner["containers"]]
    if inner.get("volumes"):
        made["volumes"] = [_volume(one) for one in inner["volumes"]]
    service["template"] = made
    if spec.get("traffic"):
        service["traffic"] = [_share(one) for one in spec["traffic"]]
    return service


def _systems(name: str) -> bool:
    """What the newer API has fields for and does not take."""
    return name.startswith((_RUN, _AUTOSCALING, "serving.knative.dev/", "cloud.googleapis.com/"))


def _put(made: Json, annotations: Json, fields: dict[str, tuple[str, Any]]) -> None:
    for name, (path, of) in fields.items():
        if name in annotations:
            *above, last = path.split(".")
            place = made
            for part in above:
                place = place.setdefault(part, {})
            place[last] = of(annotations[name])


def _container(given: Json, annotations: Json) -> Json:
    made = {key: given[key] for key in ("name", "image", "command", "args", "ports", "volumeMounts") if given.get(key)}
    made["env"] = [_variable(one) for one in given.get("env", [])]
    # Of the older API, throttling is on unless it is switched off.
    made["resources"] = {
        "cpuIdle": True,
        **({"limits": given["resources"]["limits"]} if given.get("resources") else {}),
    }
    _put(made["resources"], annotations, _OF_RESOURCES)
    for probe in ("startupProbe", "livenessProbe"):
        if given.get(probe):
            made[probe] = given[probe]
    return made


def _variable(given: Json) -> Json:
    if source := given.get("valueFrom", {}).get("secretKeyRef"):
        secret = {"secret": source["name"], "version": source["key"]}
        return {"name": given["name"], "valueSource": {"secretKeyRef": secret}}
    return {"name": given["name"], "value": given.get("value", "")}


def _volume(given: Json) -> Json:
    secret = given["secret"]
    items = [{"path": one["path"], "version": one["key"]} for one in secret.get("items", [])]
    return {"name": given["name"], "secret": {"secret": secret["secretName"], "items": items}}


def _share(given: Json) -> Json:
    kind = "LATEST" if given.get("latestRevision") else "REVISION"
    made = {"type": f"{_TARGET}{kind}", "percent": given.get("percent", 0), "tag": given.get("tag", "")}
    return made | ({} if kind == "LATEST" else {"revision": given["revisionName"]})


@contextmanager
def served(cloud: Cloud) -> Iterator[str]:
    """The address of a proxy through which gcloud finds this API at http://HOST/."""
    api = Knative(cloud)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else {}
            code, told = api.answer(self.command, self.path, body)
            data = json.dumps(told).encode()
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PUT = _answer  # noqa: N815

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
