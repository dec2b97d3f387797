"""Passages of a site, found for a question."""
