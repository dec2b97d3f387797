"""Links by mail: to sign in, to confirm an address, to choose a new password."""
