"""Visitors' pictures: validated, cleaned, stored and served by this server."""
