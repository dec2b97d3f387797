"""One file a revision: `STATEMENTS`, or `SQLITE` and `POSTGRESQL` where the two differ.

A revision that is on main is released: its statements are never touched again, a test holds their hashes.
"""
