"""How numbers are written in Vietnamese; Django's own file leaves large ones ungrouped."""

DECIMAL_SEPARATOR = ","
THOUSAND_SEPARATOR = "."
NUMBER_GROUPING = 3
