"""Visitors and owners: who is calling."""
