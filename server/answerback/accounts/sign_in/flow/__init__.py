"""The sign-in page on our own origin, and the hand-over to the page where the sign-in began."""
