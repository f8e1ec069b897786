# Documentation's samples of Private Service Connect: a published TCP service, an endpoint, a group behind a load balancer.
variable "region" { default = "us-east1" }
variable "endpoint_group" { default = false }

terraform {
  required_providers {
    google = { source = "hashicorp/google", version = "~> 7.45" }
  }
}

provider "google" {
  project = "example-producer-project"
  region  = var.region
}

resource "google_compute_network" "psc_ilb_network" {
  name                    = "psc-ilb-network"
  auto_create_subnetworks = false
}

resource "google_compute_subnetwork" "psc_ilb_producer_subnetwork" {
  name          = "psc-ilb-producer-subnetwork"
  network       = google_compute_network.psc_ilb_network.id
  ip_cidr_range = "10.0.0.0/16"
}

resource "google_compute_subnetwork" "psc_ilb_nat" {
  name          = "psc-ilb-nat"
  network       = google_compute_network.psc_ilb_network.id
  purpose       = "PRIVATE_SERVICE_CONNECT"
  ip_cidr_range = "10.1.0.0/16"
}

resource "google_compute_health_check" "producer_service_health_check" {
  name               = "producer-service-health-check"
  check_interval_sec = 1
  timeout_sec        = 1
  tcp_health_check {
    port = "80"
  }
}

resource "google_compute_region_backend_service" "producer_service_backend" {
  name          = "producer-service"
  health_checks = [google_compute_health_check.producer_service_health_check.id]
}

resource "google_compute_forwarding_rule" "psc_ilb_target_service" {
  name                  = "producer-forwarding-rule"
  load_balancing_scheme = "INTERNAL"
  backend_service       = google_compute_region_backend_service.producer_service_backend.id
  all_ports             = true
  network               = google_compute_network.psc_ilb_network.name
  subnetwork            = google_compute_subnetwork.psc_ilb_producer_subnetwork.name
}

resource "google_compute_service_attachment" "psc_ilb_service_attachment" {
  name                  = "my-psc-ilb"
  description           = "A service attachment configured with Terraform"
  enable_proxy_protocol = false
  connection_preference = "ACCEPT_AUTOMATIC"
  nat_subnets           = [google_compute_subnetwork.psc_ilb_nat.id]
  target_service        = google_compute_forwarding_rule.psc_ilb_target_service.id
}

resource "google_compute_address" "psc_ilb_consumer_address" {
  name         = "psc-ilb-consumer-address"
  subnetwork   = "default"
  address_type = "INTERNAL"
}

resource "google_compute_forwarding_rule" "psc_ilb_consumer" {
  name                  = "psc-ilb-consumer-forwarding-rule"
  target                = google_compute_service_attachment.psc_ilb_service_attachment.id
  load_balancing_scheme = ""
  network               = "default"
  ip_address            = google_compute_address.psc_ilb_consumer_address.id
}

resource "google_compute_region_network_endpoint_group" "psc_neg_service_attachment" {
  count                 = var.endpoint_group ? 1 : 0
  name                  = "psc-neg"
  network               = google_compute_network.psc_ilb_network.self_link
  subnetwork            = google_compute_subnetwork.psc_ilb_producer_subnetwork.self_link
  region                = var.region
  network_endpoint_type = "PRIVATE_SERVICE_CONNECT"
  psc_target_service    = google_compute_service_attachment.psc_ilb_service_attachment.self_link
}

resource "google_compute_backend_service" "psc" {
  count                 = var.endpoint_group ? 1 : 0
  name                  = "psc-backend"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  protocol              = "HTTPS"
  backend {
    group = google_compute_region_network_endpoint_group.psc_neg_service_attachment[0].id
  }
}

resource "google_compute_url_map" "psc" {
  count           = var.endpoint_group ? 1 : 0
  name            = "psc-map"
  default_service = google_compute_backend_service.psc[0].id
}

resource "google_compute_target_https_proxy" "psc" {
  count            = var.endpoint_group ? 1 : 0
  name             = "psc-proxy"
  url_map          = google_compute_url_map.psc[0].id
  ssl_certificates = ["projects/example-producer-project/global/sslCertificates/shop"]
}

resource "google_compute_global_forwarding_rule" "psc" {
  count                 = var.endpoint_group ? 1 : 0
  name                  = "psc-front"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  target                = google_compute_target_https_proxy.psc[0].id
  port_range            = "443"
}
