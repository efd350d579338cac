"""The command line, a module for each family of commands. `cti/__main__.py` puts them together."""
