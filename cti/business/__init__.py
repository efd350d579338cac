"""Requests to business systems: what flows ask for, and what the data center knows of customers and their cases."""

from cti.business.client import BusinessHttp, shared_client, trusted
from cti.business.records import DataCenterCases, DataCenterCustomers

__all__ = ["BusinessHttp", "DataCenterCases", "DataCenterCustomers", "shared_client", "trusted"]
