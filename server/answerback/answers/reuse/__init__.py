"""Finds earlier answers to the same question."""
