"""What may be seen of personal values in logs and error reports."""


def msisdn(value: str) -> str:
    """A number with its middle hidden: enough to recognise, too little to write to."""
    digits = value.lstrip("+")
    if len(digits) < 7:
        return "*" * len(digits)
    return f"{digits[:4]}{'*' * (len(digits) - 6)}{digits[-2:]}"
