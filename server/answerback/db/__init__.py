"""The database: reads, and writes as generators of statements."""
