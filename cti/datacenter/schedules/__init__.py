"""When agents are to do what: published as files, read back, and what adherence and shrinkage are held against."""
