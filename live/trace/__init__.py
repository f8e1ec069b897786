"""The way of a request, hop by hop, out of the logs of both sides; nothing here needs Terraform or its state."""
