variable "name" { type = string }
variable "project_id" { type = string }
variable "region" { type = string }
variable "target" { type = string }
variable "service_attachment" {
  type = object({
    nat_subnets          = list(string)
    automatic_connection = optional(bool, false)
    consumer_accept_lists = optional(map(string), {})
    reconcile            = optional(bool, true)
  })
}

resource "google_compute_service_attachment" "default" {
  project               = var.project_id
  region                = var.region
  name                  = var.name
  description           = "Service attachment ${var.name}."
  target_service        = var.target
  nat_subnets           = var.service_attachment.nat_subnets
  connection_preference = var.service_attachment.automatic_connection ? "ACCEPT_AUTOMATIC" : "ACCEPT_MANUAL"
  reconcile_connections = var.service_attachment.reconcile
  enable_proxy_protocol = false
  dynamic "consumer_accept_lists" {
    for_each = var.service_attachment.consumer_accept_lists
    content {
      project_id_or_num = consumer_accept_lists.key
      connection_limit  = consumer_accept_lists.value
    }
  }
}

output "id" { value = google_compute_service_attachment.default.id }
