"""Answers: from a question to a settled answer."""
