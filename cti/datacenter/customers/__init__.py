"""Who is known by a telephone number."""
