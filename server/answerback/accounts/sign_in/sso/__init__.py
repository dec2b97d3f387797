"""Sites that have users of their own: their server says who somebody is, by a short-lived token."""
