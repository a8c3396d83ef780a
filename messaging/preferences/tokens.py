"""The token of a person's link: an advertiser and a number in one encrypted block.

Pure. AES is a permutation of blocks, so without the key a token says nothing and cannot be
changed; five octets that must be zero make a guess right once in 2^40. In base 62 it has 22
characters, none of which a phone cuts off the end of a link.
"""

from collections.abc import Sequence

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

TOKEN_LENGTH = 22
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_VALUES = {character: value for value, character in enumerate(_ALPHABET)}
_BLOCK = 16
_MOST = 1 << 8 * _BLOCK
_INFO = b"signalbox preference link v1"
_ZEROS = bytes(5)


def key_of(secret: str) -> bytes:
    """The key of tokens under a secret (HKDF, RFC 5869)."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=_INFO).derive(secret.encode())


def token_make(key: bytes, advertiser_id: int, msisdn: str) -> str:
    """The token for a number of an advertiser: the same each time."""
    plain = advertiser_id.to_bytes(4, "big") + int(msisdn).to_bytes(7, "big") + _ZEROS
    encryptor = Cipher(algorithms.AES256(key), modes.ECB()).encryptor()  # noqa: S305  one block
    number = int.from_bytes(encryptor.update(plain), "big")
    digits = []
    for _ in range(TOKEN_LENGTH):
        number, value = divmod(number, len(_ALPHABET))
        digits.append(_ALPHABET[value])
    return "".join(reversed(digits))


def token_read(keys: Sequence[bytes], token: str) -> tuple[int, str] | None:
    """Advertiser and number of a token made with any of the keys; None for anything else.

    Every key is tried, whatever was found: no answer is quicker than another.
    """
    number = _number(token)
    block = number.to_bytes(_BLOCK, "big") if number is not None else bytes(_BLOCK)
    found = None
    for key in keys:
        decryptor = Cipher(algorithms.AES256(key), modes.ECB()).decryptor()  # noqa: S305
        plain = decryptor.update(block)
        if plain.endswith(_ZEROS) and number is not None:
            found = int.from_bytes(plain[:4], "big"), str(int.from_bytes(plain[4:11], "big"))
    return found


def _number(token: str) -> int | None:
    if len(token) != TOKEN_LENGTH or not set(token) <= _VALUES.keys():
        return None
    number = 0
    for character in token:
        number = number * len(_ALPHABET) + _VALUES[character]
    return number if number < _MOST else None
