"""Books that prove themselves: salted digests of rows, links at commit, no other change.

The canonical texts are described in docs/compliance.md ("The consent ledger"); whoever changes
one gives it a new form number, in the trigger and in compliance/services/chains.
"""

# Rows: NEW.id is known before insertion, so the digest can hold it.
ROWS = """
CREATE FUNCTION ledger_time(timestamptz) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT to_char($1 AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
$$;
CREATE FUNCTION ledger_sha256(text) RETURNS bytea LANGUAGE sql STABLE AS $$
    SELECT sha256(convert_to($1, 'UTF8'))
$$;
CREATE FUNCTION ledger_seal_consent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.salt := gen_random_uuid();
    NEW.transaction := pg_current_xact_id()::text::bigint;
    NEW.personal := {consent_personal};
    NEW.digest := {consent_row};
    RETURN NEW;
END $$;
CREATE FUNCTION ledger_seal_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.salt := gen_random_uuid();
    NEW.transaction := pg_current_xact_id()::text::bigint;
    NEW.personal := {audit_personal};
    NEW.digest := {audit_row};
    RETURN NEW;
END $$;
"""
CONSENT_PERSONAL = """ledger_sha256(json_build_array(
        {0}.salt, {0}.msisdn, {0}.source, {0}.evidence::text, {0}.document_id)::text)"""
CONSENT_ROW = """ledger_sha256(json_build_array(
        'consent/1', {0}.id, {0}.account_id, {0}.advertiser_id, {0}.purpose, {0}.action,
        {0}.method, {0}.text_version, {0}.content, {0}.form, {0}.frequency, {0}.promised_limit,
        {0}.promised_hours, ledger_time({0}.expires_at), {0}.cause, {0}.actor_id,
        ledger_time({0}.given_at), ledger_time({0}.recorded_at),
        encode({0}.personal, 'hex'))::text)"""
AUDIT_PERSONAL = """ledger_sha256(json_build_array(
        {0}.salt, {0}.subject, {0}.detail::text)::text)"""
AUDIT_ROW = """ledger_sha256(json_build_array(
        'audit/1', {0}.id, {0}.account_id, {0}.actor_id, {0}.action, ledger_time({0}.at),
        encode({0}.personal, 'hex'))::text)"""
