"""Figures of a flow's nodes, per version, from the visits that sites reported."""
