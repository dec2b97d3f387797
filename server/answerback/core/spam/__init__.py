"""Spam signals that explain themselves, and a text filter that learns from the owner."""
