"""Single sign-on: the site's own server vouches for its users with short-lived tokens."""
