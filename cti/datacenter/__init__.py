"""The data center: takes every site's facts once, projects them into tables, and answers who asks. It has no voice.

`create_app` builds the web application from plain values; `upgrade_database` brings a database to the newest schema.
"""

from cti.datacenter.app import create_app
from cti.datacenter.backup import back_up, restore
from cti.datacenter.config import DataCenterConfig, InspectedBundle, NodeTitle, WebPhoneAccount
from cti.datacenter.database import Database, DatabaseRefused, DatabaseUnavailable
from cti.datacenter.rebuilding import rebuild
from cti.datacenter.upgrade import upgrade_database

__all__ = [
    "DataCenterConfig",
    "Database",
    "DatabaseRefused",
    "DatabaseUnavailable",
    "InspectedBundle",
    "NodeTitle",
    "WebPhoneAccount",
    "back_up",
    "create_app",
    "rebuild",
    "restore",
    "upgrade_database",
]
