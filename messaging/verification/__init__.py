"""Arithmetic of verifications and of the shield against SMS pumping. Pure: no Django, no clock."""
