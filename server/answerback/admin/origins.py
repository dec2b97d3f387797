"""Which origins an owner may give a site.

The server reads the pages of an origin, and shows owners what it has read. A site's owner need not be the server's
operator, and must not reach the server's internal addresses this way.
"""

from __future__ import annotations

from collections.abc import Collection

from ..net.deny_list import PrivateSites
from .auth import Owner


def may_name(owner: Owner, private: PrivateSites, wanted: Collection[str], known: Collection[str] = ()) -> bool:
    """Whether this owner may give a site these origins, besides its present ones. Owners of all sites may add private
    addresses, others only those that the operator has named."""
    return owner.all_sites or not any(private.forbid(origin) for origin in wanted if origin not in known)
