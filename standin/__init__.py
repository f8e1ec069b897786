"""A stand-in for the Google Cloud APIs on loopback, for rehearsing a deployment with the real Terraform and provider.

`Standin` runs it inside a program, `python -m standin` on its own; `environment(url)` gives the variables that point
Terraform, its google provider, the gcs backend and gcloud at it. It knows what the stacks of this project use and
refuses, in words that say so, what it does not know.
"""

from standin.environment import environment
from standin.server import Standin

__all__ = ["Standin", "environment"]
