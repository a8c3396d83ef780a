"""Money: whether and how each message is charged, a balance with each account, a ledger for good."""

MONEY = """
-- Messages of test keys go to the sandbox and count nowhere. With a constant default no row is
-- rewritten.
ALTER TABLE messaging_message ADD COLUMN is_test boolean NOT NULL DEFAULT false;
-- Which ends are charged (routing.charge_terms); nothing where the message is not billed at all.
ALTER TABLE messaging_message ADD COLUMN charge_terms smallint;

CREATE FUNCTION start_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO messaging_balance (account_id, mode, alert_percents, funds_micros, taken_micros,
        reserved_micros, charged_micros, day_micros, month_micros, unit_micros, mark_micros,
        alerts_told, alert_emails, resumes_campaigns)
    VALUES (NEW.id, 'unlimited', '{80,95,100}', 0, 0, 0, 0, 0, 0, 0, 0, '{}', '{}', true)
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER account_starts_balance AFTER INSERT ON compliance_account
FOR EACH ROW EXECUTE FUNCTION start_balance();
INSERT INTO messaging_balance (account_id, mode, alert_percents, funds_micros, taken_micros,
    reserved_micros, charged_micros, day_micros, month_micros, unit_micros, mark_micros,
    alerts_told, alert_emails, resumes_campaigns)
SELECT id, 'unlimited', '{80,95,100}', 0, 0, 0, 0, 0, 0, 0, 0, '{}', '{}', true FROM compliance_account;
-- One row per account that is rewritten with each acceptance: its pages stay free for that.
ALTER TABLE messaging_balance SET (fillfactor = 10, autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 1000);
ALTER TABLE messaging_moneydelta SET (autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 5000);

CREATE FUNCTION keep_ledger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the money ledger stays as it was written'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER ledger_stays BEFORE UPDATE OR DELETE ON messaging_ledgerentry
FOR EACH ROW EXECUTE FUNCTION keep_ledger();
CREATE TRIGGER ledger_is_not_emptied BEFORE TRUNCATE ON messaging_ledgerentry
FOR EACH STATEMENT EXECUTE FUNCTION keep_ledger();

-- Amounts of two currencies cannot be added: an account keeps its own once money has moved.
CREATE FUNCTION keep_currency() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM messaging_ledgerentry WHERE account_id = NEW.id)
        OR EXISTS (SELECT FROM messaging_balance WHERE account_id = NEW.id AND taken_micros <> 0)
        OR EXISTS (SELECT FROM messaging_moneydelta WHERE account_id = NEW.id) THEN
        RAISE EXCEPTION 'account % keeps its currency: money has moved in it', NEW.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER account_keeps_currency BEFORE UPDATE OF currency ON compliance_account
FOR EACH ROW WHEN (OLD.currency IS DISTINCT FROM NEW.currency) EXECUTE FUNCTION keep_currency();
"""

NO_MONEY = """
DROP FUNCTION keep_currency() CASCADE;
DROP FUNCTION keep_ledger() CASCADE;
DROP FUNCTION start_balance() CASCADE;
ALTER TABLE messaging_message DROP COLUMN charge_terms, DROP COLUMN is_test;
"""
