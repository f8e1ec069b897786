"""The configuration of what exists: the live chain, walked from its attachment on, whatever it is called."""
