"""Requests to business systems: what flows ask for, and the data center's customer records."""

from cti.business.client import BusinessHttp, DataCenterCustomers, trusted

__all__ = ["BusinessHttp", "DataCenterCustomers", "trusted"]
