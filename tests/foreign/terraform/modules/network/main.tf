variable "name" { type = string }
variable "project_id" { type = string }
variable "subnets" {
  type = list(object({
    name          = string
    region        = string
    ip_cidr_range = string
    flow_logs     = optional(bool, true)
  }))
  default = []
}
variable "subnets_proxy_only" {
  type    = list(object({ name = string, region = string, ip_cidr_range = string }))
  default = []
}
variable "subnets_psc" {
  type    = list(object({ name = string, region = string, ip_cidr_range = string }))
  default = []
}

terraform {
  required_providers {
    google      = { source = "hashicorp/google" }
    google-beta = { source = "hashicorp/google-beta" }
  }
}

locals {
  subnets            = { for s in var.subnets : "${s.region}/${s.name}" => s }
  subnets_proxy_only = { for s in var.subnets_proxy_only : "${s.region}/${s.name}" => s }
  subnets_psc        = { for s in var.subnets_psc : "${s.region}/${s.name}" => s }
}

resource "google_compute_network" "network" {
  project                 = var.project_id
  name                    = var.name
  auto_create_subnetworks = false
}

resource "google_compute_subnetwork" "subnetwork" {
  provider                 = google-beta
  for_each                 = local.subnets
  project                  = var.project_id
  network                  = google_compute_network.network.name
  name                     = each.value.name
  region                   = each.value.region
  ip_cidr_range            = each.value.ip_cidr_range
  private_ip_google_access = true
  dynamic "log_config" {
    for_each = each.value.flow_logs ? [""] : []
    content {
      aggregation_interval = "INTERVAL_5_SEC"
      flow_sampling        = 0.5
      metadata             = "INCLUDE_ALL_METADATA"
    }
  }
}

resource "google_compute_subnetwork" "proxy_only" {
  for_each      = local.subnets_proxy_only
  project       = var.project_id
  network       = google_compute_network.network.name
  name          = each.value.name
  region        = each.value.region
  ip_cidr_range = each.value.ip_cidr_range
  purpose       = "REGIONAL_MANAGED_PROXY"
  role          = "ACTIVE"
}

resource "google_compute_subnetwork" "psc" {
  for_each      = local.subnets_psc
  project       = var.project_id
  network       = google_compute_network.network.name
  name          = each.value.name
  region        = each.value.region
  ip_cidr_range = each.value.ip_cidr_range
  purpose       = "PRIVATE_SERVICE_CONNECT"
}

output "self_link" { value = google_compute_network.network.self_link }
output "name" { value = google_compute_network.network.name }
output "subnets" { value = google_compute_subnetwork.subnetwork }
output "subnets_psc" { value = google_compute_subnetwork.psc }
