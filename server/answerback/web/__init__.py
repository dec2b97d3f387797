"""HTML pages on our own origin."""
