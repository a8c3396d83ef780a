"""The words of a template: grammar, slots, letters, languages, formats, cost, and matching. Pure.

Errors and findings carry a code and values, never a sentence for people; `sentences` marks what
is said of each, and the door that asked says it in the reader's language.
"""
