variable "name" { type = string }
variable "project_id" { type = string }
variable "region" { type = string }
variable "image" { type = string }
variable "ingress" {
  type    = string
  default = "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"
}
variable "env" {
  type    = map(string)
  default = {}
}
variable "secrets" {
  type    = map(string)
  default = {}
}
variable "iam" {
  type    = map(list(string))
  default = {}
}
variable "service_account_create" {
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
  service_account_email = var.service_account_create ? google_service_account.service_account[0].email : null
}

resource "google_service_account" "service_account" {
  count        = var.service_account_create ? 1 : 0
  project      = var.project_id
  account_id   = "run-${var.name}"
  display_name = "Cloud Run ${var.name}"
}

resource "google_cloud_run_v2_service" "service" {
  provider            = google-beta
  project             = var.project_id
  name                = var.name
  location            = var.region
  ingress             = var.ingress
  deletion_protection = false
  template {
    service_account = local.service_account_email
    containers {
      image = var.image
      dynamic "env" {
        for_each = var.env
        content {
          name  = env.key
          value = env.value
        }
      }
      dynamic "env" {
        for_each = var.secrets
        content {
          name = env.key
          value_source {
            secret_key_ref {
              secret  = env.value
              version = "latest"
            }
          }
        }
      }
    }
  }
}

resource "google_cloud_run_v2_service_iam_binding" "binding" {
  for_each = var.iam
  project  = google_cloud_run_v2_service.service.project
  location = google_cloud_run_v2_service.service.location
  name     = google_cloud_run_v2_service.service.name
  role     = each.key
  members  = each.value
}

output "service_name" { value = google_cloud_run_v2_service.service.name }
output "service_uri" { value = google_cloud_run_v2_service.service.uri }
