"""What can be read of contacts: the list, and the story of one."""
