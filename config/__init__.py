"""What to deploy: typed settings out of one YAML file and a few environment variables. Never imports cdktf."""

DEFAULT_ENVIRONMENT = "default"
