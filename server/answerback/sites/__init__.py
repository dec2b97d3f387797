"""Sites, their exact origins and their settings."""
