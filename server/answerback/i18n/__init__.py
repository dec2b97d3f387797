"""Texts in each language, and how it writes numbers and times."""
