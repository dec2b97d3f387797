"""Owners' corrections, and answers whose sources have changed."""
