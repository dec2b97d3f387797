"""What everybody on a page sees happening."""
