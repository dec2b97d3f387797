"""Answerback: comments that answer back."""
