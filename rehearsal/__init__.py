"""Rehearsals: the synthesized stacks, deployed by the real Terraform and provider against the stand-in on loopback."""
