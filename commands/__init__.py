"""The commands of ./psc. Standard library only at import, and never cdktf: help and errors come at once."""

# As in CHANGELOG.md.
VERSION = "1.0.0"
