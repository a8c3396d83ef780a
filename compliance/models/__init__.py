from compliance.models.account_rules import AccountRule, RuleException
from compliance.models.accounts import Account, Advertiser, Platform
from compliance.models.audit import AuditEntry
from compliance.models.chains import ChainCheck, ChainHead, ChainLink, LedgerDigest
from compliance.models.consent import ConsentRecord, ConsentState, Suppression
from compliance.models.content_rules import ContentRule
from compliance.models.documents import Document
from compliance.models.keys import ApiKey, ApiKeyAddress, OAuthClient, OAuthToken
from compliance.models.programs import Program
from compliance.models.registers import (
    Register,
    RegisterBadLine,
    RegisterEntry,
    RegisterSnapshot,
)
from compliance.models.retention import RetentionMark, RetentionPolicy, RetentionRun
from compliance.models.rules import RulePackActivation, RulePackVersion
from compliance.models.suppression_imports import SuppressionBadLine, SuppressionImport
from compliance.models.suppression_policies import SuppressionPolicy
from compliance.models.transfers import DataTransfer
from compliance.models.trial_accounts import TrialDay, VerifiedNumber
from compliance.models.users import User

__all__ = [
    "Account",
    "AccountRule",
    "Advertiser",
    "ApiKey",
    "ApiKeyAddress",
    "AuditEntry",
    "ChainCheck",
    "ChainHead",
    "ChainLink",
    "ConsentRecord",
    "ConsentState",
    "ContentRule",
    "DataTransfer",
    "Document",
    "LedgerDigest",
    "OAuthClient",
    "OAuthToken",
    "Platform",
    "Program",
    "Register",
    "RegisterBadLine",
    "RegisterEntry",
    "RegisterSnapshot",
    "RetentionMark",
    "RetentionPolicy",
    "RetentionRun",
    "RuleException",
    "RulePackActivation",
    "RulePackVersion",
    "Suppression",
    "SuppressionBadLine",
    "SuppressionImport",
    "SuppressionPolicy",
    "TrialDay",
    "User",
    "VerifiedNumber",
]
