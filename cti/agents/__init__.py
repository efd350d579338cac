"""Agents' desktops at a site: one WebSocket each, JSON messages."""
