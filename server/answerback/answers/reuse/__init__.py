"""What has been answered: found again when it is asked again, and corrected by the owner in the open."""
