"""Certificates, registrations and programs of senders: kept, handed in, granted, ended."""

from routing.services.papers.changes import paper_save, registrations_add
from routing.services.papers.files import document_attach
from routing.services.papers.records import kind_of
from routing.services.papers.states import Grant, paper_move, papers_expire

__all__ = [
    "Grant",
    "document_attach",
    "kind_of",
    "paper_move",
    "paper_save",
    "papers_expire",
    "registrations_add",
]
