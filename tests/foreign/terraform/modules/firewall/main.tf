variable "project_id" { type = string }
variable "network" { type = string }
variable "ingress_rules" {
  type = map(object({
    source_ranges = optional(list(string), ["0.0.0.0/0"])
    targets       = optional(list(string))
    rules         = optional(list(object({ protocol = string, ports = optional(list(string)) })), [{ protocol = "all" }])
  }))
  default = {}
}

resource "google_compute_firewall" "custom" {
  for_each      = var.ingress_rules
  project       = var.project_id
  network       = var.network
  name          = each.key
  direction     = "INGRESS"
  source_ranges = each.value.source_ranges
  target_tags   = each.value.targets
  dynamic "allow" {
    for_each = { for rule in each.value.rules : "${rule.protocol}-${join("-", coalesce(rule.ports, []))}" => rule }
    iterator = rule
    content {
      protocol = rule.value.protocol
      ports    = rule.value.ports
    }
  }
}
