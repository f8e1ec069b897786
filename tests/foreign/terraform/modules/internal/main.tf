variable "project_id" { type = string }
variable "name" { type = string }
variable "region" { type = string }
variable "network" { type = string }
variable "subnetwork" { type = string }
variable "ports" { type = list(string) }
variable "source_tags" { type = list(string) }
variable "target_tags" { type = list(string) }
variable "backends" {
  type    = list(any)
  default = []
}

terraform {
  required_providers {
    google = { source = "hashicorp/google" }
  }
}

data "google_compute_network" "network" {
  name    = var.network
  project = var.project_id
}

data "google_compute_subnetwork" "network" {
  name    = var.subnetwork
  project = var.project_id
  region  = var.region
}

data "google_project" "project" {
  project_id = var.project_id
}

resource "google_compute_forwarding_rule" "default" {
  project               = var.project_id
  name                  = var.name
  region                = var.region
  network               = data.google_compute_network.network.self_link
  subnetwork            = data.google_compute_subnetwork.network.self_link
  load_balancing_scheme = "INTERNAL"
  backend_service       = google_compute_region_backend_service.default.self_link
  ip_protocol           = "TCP"
  ports                 = var.ports
}

resource "google_compute_region_backend_service" "default" {
  project          = var.project_id
  name             = "${var.name}-with-tcp-hc"
  region           = var.region
  protocol         = "TCP"
  timeout_sec      = 10
  session_affinity = "NONE"
  dynamic "backend" {
    for_each = var.backends
    content {
      group = lookup(backend.value, "group", null)
    }
  }
  health_checks = [google_compute_health_check.tcp[0].self_link]
}

resource "google_compute_health_check" "tcp" {
  count   = 1
  project = var.project_id
  name    = "${var.name}-hc-tcp"
  tcp_health_check {
    port = 80
  }
}

resource "google_compute_firewall" "default-ilb-fw" {
  project     = var.project_id
  name        = "${var.name}-ilb-fw"
  network     = data.google_compute_network.network.name
  source_tags = var.source_tags
  target_tags = var.target_tags
  allow {
    protocol = "tcp"
    ports    = var.ports
  }
}

resource "google_compute_firewall" "default-hc" {
  project       = var.project_id
  name          = "${var.name}-hc"
  network       = data.google_compute_network.network.name
  source_ranges = ["130.211.0.0/22", "35.191.0.0/16"]
  target_tags   = var.target_tags
  allow {
    protocol = "tcp"
    ports    = ["80"]
  }
}

resource "google_project_iam_member" "callers" {
  project = var.project_id
  role    = "roles/run.invoker"
  member  = "serviceAccount:${data.google_project.project.number}-compute@developer.gserviceaccount.com"
}
