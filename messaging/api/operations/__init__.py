"""What operators' systems read and change with keys of the platform: no account's messages."""
