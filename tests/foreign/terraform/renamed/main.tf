# The same service with its module under another name, and a block that says so.
variable "project_id" {
  default = "example-producer-project"
}
variable "members" {
  type    = list(string)
  default = ["serviceAccount:orders@example-consumer-project.iam.gserviceaccount.com"]
}
variable "ingress" {
  default = "INGRESS_TRAFFIC_INTERNAL_ONLY"
}
variable "env" {
  type    = map(string)
  default = { TOKEN_TTL = "300s", PASSWORD_FILE = "/run/secrets/password" }
}

terraform {
  required_providers {
    google      = { source = "hashicorp/google", version = "~> 7.45" }
    google-beta = { source = "hashicorp/google-beta", version = "~> 7.45" }
  }
}

module "cloud_run" {
  for_each   = toset(["shop", "stock"])
  source     = "../modules/run"
  project_id = var.project_id
  region     = "us-east1"
  name       = each.key
  image      = "us-docker.pkg.dev/cloudrun/container/hello"
  ingress    = var.ingress
  env        = var.env
}

resource "google_cloud_run_v2_service_iam_member" "authorize" {
  for_each = toset(var.members)
  project  = var.project_id
  location = "us-east1"
  name     = module.cloud_run["shop"].service_name
  role     = "roles/run.invoker"
  member   = each.value
}

output "uris" {
  value = { for key, one in module.cloud_run : key => one.service_uri }
}

moved {
  from = module.run
  to   = module.cloud_run
}
