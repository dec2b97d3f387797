"""Comments under a page."""
