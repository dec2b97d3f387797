"""A visitor's own account: pictures, ways in, sessions, export, erasure."""
