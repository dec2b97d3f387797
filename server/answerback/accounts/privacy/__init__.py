"""Export, erasure, merging and expiry of personal data."""
