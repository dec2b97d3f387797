"""Pages on our own origin."""
