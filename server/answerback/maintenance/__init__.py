"""What keeps a server whole for years: its backups, its disk, checks of its database, and who hears of trouble."""
