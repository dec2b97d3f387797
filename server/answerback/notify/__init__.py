"""Notifications: owners by email, programs by webhook."""
