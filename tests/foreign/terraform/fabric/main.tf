# A producer in the style of module libraries: everything stands in modules, keyed by maps, partly with google-beta.
variable "project_id" {
  default = "example-producer-project"
}
variable "region" { default = "us-east1" }
variable "port" { default = 80 }
variable "limits" {
  type = map(number)
  default = { "example-consumer-project" = 10 }
}
variable "callers" {
  type = list(string)
  default = ["serviceAccount:orders@example-consumer-project.iam.gserviceaccount.com"]
}
variable "image" { default = "us-docker.pkg.dev/cloudrun/container/hello" }

terraform {
  required_providers {
    google      = { source = "hashicorp/google", version = "~> 7.45" }
    google-beta = { source = "hashicorp/google-beta", version = "~> 7.45" }
  }
}

module "vpc" {
  source     = "../modules/network"
  project_id = var.project_id
  name       = "shop"
  subnets = [
    { name = "frontends", region = var.region, ip_cidr_range = "10.0.1.0/24" }
  ]
  subnets_proxy_only = [
    { name = "proxies", region = var.region, ip_cidr_range = "10.0.2.0/24" }
  ]
  subnets_psc = [
    { name = "nat", region = var.region, ip_cidr_range = "10.0.3.0/24" }
  ]
}

module "run" {
  source     = "../modules/run"
  project_id = var.project_id
  region     = var.region
  name       = "shop"
  image      = var.image
  iam        = { "roles/run.invoker" = var.callers }
}

module "balancer" {
  source     = "../modules/balancer"
  project_id = var.project_id
  region     = var.region
  name       = "shop"
  port       = var.port
  vpc_config = {
    network    = module.vpc.self_link
    subnetwork = module.vpc.subnets["${var.region}/frontends"].self_link
  }
  neg_configs = {
    shop = { cloudrun = { region = var.region, target_service = { name = module.run.service_name } } }
  }
  backend_service_configs = {
    default = { backends = [{ group = "shop" }] }
  }
  urlmap_config = { default_service = "default" }
  depends_on    = [module.vpc]
}

module "attachment" {
  source     = "../modules/attachment"
  project_id = var.project_id
  region     = var.region
  name       = "shop"
  target     = module.balancer.id
  service_attachment = {
    nat_subnets           = [module.vpc.subnets_psc["${var.region}/nat"].self_link]
    consumer_accept_lists = var.limits
  }
}

output "attachment" { value = module.attachment.id }
