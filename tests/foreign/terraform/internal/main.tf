# An internal load balancer in the style of a vendor's module, which reads the network that it is for.
variable "ports" {
  type    = list(string)
  default = ["80"]
}

terraform {
  required_providers {
    google = { source = "hashicorp/google", version = "~> 7.45" }
  }
}

module "balancer" {
  source      = "../modules/internal"
  project_id  = "example-consumer-project"
  name        = "inside"
  region      = "us-east1"
  network     = "callers"
  subnetwork  = "vms"
  ports       = var.ports
  source_tags = ["web"]
  target_tags = ["backend"]
}
