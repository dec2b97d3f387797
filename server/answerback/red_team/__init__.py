"""Attacks on answers by what pages, comments and visitors say, to be tried on a live model."""
