# A network in the style of a vendor's modules: subnets and rules by maps, a firewall policy, perhaps a peering.
variable "project_id" { default = "example-consumer-project" }
variable "peer" {
  type    = string
  default = null
}
variable "policy" {
  type    = any
  default = null
}

terraform {
  required_providers {
    google      = { source = "hashicorp/google", version = "~> 7.45" }
    google-beta = { source = "hashicorp/google-beta", version = "~> 7.45" }
  }
}

module "vpc" {
  source             = "../modules/network"
  project_id         = var.project_id
  name               = "callers"
  subnets            = [{ name = "vms", region = "us-east1", ip_cidr_range = "10.1.0.0/24" }]
  subnets_proxy_only = []
  subnets_psc        = []
}

module "policy" {
  count       = var.policy == null ? 0 : 1
  source      = "../modules/policy"
  project_id  = var.project_id
  policy_name = "callers-policy"
  target_vpcs = [module.vpc.self_link]
  rules       = var.policy
}

resource "google_compute_network_peering" "local_network_peering" {
  count                = var.peer == null ? 0 : 1
  provider             = google-beta
  name                 = "callers-to-peer"
  network              = module.vpc.self_link
  peer_network         = var.peer
  export_custom_routes = true
}
