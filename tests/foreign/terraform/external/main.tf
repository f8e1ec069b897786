# A service on the internet in the style of a vendor's load balancer module: dynamic blocks, and links through locals.
variable "project_id" { default = "example-producer-project" }
variable "members" {
  type    = list(string)
  default = ["serviceAccount:orders@example-consumer-project.iam.gserviceaccount.com"]
}
variable "ingress" { default = "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER" }
variable "iap" { default = false }

terraform {
  required_providers {
    google      = { source = "hashicorp/google", version = "~> 7.45" }
    google-beta = { source = "hashicorp/google-beta", version = "~> 7.45" }
  }
}

module "run" {
  source     = "../modules/run"
  project_id = var.project_id
  region     = "us-east1"
  name       = "shop"
  image      = "us-docker.pkg.dev/cloudrun/container/hello"
  ingress    = var.ingress
}

resource "google_cloud_run_v2_service_iam_member" "authorize" {
  count    = length(var.members)
  project  = var.project_id
  location = "us-east1"
  name     = module.run.service_name
  role     = "roles/run.invoker"
  member   = element(var.members, count.index)
}

resource "google_compute_region_network_endpoint_group" "serverless" {
  project               = var.project_id
  name                  = "shop-neg"
  region                = "us-east1"
  network_endpoint_type = "SERVERLESS"
  cloud_run {
    service = module.run.service_name
  }
}

module "balancer" {
  source     = "../modules/external"
  project_id = var.project_id
  name       = "shop"
  backends = {
    default = { groups = [{ group = google_compute_region_network_endpoint_group.serverless.id }], iap = var.iap }
  }
}
