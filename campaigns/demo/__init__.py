"""The demo's contacts: invented people with numbers in the notations that real files have.

`manage.py make_demo_contacts` writes contacts.csv and second_market.csv from here; the same
seed gives the same files.
"""

from pathlib import Path

CONTACTS = Path(__file__).parent / "contacts.csv"
SECOND_MARKET = Path(__file__).parent / "second_market.csv"
