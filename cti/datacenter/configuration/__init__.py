"""What stands where: published versions, what differs between them, and how far each site is."""
