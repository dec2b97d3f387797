"""Approval: rules and signals before a comment is written, and the owner's decisions."""
