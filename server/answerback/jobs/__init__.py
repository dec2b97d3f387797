"""Work beside requests: put as a row into the caller's own write, run under a lease, tried again, and scheduled."""
