"""How owners prove who they are, beside a password: passkeys, codes of an app, recovery codes."""
