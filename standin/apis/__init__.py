"""The APIs, one file each; activation, long_running, policies and revisions are parts of several or of a long one."""