# A statement notes which books it wrote to; the note's own trigger makes the links at commit,
# all of a transaction in one order, so that two transactions never wait for each other.
LINKS = """
CREATE UNLOGGED TABLE ledger_note (
    transaction bigint NOT NULL,
    account_id bigint NOT NULL,
    chain text NOT NULL,
    first_row bigint NOT NULL,
    last_row bigint NOT NULL,
    PRIMARY KEY (transaction, account_id, chain)
);
CREATE FUNCTION ledger_note_rows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO ledger_note AS note (transaction, account_id, chain, first_row, last_row)
    SELECT pg_current_xact_id()::text::bigint, coalesce(account_id, 0), TG_ARGV[0],
        min(id), max(id)
    FROM made GROUP BY account_id ORDER BY account_id
    ON CONFLICT (transaction, account_id, chain) DO UPDATE SET
        first_row = least(note.first_row, EXCLUDED.first_row),
        last_row = greatest(note.last_row, EXCLUDED.last_row);
    RETURN NULL;
END $$;
CREATE FUNCTION ledger_link_rows(
    of_table text, of_account bigint, from_row bigint, to_row bigint, of_transaction bigint,
    OUT rows bigint, OUT digest bytea, OUT first_row bigint, OUT last_row bigint
) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format(
        'SELECT count(*), sha256(string_agg(digest, NULL ORDER BY id)), min(id), max(id) FROM %I
         WHERE id BETWEEN $1 AND $2 AND transaction = $3 AND coalesce(account_id, 0) = $4',
        of_table
    ) INTO rows, digest, first_row, last_row USING from_row, to_row, of_transaction, of_account;
END $$;
CREATE FUNCTION ledger_link(
    of_account bigint, of_chain text, from_row bigint, to_row bigint, of_transaction bigint
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    made record;
    head compliance_chainhead;
    account bigint := nullif(of_account, 0);
    of_table text := CASE of_chain WHEN 'consent' THEN 'compliance_consentrecord'
        ELSE 'compliance_auditentry' END;
    next bigint;
    link bytea;
    moment timestamptz := clock_timestamp();
BEGIN
    made := ledger_link_rows(of_table, of_account, from_row, to_row, of_transaction);
    IF made.rows = 0 THEN
        RETURN;
    END IF;
    INSERT INTO compliance_chainhead (account_id, chain, number, digest, rows)
    VALUES (account, of_chain, 0, decode(repeat('00', 32), 'hex'), 0)
    ON CONFLICT (account_id, chain) DO NOTHING;
    SELECT * INTO STRICT head FROM compliance_chainhead
    WHERE account_id IS NOT DISTINCT FROM account AND chain = of_chain FOR UPDATE;
    next := head.number + 1;
    link := ledger_sha256(json_build_array(
        'link/1', of_chain, account, next, encode(head.digest, 'hex'), made.rows,
        made.first_row, made.last_row, encode(made.digest, 'hex'), ledger_time(moment))::text);
    INSERT INTO compliance_chainlink (account_id, chain, number, form, previous, digest,
        rows_digest, rows, first_row, last_row, transaction, made_at)
    VALUES (account, of_chain, next, 1, head.digest, link, made.digest, made.rows,
        made.first_row, made.last_row, of_transaction, moment);
    UPDATE compliance_chainhead SET number = next, digest = link, rows = head.rows + made.rows
    WHERE id = head.id;
END $$;
CREATE FUNCTION ledger_link_notes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    note ledger_note;
BEGIN
    FOR note IN SELECT * FROM ledger_note WHERE transaction = NEW.transaction
        ORDER BY account_id, chain
    LOOP
        DELETE FROM ledger_note WHERE transaction = note.transaction
            AND account_id = note.account_id AND chain = note.chain;
        PERFORM ledger_link(
            note.account_id, note.chain, note.first_row, note.last_row, note.transaction);
    END LOOP;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_note_links AFTER INSERT ON ledger_note
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_link_notes();
"""
# What erasure may do to a row: take away everything of the person at once, and nothing else.
GUARDS = """
CREATE FUNCTION ledger_only_erases() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    blank jsonb := TG_ARGV[0]::jsonb;
BEGIN
    IF to_jsonb(NEW) = to_jsonb(OLD) || blank THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
"""
BLANKS = {
    "compliance_consentrecord": '{"salt": null, "msisdn": "", "source": "", "evidence": {},'
    ' "document_id": null}',
    "compliance_auditentry": '{"salt": null, "subject": "", "detail": {}}',
}
BOOKS = {"consent": "compliance_consentrecord", "audit": "compliance_auditentry"}
SEAL = """
CREATE TRIGGER {table}_is_append_only BEFORE DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER {table}_only_erases BEFORE UPDATE ON {table}
FOR EACH ROW EXECUTE FUNCTION ledger_only_erases('{blank}');
CREATE TRIGGER {table}_is_sealed BEFORE INSERT ON {table}
FOR EACH ROW EXECUTE FUNCTION ledger_seal_{chain}();
CREATE TRIGGER {table}_is_noted AFTER INSERT ON {table} REFERENCING NEW TABLE AS made
FOR EACH STATEMENT EXECUTE FUNCTION ledger_note_rows('{chain}');
"""
APPEND_ONLY_LINKS = """
CREATE TRIGGER compliance_chainlink_is_append_only
BEFORE UPDATE OR DELETE OR TRUNCATE ON compliance_chainlink
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""
CHAINS = (
    ROWS.format(
        consent_personal=CONSENT_PERSONAL.format("NEW"),
        consent_row=CONSENT_ROW.format("NEW"),
        audit_personal=AUDIT_PERSONAL.format("NEW"),
        audit_row=AUDIT_ROW.format("NEW"),
    )
    + LINKS
    + GUARDS
    + APPEND_ONLY_LINKS
    + "".join(
        SEAL.format(table=table, chain=chain, blank=BLANKS[table])
        for chain, table in BOOKS.items()
    )
)
UNCHAINS = """
DROP TABLE ledger_note;
DROP FUNCTION ledger_link_notes(), ledger_link(bigint, text, bigint, bigint, bigint),
    ledger_link_rows(text, bigint, bigint, bigint, bigint);
DROP FUNCTION ledger_only_erases(), ledger_note_rows(), ledger_seal_audit(),
    ledger_seal_consent() CASCADE;
DROP FUNCTION ledger_sha256(text), ledger_time(timestamptz);
"""
