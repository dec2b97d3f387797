"""Answerback: comments that answer back."""

__version__ = "0.1.0"
