"""Signing in on our own page, and handing the visitor over to the page where it was begun."""
