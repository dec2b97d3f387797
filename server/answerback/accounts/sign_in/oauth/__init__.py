"""Sign-in with Kakao and GitHub."""
