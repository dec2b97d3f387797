"""Attacks on answers through pages, comments and questions, to run against a live model."""
