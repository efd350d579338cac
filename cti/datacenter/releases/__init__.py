"""Published flows: versions that never change, which of them callers meet, and what sites have taken."""
