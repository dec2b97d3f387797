"""How well the text of pages is told from their frame."""
