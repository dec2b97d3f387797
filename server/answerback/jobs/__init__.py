"""Background jobs: added in the caller's transaction, run under a lease, retried, and scheduled."""
