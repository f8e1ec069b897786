"""The deployment as it stands in Google Cloud: what commands read there, and what of it is as the stacks say.

Nothing here needs Terraform or its state: what is to be there follows from the synthesized stacks, by kind and names.
"""
