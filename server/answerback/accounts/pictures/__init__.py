"""Visitors' pictures: read, cleaned, kept and served by us."""
