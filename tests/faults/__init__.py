"""Faults under load, on real parts: what breaks, who is there meanwhile, and what must be true afterwards."""
