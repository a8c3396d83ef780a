"""What proof packs are made of: everything stored about a message or a number, as values."""
