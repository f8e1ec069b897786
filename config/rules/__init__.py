"""What no single setting can tell: rules between settings, and what is allowed but worth a second look."""
