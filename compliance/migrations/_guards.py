"""Papers that stay as they were submitted or approved, and what raises the configuration version.

Rule packs raise it by their activations alone: a draft that is written must not make every
queued message be decided again.
"""

from config.common.versions import triggers

STAY = """
CREATE FUNCTION keep_rule_pack() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.author_id IS DISTINCT FROM OLD.author_id THEN
        RAISE EXCEPTION 'rule pack % keeps its author', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.status = 'draft' THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'DELETE' OR NEW.status = 'draft'
        OR (NEW.country, NEW.version, NEW.effective_from, NEW.data, NEW.checksum, NEW.origin)
            IS DISTINCT FROM
            (OLD.country, OLD.version, OLD.effective_from, OLD.data, OLD.checksum, OLD.origin) THEN
        RAISE EXCEPTION 'rule pack % was submitted and stays', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER rule_pack_stays BEFORE UPDATE OR DELETE ON compliance_rulepackversion
FOR EACH ROW EXECUTE FUNCTION keep_rule_pack();

CREATE FUNCTION keep_rule_pack_activation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NOT EXISTS (SELECT FROM compliance_rulepackversion v WHERE v.id = NEW.version_id
                       AND v.country = NEW.country AND v.status <> 'draft'
                       AND v.author_id IS NOT DISTINCT FROM NEW.author_id) THEN
            RAISE EXCEPTION 'an activation names the country and the author of its rule pack'
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' OR OLD.canceled_at IS NOT NULL
        OR (NEW.version_id, NEW.country, NEW.active_from, NEW.author_id, NEW.approved_by_id,
            NEW.approved_at, NEW.reason, NEW.is_first_run)
            IS DISTINCT FROM
            (OLD.version_id, OLD.country, OLD.active_from, OLD.author_id, OLD.approved_by_id,
             OLD.approved_at, OLD.reason, OLD.is_first_run) THEN
        RAISE EXCEPTION 'activation % stays', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER rule_pack_activation_stays
BEFORE INSERT OR UPDATE OR DELETE ON compliance_rulepackactivation
FOR EACH ROW EXECUTE FUNCTION keep_rule_pack_activation();

CREATE FUNCTION keep_account_rule() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.ended_at IS NOT NULL
        OR (NEW.account_id, NEW.advertiser_id, NEW.country, NEW.kind, NEW.params,
            NEW.message_classes, NEW.effective_from, NEW.effective_to, NEW.note, NEW.set_by_id)
            IS DISTINCT FROM
            (OLD.account_id, OLD.advertiser_id, OLD.country, OLD.kind, OLD.params,
             OLD.message_classes, OLD.effective_from, OLD.effective_to, OLD.note, OLD.set_by_id)
    THEN
        RAISE EXCEPTION 'account rule % stays; end it', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER account_rule_stays BEFORE UPDATE OR DELETE ON compliance_accountrule
FOR EACH ROW EXECUTE FUNCTION keep_account_rule();

CREATE FUNCTION keep_rule_exception() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.status IN ('refused', 'ended') OR NEW.status = 'asked'
        OR (NEW.account_id, NEW.advertiser_id, NEW.country, NEW.rule_id, NEW.message_classes,
            NEW.first_day, NEW.last_day, NEW.reason, NEW.asked_by_id)
            IS DISTINCT FROM
            (OLD.account_id, OLD.advertiser_id, OLD.country, OLD.rule_id, OLD.message_classes,
             OLD.first_day, OLD.last_day, OLD.reason, OLD.asked_by_id) THEN
        RAISE EXCEPTION 'rule exception % stays; end it', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER rule_exception_stays BEFORE UPDATE OR DELETE ON compliance_ruleexception
FOR EACH ROW EXECUTE FUNCTION keep_rule_exception();
"""
UNSTAY = """
DROP FUNCTION keep_rule_exception(), keep_account_rule(), keep_rule_pack_activation(),
    keep_rule_pack() CASCADE;
"""
RAISE, UNRAISE = triggers(
    "compliance_account",
    "compliance_advertiser",
    "compliance_contentrule",
    "compliance_register",
    "compliance_rulepackactivation",
    "compliance_accountrule",
    "compliance_ruleexception",
)
