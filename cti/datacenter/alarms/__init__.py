"""Alarms: what sites say of their synthetic calls, and who says nothing any more."""
