"""docs/roles.md as text: the roles of the default deployment's stacks, and of every kind that there may be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from deployment.roles import kinds_table, stack_table, tester_table

_PAGE = """\
# Roles

This page says what deployers and testers must be allowed to do. It is generated from `deployment/kinds` and from the
synthesized stacks (`./psc test tests/docs/test_roles.py --write-docs` writes it anew); do not edit it by hand.

Grant these roles to a group, or to a service account that deployers impersonate (`impersonate_service_account` of a
side). The stacks grant none of them. `on` says what a role is granted on; do not grant a role for one service account,
bucket or project on anything wider. A name without `roles/` is a single permission, for a custom role.

## The default deployment, by stack

{stacks}

If the producer's deployer may not look up or change the consumer's project, set the consumer's `project_number` or
`invoker`. The stack `producer` then does not need the rows for the consumer's project. In that case, enable Compute
Engine in the consumer's project first, because its default account does not exist before that.

A service or VM that names no service account runs as its project's default Compute Engine account,
`PROJECT_NUMBER-compute@developer.gserviceaccount.com`. The deployer needs `roles/iam.serviceAccountUser` on this
account:

```sh
gcloud iam service-accounts add-iam-policy-binding PROJECT_NUMBER-compute@developer.gserviceaccount.com \\
    --project=my-consumer --member=group:deployers@example.com --role=roles/iam.serviceAccountUser
```

`compute.serviceAttachments.create` is listed separately because the walk-through names this permission. To see whether
a role contains it (and `.update`, `.delete`, `.get`), ask Google:

```sh
gcloud iam roles describe roles/compute.networkAdmin | grep serviceAttachments
```

Before the first deployment, enable two APIs by hand in the project that calls are counted against, because Terraform
needs them to enable the others: `serviceusage.googleapis.com` and `cloudresourcemanager.googleapis.com`.

`./psc adopt` takes over what exists with these roles and no others.

## Trying it out

{testers}

## Every kind of resource

{kinds}

Sources: [what each role holds](https://cloud.google.com/iam/docs/roles-permissions),
[publishing](https://cloud.google.com/vpc/docs/configure-private-service-connect-producer) and
[connecting](https://cloud.google.com/vpc/docs/configure-private-service-connect-services),
[deploying to Cloud Run](https://cloud.google.com/run/docs/reference/iam/roles),
[IAP for TCP](https://cloud.google.com/iap/docs/using-tcp-forwarding); read in November 2026.
"""


def page(stacks: Mapping[str, Mapping[str, Any]]) -> str:
    """The whole page for these synthesized stacks."""
    ordered = sorted(stacks.items(), key=lambda item: item[0] != "producer")
    sections = [f"### {name}\n\n{stack_table(stack)}" for name, stack in ordered]
    return _PAGE.format(stacks="\n\n".join(sections), testers=tester_table(), kinds=kinds_table())
