"""Arithmetic of money: whole millionths of a currency, no clock, no database."""
