"""Owners' corrections of answers, and answers that their sources have outlived."""
