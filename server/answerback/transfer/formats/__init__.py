"""Readers of files from elsewhere."""
