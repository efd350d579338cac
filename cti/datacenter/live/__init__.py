"""Telling consoles what changed, as it changes."""
