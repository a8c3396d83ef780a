"""Price lists: uploaded, compared with what holds, confirmed, taken back; and taken away as CSV."""

from routing.services.prices.comparing import price_list_compare
from routing.services.prices.exports import price_rows
from routing.services.prices.intake import (
    READ_TASK,
    PriceListValues,
    price_list_read,
    price_list_upload,
    price_lists_resume,
)
from routing.services.prices.lists import (
    price_list_confirm,
    price_list_discard,
    price_list_undo,
)

__all__ = [
    "READ_TASK",
    "PriceListValues",
    "price_list_compare",
    "price_list_confirm",
    "price_list_discard",
    "price_list_read",
    "price_list_undo",
    "price_list_upload",
    "price_lists_resume",
    "price_rows",
]
