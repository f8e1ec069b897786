"""How fast a synthesis is, beside an ordinary Python program and a native JavaScript one: `./psc benchmark`."""
