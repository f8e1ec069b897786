"""IAM policies of resources: read, write with etag, test permissions; one way for every API."""

from __future__ import annotations

from copy import deepcopy

from standin import rules
from standin.call import Call
from standin.change import Change
from standin.cloud import Cloud
from standin.google_error import GoogleError
from standin.message import Json

VERBS = frozenset({"getIamPolicy", "setIamPolicy", "testIamPermissions"})

# The etag of a policy that nobody has written yet: https://cloud.google.com/iam/docs/reference/rest/v1/Policy
_EMPTY = "ACAB"


def answer(cloud: Cloud, name: str, call: Call) -> Json:
    """The policy of a resource, by its name in this cloud. Raises 409 for a stale etag."""
    if call.method.verb == "testIamPermissions":
        return {"permissions": call.body.get("permissions", [])}
    present = cloud.policies.get(name, {"etag": _EMPTY})
    if call.method.verb == "getIamPolicy":
        return deepcopy(present)
    sent: Json = call.body.get("policy", {k: v for k, v in call.body.items() if k in ("bindings", "etag", "version")})
    if sent.get("etag") and sent["etag"] != present["etag"]:
        raise GoogleError(
            409,
            "There were concurrent policy changes. Please retry the whole read-modify-write with exponential backoff.",
            status="ABORTED",
            reason="aborted",
        )
    bindings = [binding for binding in sent.get("bindings", []) if binding.get("members")]
    rules.check(Change(cloud, "setIamPolicy", f"{name}/iamPolicies/policy", present, {"bindings": bindings}, sent))
    # https://cloud.google.com/iam/docs/policies#versions: one with a condition is of version 3.
    conditional = any("condition" in binding for binding in bindings)
    policy: Json = {"version": 3 if conditional else 1, "etag": cloud.fingerprint()}
    if bindings:
        policy["bindings"] = deepcopy(bindings)
    cloud.policies[name] = policy
    return deepcopy(policy)
