"""Reading contact files: encoding, dialect, columns, records, rows.

Pure: no Django, no clock, no database; `now` and the account's zone are passed in.
"""
