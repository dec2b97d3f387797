"""Processes untrusted input in separate worker processes."""
