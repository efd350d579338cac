"""Measures of contacts, queues, agents and flows: counted parts first, formulas over their sums second."""
