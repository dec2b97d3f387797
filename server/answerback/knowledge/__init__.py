"""What a site's pages say."""
