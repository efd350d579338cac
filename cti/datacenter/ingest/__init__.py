"""Taking facts from the sites, each exactly once."""
