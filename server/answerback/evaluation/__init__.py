"""Evaluates how well a site's questions are answered, on its own pages and models."""
