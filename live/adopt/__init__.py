"""Taking over what exists: which resources of the stacks are there, and what Terraform would do to them."""
