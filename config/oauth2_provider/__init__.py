"""Tables of django-oauth-toolkit, made in one step.

Its own migrations change its models 90 times, and each change renders all models that lead to
the user again: 30 s of CPU for every new database, and every worker of the tests. Its tables stay
empty: clients and tokens are compliance's (decision 27). After an upgrade `makemigrations` says
what has changed.
"""
