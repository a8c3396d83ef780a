"""Times as powers of two of a millisecond: a histogram of thirty numbers that adds up exactly.

Bucket 0 is less than a millisecond, bucket b from 2^(b-1) to 2^b milliseconds. A quantile is
right to within a factor of two, and between the bounds by the place in the bucket.
"""

from collections.abc import Mapping

MOST = 30  # 2^30 ms: twelve days


def bucket_of(seconds: float) -> int:
    """The bucket of a length of time; one that ran backwards counts as none."""
    return min(MOST, int(seconds * 1000).bit_length()) if seconds > 0 else 0


def bounds(bucket: int) -> tuple[float, float]:
    """From and to, in seconds."""
    if bucket <= 0:
        return 0.0, 0.001
    return 2 ** (bucket - 1) / 1000, 2**bucket / 1000


def quantile(counts: Mapping[int, int], part: float) -> float | None:
    """The seconds below which `part` (0 to 1) of the counted times are; None of none."""
    total = sum(counts.values())
    if total <= 0:
        return None
    wanted, below = part * total, 0
    for bucket in sorted(counts):
        count = counts[bucket]
        if count > 0 and below + count >= wanted:
            low, high = bounds(bucket)
            return low + (high - low) * max(0.0, wanted - below) / count
        below += count
    return bounds(max(counts))[1]


def part_above(counts: Mapping[int, int], seconds: float) -> float:
    """The part of the counted times (0 to 1) whose bucket begins at or above `seconds`."""
    total = sum(counts.values())
    above = sum(n for bucket, n in counts.items() if bounds(bucket)[0] >= seconds)
    return above / total if total > 0 else 0.0
