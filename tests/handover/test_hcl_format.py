"""HCL for people: laid out as `terraform fmt` does, references without quotes, and what is not known is refused."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from handover import hcl_format
from handover.bundle import Wish
from handover.hcl_values import InexpressibleError
from handover.variables import Variable
from tests.handover.conftest import CONFIGURATIONS, Make, put


def hcl(content: object) -> str:
    """What a file of this Terraform JSON becomes."""
    return hcl_format.stack_file(json.loads(json.dumps(content)))


def test_a_resource_with_everything() -> None:
    rule = {
        "name": "hello",
        "load_balancing_scheme": "",
        "ip_address": "${google_compute_address.a.id}",
        "target": "a-${var.x}",
        "recreate_closed_psc": True,
        "depends_on": ["google_compute_network.network"],
        "lifecycle": {
            "create_before_destroy": True,
            "ignore_changes": ["name"],
            "replace_triggered_by": ["terraform_data.a", "google_compute_address.a.id"],
            "precondition": [{"condition": '${a.b == "c"}', "error_message": 'It is ${a.b}, not "c".'}],
        },
    }
    assert hcl({"resource": {"google_compute_forwarding_rule": {"hello": rule}}}) == (
        """\
# The endpoint: an address of this network behind which the service answers.
resource "google_compute_forwarding_rule" "hello" {
  name = "hello"
  # A reference, so that the address is there first: nothing orders the two otherwise, and a later
  # change of the address is suppressed as no difference (issue 16870 of the provider).
  ip_address = google_compute_address.a.id
  # Empty on purpose: left out it means EXTERNAL, which the API refuses for an endpoint.
  load_balancing_scheme = ""
  # An endpoint whose attachment was replaced is CLOSED and never heals; with this the next apply
  # makes it anew.
  recreate_closed_psc = true
  target              = "a-${var.x}"

  lifecycle {
    create_before_destroy = true
    # The name follows from the content or from what exists; a change that replaces nothing must
    # keep it.
    ignore_changes       = [name]
    replace_triggered_by = [terraform_data.a, google_compute_address.a.id]

    precondition {
      condition     = a.b == "c"
      error_message = "It is ${a.b}, not \\"c\\"."
    }
  }

  depends_on = [google_compute_network.network]
}
"""
    )


def test_blocks_maps_lists_and_dynamic_blocks() -> None:
    service = {
        "labels": {"team": "a", "cost-center": "b"},
        "template": {
            "containers": [
                {"image": "${var.image}", "env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]}
            ],
            "dynamic": {"scaling": {"for_each": "${[]}", "content": {"max_instance_count": "${scaling.value}"}}},
        },
    }
    assert hcl({"resource": {"google_cloud_run_v2_service": {"x": service}}}) == (
        """\
# What is published. Only internal traffic reaches it, only named invokers may call.
resource "google_cloud_run_v2_service" "x" {
  labels = {
    "cost-center" = "b"
    team          = "a"
  }

  template {
    containers {
      image = var.image

      env {
        name  = "A"
        value = "1"
      }

      env {
        name  = "B"
        value = "2"
      }
    }

    dynamic "scaling" {
      for_each = []

      content {
        max_instance_count = scaling.value
      }
    }
  }
}
"""
    )


def test_moved_backend_variables_checks_and_outputs() -> None:
    content = {
        "terraform": {
            "backend": {"gcs": {"bucket": "b", "prefix": "p"}},
            "required_version": ">= 1.5.0",
            "required_providers": {"google": {"source": "hashicorp/google", "version": "7.45.0"}},
        },
        "moved": [{"from": "google_compute_network.a", "to": "google_compute_network.b"}],
        "removed": [{"from": "google_compute_network.c", "lifecycle": {"destroy": False}}],
        "variable": {"x": {"type": "map(number)", "nullable": False, "description": "A."}},
        "check": {"c": {"assert": [{"condition": "${true}", "error_message": "No."}]}},
        "output": {"o": {"value": "# one\n${a.b}", "description": "B."}},
    }
    assert hcl(content) == (
        """\
