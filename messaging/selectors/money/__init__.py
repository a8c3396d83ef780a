"""Reading the money of accounts."""
