"""Every change of a keyword rule gets the next number of one sequence, under a lock of its account
that is held until commit: the greatest number and the count of an account's rules say together
whether anything has changed since."""

FORWARDS = """
CREATE SEQUENCE messaging_keywordrule_version;
CREATE FUNCTION number_keyword_rule() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(7304004, (NEW.account_id % 2147483648)::integer);
    NEW.version := nextval('messaging_keywordrule_version');
    RETURN NEW;
END $$;
CREATE TRIGGER keyword_rule_numbered BEFORE INSERT OR UPDATE ON messaging_keywordrule
FOR EACH ROW EXECUTE FUNCTION number_keyword_rule();
"""
BACKWARDS = """
DROP TRIGGER keyword_rule_numbered ON messaging_keywordrule;
DROP FUNCTION number_keyword_rule();
DROP SEQUENCE messaging_keywordrule_version;
"""
