"""How what is published comes to a site: flows (bundles of files) and the configuration; the site's own copies, and the followers
that fetch what counts.

The data center gone, a site goes on with the versions it has, restarts included.
"""

from cti.releases.bundle import inspect, pack, unpack
from cti.releases.configuration import Configuration, ConfigurationCache, ConfigurationFollower, Standing
from cti.releases.follower import ReleaseFollower
from cti.releases.store import Release, ReleaseStore

__all__ = [
    "Configuration", "ConfigurationCache", "ConfigurationFollower", "Release", "ReleaseFollower", "ReleaseStore", "Standing",
    "inspect", "pack", "unpack",
]  # fmt: skip
