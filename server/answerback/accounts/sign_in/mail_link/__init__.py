"""Links by email: sign in, confirm an address, choose a new password."""
