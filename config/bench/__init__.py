"""`make bench`: the platform measured whole, on servers and ports of its own."""
