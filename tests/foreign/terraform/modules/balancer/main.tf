variable "name" { type = string }
variable "project_id" { type = string }
variable "region" { type = string }
variable "vpc_config" { type = object({ network = string, subnetwork = string }) }
variable "port" {
  type    = number
  default = 80
}
variable "neg_configs" {
  type = map(object({ cloudrun = object({ region = string, target_service = object({ name = string }) }) }))
}
variable "backend_service_configs" {
  type = map(object({ backends = list(object({ group = string })) }))
}
variable "urlmap_config" { type = object({ default_service = string }) }
variable "global_access" {
  type    = bool
  default = true
}

terraform {
  required_providers {
    google      = { source = "hashicorp/google" }
    google-beta = { source = "hashicorp/google-beta" }
  }
}

locals {
  groups = { for k, v in google_compute_region_network_endpoint_group.default : k => v.id }
}

resource "google_compute_region_network_endpoint_group" "default" {
  for_each              = var.neg_configs
  project               = var.project_id
  region                = each.value.cloudrun.region
  name                  = "${var.name}-${each.key}"
  network_endpoint_type = "SERVERLESS"
  cloud_run {
    service = each.value.cloudrun.target_service.name
  }
}

resource "google_compute_region_backend_service" "default" {
  provider              = google-beta
  for_each              = var.backend_service_configs
  project               = var.project_id
  region                = var.region
  name                  = "${var.name}-${each.key}"
  load_balancing_scheme = "INTERNAL_MANAGED"
  protocol              = "HTTPS"
  dynamic "backend" {
    for_each = { for b in each.value.backends : b.group => b }
    content {
      group           = lookup(local.groups, backend.key, backend.key)
      capacity_scaler = 1
    }
  }
}

resource "google_compute_region_url_map" "default" {
  provider        = google-beta
  project         = var.project_id
  region          = var.region
  name            = var.name
  default_service = google_compute_region_backend_service.default[var.urlmap_config.default_service].id
}

resource "google_compute_region_target_http_proxy" "default" {
  project = var.project_id
  region  = var.region
  name    = var.name
  url_map = google_compute_region_url_map.default.id
}

resource "google_compute_forwarding_rule" "default" {
  provider              = google-beta
  project               = var.project_id
  region                = var.region
  name                  = var.name
  ip_protocol           = "TCP"
  load_balancing_scheme = "INTERNAL_MANAGED"
  network               = var.vpc_config.network
  subnetwork            = var.vpc_config.subnetwork
  port_range            = var.port
  allow_global_access   = var.global_access
  target                = google_compute_region_target_http_proxy.default.id
}

output "id" { value = google_compute_forwarding_rule.default.id }
output "forwarding_rule" { value = google_compute_forwarding_rule.default }
