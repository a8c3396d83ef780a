"""The SMPP 3.4 client: codec, session, link. Nothing here knows Django or messaging."""
