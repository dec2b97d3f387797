"""What people read, in each language: one file of texts a language, and how it writes numbers and times."""
