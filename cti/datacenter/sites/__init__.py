"""The sites: where agents connect, whether they are ready, and the web phone's account."""
