"""Import, export and backup."""