terraform {
  required_version = ">= 1.5.0"

  backend "gcs" {
    bucket = "b"
    prefix = "p"
  }

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "7.45.0"
    }
  }
}

variable "x" {
  type        = map(number)
  description = "A."
  nullable    = false
}

# Former addresses, which a state may still have: it takes the new ones, and nothing changes in
# the cloud.
moved {
  from = google_compute_network.a
  to   = google_compute_network.b
}

removed {
  from = google_compute_network.c

  lifecycle {
    destroy = false
  }
}

# A warning in every plan and apply, never a failure.
check "c" {
  assert {
    condition     = true
    error_message = "No."
  }
}

output "o" {
  description = "B."
  value = join("\\n", [
    "# one",
    a.b,
  ])
}
"""
    )


def test_values_stand_under_their_descriptions() -> None:
    variables = [
        Variable(name="a", type="map(number)", description="One.", value={"x-y": 1}, refused=None),
        Variable(name="b", type="set(string)", description="Two.", value=["${no template}"], refused=None),
        Variable(name="c", type="string", description="Three.", value=None, refused=None, nullable=True),
    ]
    assert hcl_format.values_file(variables) == (
        '# One.\na = {\n  "x-y" = 1\n}\n\n# Two.\nb = ["$${no template}"]\n\n# Three.\nc = null\n'
    )


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (
            {"resource": {"google_dns_policy": {"x": {}}}},
            "resource google_dns_policy: not known which of its keys",
        ),
        ({"data": {"google_client_config": {"x": {}}}}, "data google_client_config: not known"),
        ({"provider": {"random": [{}]}}, "provider random: not known"),
        ({"terraform": {"backend": {"s3": {}}}}, "backend s3: not known"),
        ({"module": {"x": {}}}, "module: a section that is not known here"),
        (
            {"resource": {"google_compute_network": {"x": {"params": {"a": 1}}}}},
            "google_compute_network.x.params: not known whether it is a block or a map",
        ),
        (
            {"resource": {"google_compute_network": {"x": {"list": [{"a": 1}]}}}},
            "google_compute_network.x.list: not known whether it is a block or a map",
        ),
        (
            {"resource": {"google_compute_network": {"x": {"depends_on": ["a b"]}}}},
            "google_compute_network.x.depends_on: 'a b' is no address",
        ),
        (
            {"resource": {"google_compute_network": {"x": {"dynamic": {"y": {"for_each": "${[]}", "content": {}}}}}}},
            "google_compute_network.x.dynamic.y: not known as a block",
        ),
        ({"resource": {"google_compute_network": {"x": {"name": "${a"}}}}, "google_compute_network.x.name: a template"),
    ],
)
def test_what_it_cannot_say_is_refused_by_name(content: object, sentence: str) -> None:
    with pytest.raises(InexpressibleError, match=re.escape(sentence)):
        hcl(content)


@pytest.mark.parametrize("file", CONFIGURATIONS, ids=lambda file: file.stem)
def test_terraform_fmt_has_nothing_to_do(file: Path, make: Make, tmp_path: Path) -> None:
    terraform = shutil.which("terraform")
    if not terraform:
        pytest.skip("Terraform is not on PATH")
    folder = put(make(file, Wish(format="hcl")).files, tmp_path / "bundle")
    done = subprocess.run(
        [terraform, "fmt", "-check", "-diff", "-recursive"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_long_words_are_whole() -> None:
    name = "a-name-that-is-as-long-as-google-takes-it-and-has-hyphens"
    described = {
        "type": "string",
        "description": f"Who may connect to the service that is published as {name}, and so on.",
    }
    assert f" {name}," in hcl({"variable": {"who": described}})
    member = "serviceAccount:${data.google_project.every_producer.number}-compute@developer.gserviceaccount.com"
    assert f'who = "{member}"' in hcl({"locals": {"who": member}})
