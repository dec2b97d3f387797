"""Sign-in methods."""
