"""Outgoing requests that are safe from SSRF."""
