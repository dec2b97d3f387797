"""What is held for the owner and why: rules and signals before a comment is written, and what is decided."""
