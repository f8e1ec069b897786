variable "project_id" { type = string }
variable "policy_name" { type = string }
variable "target_vpcs" { type = list(string) }
variable "rules" {
  type = list(object({
    priority  = number
    action    = string
    rule_name = optional(string)
    match = object({
      src_ip_ranges  = optional(list(string))
      layer4_configs = optional(list(object({ ip_protocol = string, ports = optional(list(string)) })))
    })
  }))
}

terraform {
  required_providers {
    google      = { source = "hashicorp/google" }
    google-beta = { source = "hashicorp/google-beta" }
  }
}

resource "google_compute_network_firewall_policy" "fw_policy" {
  count   = 1
  project = var.project_id
  name    = var.policy_name
}

resource "google_compute_network_firewall_policy_association" "vpc_associations" {
  count             = length(var.target_vpcs)
  project           = var.project_id
  name              = "${var.policy_name}-${count.index}"
  attachment_target = var.target_vpcs[count.index]
  firewall_policy   = google_compute_network_firewall_policy.fw_policy[0].name
}

resource "google_compute_network_firewall_policy_rule" "rules" {
  provider        = google-beta
  for_each        = { for rule in var.rules : rule.priority => rule }
  project         = var.project_id
  priority        = each.key
  action          = each.value.action
  direction       = "INGRESS"
  rule_name       = each.value.rule_name
  firewall_policy = google_compute_network_firewall_policy.fw_policy[0].name
  match {
    src_ip_ranges = lookup(each.value.match, "src_ip_ranges", [])
    dynamic "layer4_configs" {
      for_each = each.value.match.layer4_configs
      content {
        ip_protocol = layer4_configs.value.ip_protocol
        ports       = layer4_configs.value.ports
      }
    }
  }
}
