"""Reading a whole site politely."""
