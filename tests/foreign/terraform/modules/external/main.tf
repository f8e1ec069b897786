variable "name" { type = string }
variable "project_id" { type = string }
variable "backends" {
  type = map(object({ groups = list(object({ group = string })), iap = optional(bool, false) }))
}
variable "https" {
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
  address = join("", google_compute_global_address.default[*].address)
  url_map = join("", google_compute_url_map.default[*].self_link)
}

resource "google_compute_global_address" "default" {
  count      = 1
  project    = var.project_id
  name       = "${var.name}-address"
  ip_version = "IPV4"
}

resource "google_compute_global_forwarding_rule" "http" {
  count                 = 1
  project               = var.project_id
  name                  = var.name
  target                = google_compute_target_http_proxy.default[0].self_link
  ip_address            = local.address
  port_range            = "80"
  load_balancing_scheme = "EXTERNAL_MANAGED"
}

resource "google_compute_global_forwarding_rule" "https" {
  count                 = var.https ? 1 : 0
  project               = var.project_id
  name                  = "${var.name}-https"
  target                = google_compute_target_https_proxy.default[0].self_link
  ip_address            = local.address
  port_range            = "443"
  load_balancing_scheme = "EXTERNAL_MANAGED"
}

resource "google_compute_target_http_proxy" "default" {
  count   = 1
  project = var.project_id
  name    = "${var.name}-http-proxy"
  url_map = google_compute_url_map.https_redirect[0].self_link
}

resource "google_compute_target_https_proxy" "default" {
  count            = var.https ? 1 : 0
  project          = var.project_id
  name             = "${var.name}-https-proxy"
  url_map          = local.url_map
  ssl_certificates = google_compute_managed_ssl_certificate.default[*].self_link
}

resource "google_compute_managed_ssl_certificate" "default" {
  provider = google-beta
  count    = var.https ? 1 : 0
  project  = var.project_id
  name     = "${var.name}-cert"
  managed {
    domains = ["shop.example.com"]
  }
}

resource "google_compute_url_map" "default" {
  count           = 1
  project         = var.project_id
  name            = "${var.name}-url-map"
  default_service = google_compute_backend_service.default[keys(var.backends)[0]].self_link
}

resource "google_compute_url_map" "https_redirect" {
  count   = 1
  project = var.project_id
  name    = "${var.name}-https-redirect"
  default_url_redirect {
    https_redirect         = true
    redirect_response_code = "MOVED_PERMANENTLY_DEFAULT"
    strip_query            = false
  }
}

resource "google_compute_backend_service" "default" {
  provider              = google-beta
  for_each              = var.backends
  project               = var.project_id
  name                  = "${var.name}-backend-${each.key}"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  protocol              = "HTTPS"
  dynamic "backend" {
    for_each = toset(each.value.groups)
    content {
      group = backend.value.group
    }
  }
  dynamic "iap" {
    for_each = each.value.iap ? [1] : []
    content {
      enabled = true
    }
  }
}

output "external_ip" { value = local.address }
