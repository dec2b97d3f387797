"""A question becomes a settled answer."""
