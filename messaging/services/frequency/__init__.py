"""The frequency ledger: how often advertisers write to numbers, exact under concurrency.

One row per advertiser and number, made or locked in one order (advertiser, number), so that two
batches cannot wait for each other. What a slot
counts as is read from its message, so nothing has to settle or free one: a message that is
blocked, cancelled or lost with its transaction simply no longer counts.
"""

from messaging.services.frequency.ledger import Bids, bids_reserve, bids_try
from messaging.services.frequency.losses import Loss, losses_take
from messaging.services.frequency.rows import Key

__all__ = ["Bids", "Key", "Loss", "bids_reserve", "bids_try", "losses_take"]
