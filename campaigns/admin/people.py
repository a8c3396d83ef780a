from django.http import HttpRequest

from compliance.models import User


def actor_of(request: HttpRequest) -> User:
    """Who acts: pages of the console are for people who have signed in."""
    assert isinstance(request.user, User)
    return request.user
