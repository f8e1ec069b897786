"""Bundles for operations: the synthesized stacks as plain Terraform with variables, a runbook, and checksums."""
