"""The words in which it is counted what carriers do."""

# What is counted. `accepted` is the last segment of a message, `accepted_part` any other.
ACCEPTED, ACCEPTED_PART, ACCEPTED_UNASKED = "accepted", "accepted_part", "accepted_unasked"
STATUS = "status"  # the bucket is the command_status
TENTH = "tenth"  # the bucket is the tenth of the second in which segments were written
PEAK_SECOND, PEAK_MINUTE = "peak_second", "peak_minute"
DELIVERED, SILENT, CONVERTED = "delivered", "no_receipt", "converted"
UNDELIVERED = (
    "undelivered", "undeliverable", "receipt_expired", "receipt_rejected", "deleted", "partial",
)  # fmt: skip
RECEIPTS = (DELIVERED, *UNDELIVERED)
TAKEN = (ACCEPTED, ACCEPTED_UNASKED)
SEGMENTS = (ACCEPTED, ACCEPTED_PART, ACCEPTED_UNASKED)
