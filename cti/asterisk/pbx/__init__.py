"""Starts, renders and watches Asterisk nodes. `launcher.Pbx` is what others use; `cli` gives people the same."""
