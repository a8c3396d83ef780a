"""A shell command that posts an event signed by a scheme: with it somebody tries a source before
the platform is set up, and sees how the platform has to sign."""

from collections.abc import Mapping

from campaigns.triggers.signatures import STANDARD, Scheme


def shell_post(
    scheme: Scheme,
    *,
    url: str,
    body: str,
    headers: Mapping[str, str] | None = None,
    secret: str = "",
) -> str:
    """Lines for bash with openssl and curl. `secret` "": the place where it goes. `headers` are
    those in which the source reads the event's name or id."""
    is_standard = scheme.kind == STANDARD
    shown = secret or ("whsec_…" if is_standard else "…")
    lines = [f"SECRET={_quoted(shown)}", f"BODY={_quoted(body)}"]
    lines += ["ID=evt_$(date +%s%N)", "TIME=$(date +%s)"] if _needs_both(scheme) else _some(scheme)
    given = {"Content-Type": "application/json", **(headers or {})}
    lines += _standard(given) if is_standard else _hmac(scheme, given)
    lines.append(f"curl -sS {_quoted(url)} \\")
    lines += [f'  -H "{name}: {value}" \\' for name, value in given.items()]
    return "\n".join([*lines, '  --data-binary "$BODY"'])


def _needs_both(scheme: Scheme) -> bool:
    return scheme.kind == STANDARD or "{id}" in scheme.signed_content


def _some(scheme: Scheme) -> list[str]:
    return ["TIME=$(date +%s)"] if scheme.needs_time else []


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _standard(headers: dict[str, str]) -> list[str]:
    """The key is what the secret's base64 means (Standard Webhooks 1.0.0)."""
    key = '"${SECRET#whsec_}" | base64 -d'
    headers["webhook-id"] = "$ID"
    headers["webhook-timestamp"] = "$TIME"
    headers["webhook-signature"] = "v1,$SIGNATURE"
    return _signed("sha256", key, '"$ID.$TIME.$BODY"', "base64 -w0")


def _hmac(scheme: Scheme, headers: dict[str, str]) -> list[str]:
    content = scheme.signed_content
    for name, variable in (("{id}", "$ID"), ("{timestamp}", "$TIME"), ("{body}", "$BODY")):
        content = content.replace(name, variable.replace("$", "${") + "}")
    if "{id}" in scheme.signed_content:
        headers[scheme.id_header] = "$ID"
    if scheme.timestamp_header and scheme.needs_time and not scheme.timestamp_member:
        headers[scheme.timestamp_header] = "$TIME"
    value = f"{scheme.prefix}$SIGNATURE"
    if scheme.signature_member:
        value = f"{scheme.signature_member}={value}"
        if scheme.timestamp_member:
            value = f"{scheme.timestamp_member}=$TIME,{value}"
    headers[scheme.header] = value
    written = "base64 -w0" if scheme.encoding == "base64" else _HEX
    return _signed(scheme.algorithm, '"$SECRET"', f'"{content}"', written)


_HEX = "od -An -v -tx1 | tr -d ' \\n'"


def _signed(algorithm: str, key: str, content: str, written: str) -> list[str]:
    return [
        f"KEY=$(printf %s {key} | {_HEX})",
        f"SIGNATURE=$(printf %s {content} |",
        f'  openssl dgst -{algorithm} -mac HMAC -macopt "hexkey:$KEY" -binary | {written})',
    ]
