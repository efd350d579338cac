"""How published flows come to a site: bundles of files, the site's own copies, and the follower that fetches what is released.

The data center gone, a site goes on with the versions it has, restarts included.
"""

from cti.releases.bundle import inspect, pack, unpack
from cti.releases.follower import ReleaseFollower
from cti.releases.store import Release, ReleaseStore

__all__ = ["Release", "ReleaseFollower", "ReleaseStore", "inspect", "pack", "unpack"]
