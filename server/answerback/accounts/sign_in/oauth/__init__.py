"""Signing in by Kakao and GitHub."""
