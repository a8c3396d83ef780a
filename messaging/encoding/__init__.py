"""From text to octets and back: alphabets, segments, headers, and what makes a text expensive.

Pure: no Django, no clock, no I/O. Errors carry a code and figures, never a sentence for people;
the service that asked says it in the reader's language.
"""
