variable "project_id" { type = string }
variable "region" { type = string }
variable "network" { type = string }
variable "psc_addresses" {
  type = map(object({
    address          = string
    subnet_self_link = string
    service_attachment = optional(object({
      psc_service_attachment_link = string
      global_access               = optional(bool)
    }))
  }))
  default = {}
}

locals {
  services = { for k, v in var.psc_addresses : k => v if v.service_attachment != null }
}

resource "google_compute_address" "psc" {
  for_each     = var.psc_addresses
  project      = var.project_id
  region       = var.region
  name         = each.key
  address      = each.value.address
  address_type = "INTERNAL"
  subnetwork   = each.value.subnet_self_link
}

resource "google_compute_forwarding_rule" "psc_consumer" {
  for_each                = local.services
  project                 = var.project_id
  region                  = var.region
  name                    = each.key
  network                 = var.network
  ip_address              = google_compute_address.psc[each.key].self_link
  load_balancing_scheme   = ""
  target                  = each.value.service_attachment.psc_service_attachment_link
  allow_psc_global_access = each.value.service_attachment.global_access
  recreate_closed_psc     = true
}
