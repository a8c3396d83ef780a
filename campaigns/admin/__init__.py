"""Pages of contacts, lists, imports and campaigns; importing this registers them."""

from campaigns.admin import contacts, imports, lists

__all__ = ["contacts", "imports", "lists"]
