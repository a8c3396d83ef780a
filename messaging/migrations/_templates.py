"""A submitted wording stays as it was reviewed, and only approved wordings concern sending."""

from config.common.versions import triggers

# What was reviewed includes letters, other languages and format.
STAY = """
CREATE FUNCTION keep_template_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status = 'draft' THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'DELETE' OR NEW.status = 'draft'
        OR (NEW.body, NEW.slots, NEW.rewriting, NEW.variants, NEW.message_format, NEW.number,
            NEW.author_id, NEW.template_id)
            IS DISTINCT FROM
           (OLD.body, OLD.slots, OLD.rewriting, OLD.variants, OLD.message_format, OLD.number,
            OLD.author_id, OLD.template_id) THEN
        RAISE EXCEPTION 'template version % was submitted and stays', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER template_version_stays BEFORE UPDATE OR DELETE ON messaging_templateversion
FOR EACH ROW EXECUTE FUNCTION keep_template_version();

CREATE FUNCTION keep_template() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM messaging_templateversion
               WHERE template_id = OLD.id AND status <> 'draft') THEN
        RAISE EXCEPTION 'template % was reviewed with its class and advertiser', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER template_stays BEFORE UPDATE ON messaging_template
FOR EACH ROW WHEN (
    (OLD.account_id, OLD.advertiser_id, OLD.message_class, OLD.slug)
    IS DISTINCT FROM (NEW.account_id, NEW.advertiser_id, NEW.message_class, NEW.slug)
) EXECUTE FUNCTION keep_template();
"""
UNSTAY = """
DROP FUNCTION keep_template(), keep_template_version() CASCADE;
"""
# A draft that is written must not make every queued message be decided again: snapshots hold
# approved wordings only. A retired version still leaves what was accepted with it, so its
# withdrawal counts too.
RAISE = """
CREATE TRIGGER template_version_inserted AFTER INSERT ON messaging_templateversion
FOR EACH ROW WHEN (NEW.status = 'approved') EXECUTE FUNCTION raise_configuration_version();
CREATE TRIGGER template_version_updated AFTER UPDATE ON messaging_templateversion
FOR EACH ROW WHEN (OLD.status IN ('approved', 'retired') OR NEW.status = 'approved')
EXECUTE FUNCTION raise_configuration_version();
CREATE TRIGGER template_version_deleted AFTER DELETE ON messaging_templateversion
FOR EACH ROW WHEN (OLD.status = 'approved') EXECUTE FUNCTION raise_configuration_version();
CREATE TRIGGER template_versions_truncated AFTER TRUNCATE ON messaging_templateversion
FOR EACH STATEMENT EXECUTE FUNCTION raise_configuration_version();
"""
UNRAISE = """
DROP TRIGGER template_versions_truncated ON messaging_templateversion;
DROP TRIGGER template_version_deleted ON messaging_templateversion;
DROP TRIGGER template_version_updated ON messaging_templateversion;
DROP TRIGGER template_version_inserted ON messaging_templateversion;
"""
RAISE_WHOLE, UNRAISE_WHOLE = triggers("messaging_template", "messaging_templateregistration")
TEMPLATES = STAY + RAISE + RAISE_WHOLE
NO_TEMPLATES = UNRAISE_WHOLE + UNRAISE + UNSTAY
