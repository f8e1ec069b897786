"""Google's rules about values, as pure functions and records: all that readers of configurations take from here.

Nothing in this package imports cdktf or a construct, so that a wrong configuration is told at once.
"""
