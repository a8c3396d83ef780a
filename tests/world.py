"""The people of the tests."""

from dataclasses import dataclass

from compliance.models import Account, Advertiser, User


@dataclass(frozen=True, slots=True)
class World:
    """Account A with Alice and Bob, account B with Charlie, and the platform's people."""

    account: Account
    advertiser: Advertiser
    other_account: Account
    other_advertiser: Advertiser
    alice: User
    bob: User
    ines: User
    charlie: User
    olga: User
    ada: User
