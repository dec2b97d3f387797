"""A site, its exact origins and its settings."""
