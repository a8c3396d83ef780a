"""Rules about texts that accounts and the platform set as data: pure, linear in time.

`ContentPolicy.rules_for` gives the rules of an account and country, `policy_findings` what they
say about a text; `kinds` describes and checks the parameters of each kind.
"""

from compliance.content_policy.evaluation import policy_findings, policy_hits
from compliance.content_policy.fields import PARAM_ERRORS, ParamError
from compliance.content_policy.kinds import KINDS, Kind, clean_params, params_of
from compliance.content_policy.links import Link, find_links
from compliance.content_policy.model import (
    LINK_KINDS,
    PREFIX,
    SEGMENT_COUNT,
    VALUE,
    ContentPolicy,
    PolicyHit,
    PolicyRule,
)

__all__ = [
    "KINDS",
    "LINK_KINDS",
    "PARAM_ERRORS",
    "PREFIX",
    "SEGMENT_COUNT",
    "VALUE",
    "ContentPolicy",
    "Kind",
    "Link",
    "ParamError",
    "PolicyHit",
    "PolicyRule",
    "clean_params",
    "find_links",
    "params_of",
    "policy_findings",
    "policy_hits",
]
