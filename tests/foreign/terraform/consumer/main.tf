# A consumer in the style of module libraries: network, endpoint addresses with what they point at, firewall by maps.
variable "project_id" {
  default = "example-consumer-project"
}
variable "region" {
  default = "us-east1"
}
variable "address" {
  default = "10.1.0.5"
}
variable "global_access" {
  default = false
}
variable "rules" {
  type = any
  default = {
    iap = { source_ranges = ["35.235.240.0/20"], rules = [{ protocol = "tcp", ports = ["22"] }] }
  }
}

terraform {
  required_providers {
    google      = { source = "hashicorp/google", version = "~> 7.45" }
    google-beta = { source = "hashicorp/google-beta", version = "~> 7.45" }
  }
}

module "vpc" {
  source     = "../modules/network"
  project_id = var.project_id
  name       = "callers"
  subnets = [
    { name = "callers", region = var.region, ip_cidr_range = "10.1.0.0/24" }
  ]
}

module "firewall" {
  source        = "../modules/firewall"
  project_id    = var.project_id
  network       = module.vpc.name
  ingress_rules = var.rules
}

module "addresses" {
  source     = "../modules/endpoint"
  project_id = var.project_id
  region     = var.region
  network    = module.vpc.self_link
  psc_addresses = {
    shop = {
      address          = var.address
      subnet_self_link = module.vpc.subnets["${var.region}/callers"].self_link
      service_attachment = {
        psc_service_attachment_link = "projects/example-producer-project/regions/${var.region}/serviceAttachments/shop"
        global_access               = var.global_access
      }
    }
  }
}
