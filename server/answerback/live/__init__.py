"""Live events of a page."""
