"""A visitor's own account page."""
