"""Evaluates how well a site's questions are answered, with its own pages and models."""
