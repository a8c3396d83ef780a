"""The hot path's tables, partitioned and tuned by measurement (see docs/decisions)."""

MESSAGE = """
CREATE TABLE messaging_message (
    id uuid NOT NULL PRIMARY KEY,
    account_id bigint NOT NULL,
    advertiser_id bigint NOT NULL,
    sender_id bigint NOT NULL,
    template_version_id bigint,
    campaign_id bigint,
    contact_id bigint,
    origin varchar(10) NOT NULL,
    message_class varchar(16) NOT NULL,
    status varchar(12) NOT NULL CONSTRAINT message_status_known CHECK (status IN (
        'accepted', 'scheduled', 'queued', 'sent', 'delivered', 'undelivered',
        'failed', 'expired', 'blocked', 'canceled', 'unknown')),
    failure_reason varchar(24) NOT NULL DEFAULT '',
    msisdn varchar(15) NOT NULL,
    country varchar(2) NOT NULL,
    network_id bigint,
    network_source varchar(10) NOT NULL,
    text text NOT NULL,
    encoding varchar(6) NOT NULL,
    segment_count smallint NOT NULL,
    segment_reference smallint,
    segments_sent smallint NOT NULL DEFAULT 0,
    carrier_id bigint,
    price_micros bigint NOT NULL DEFAULT 0,
    cost_micros bigint NOT NULL DEFAULT 0,
    currency varchar(3) NOT NULL,
    client_reference varchar(100) NOT NULL DEFAULT '',
    metadata jsonb,
    decision jsonb,
    command_status integer,
    receipt_error varchar(16) NOT NULL DEFAULT '',
    send_at timestamptz,
    not_after timestamptz,
    created_at timestamptz NOT NULL,
    sent_at timestamptz,
    done_at timestamptz,
    -- Nothing where as many are billed as were sent, which is most messages.
    billed_segments smallint,
    recipient_zone varchar(64)
) PARTITION BY RANGE (id);
CREATE INDEX message_by_account ON messaging_message (account_id, id);
CREATE INDEX message_by_campaign ON messaging_message (campaign_id, id)
    WHERE campaign_id IS NOT NULL;
CREATE INDEX message_by_number ON messaging_message (msisdn, id);
"""

SEGMENT = """
CREATE TABLE messaging_segment (
    day integer NOT NULL,
    message_id uuid NOT NULL,
    number smallint NOT NULL,
    total smallint NOT NULL,
    carrier_id bigint NOT NULL,
    bind_id bigint NOT NULL,
    smsc_message_id varchar(65) NOT NULL,
    status varchar(12) NOT NULL,
    receipt_error varchar(16) NOT NULL DEFAULT '',
    sent_at timestamptz NOT NULL,
    done_at timestamptz
) PARTITION BY RANGE (day);
CREATE INDEX segment_by_smsc_id ON messaging_segment (carrier_id, smsc_message_id);
CREATE INDEX segment_by_message ON messaging_segment (message_id);
CREATE INDEX segment_by_time ON messaging_segment USING brin (sent_at) WITH (pages_per_range = 16);
"""

EVENT = """
CREATE TABLE messaging_event (
    id uuid NOT NULL PRIMARY KEY,
    account_id bigint NOT NULL,
    sequence bigint NOT NULL,
    type varchar(40) NOT NULL,
    message_id uuid,
    at timestamptz NOT NULL,
    body text NOT NULL
) PARTITION BY RANGE (id);
CREATE INDEX event_by_account ON messaging_event (account_id, sequence);
"""

QUEUES = """
CREATE TABLE messaging_dispatch (
    carrier_id bigint NOT NULL,
    lane smallint NOT NULL,
    id uuid NOT NULL,
    account_id bigint NOT NULL,
    advertiser_id bigint NOT NULL,
    campaign_id bigint,
    msisdn varchar(15) NOT NULL,
    not_after timestamptz,
    rules_version bigint NOT NULL,
    attempts smallint NOT NULL DEFAULT 0,
    bind_id bigint,
    lease_epoch bigint,
    -- Carriers that refused it in a way that another may not: it does not go there again.
    tried_carriers bigint[] NOT NULL DEFAULT '{}',
    PRIMARY KEY (carrier_id, lane, id)
) WITH (fillfactor = 50, vacuum_truncate = off, autovacuum_vacuum_scale_factor = 0,
        autovacuum_vacuum_threshold = 20000, autovacuum_analyze_scale_factor = 0,
        autovacuum_analyze_threshold = 1000000);
CREATE TABLE messaging_waiting (
    id uuid NOT NULL PRIMARY KEY,
    due_at timestamptz NOT NULL,
    lane smallint NOT NULL,
    account_id bigint NOT NULL,
    advertiser_id bigint NOT NULL,
    campaign_id bigint,
    msisdn varchar(15) NOT NULL,
    not_after timestamptz,
    attempts smallint NOT NULL DEFAULT 0,
    reason varchar(16) NOT NULL,
    tried_carriers bigint[] NOT NULL DEFAULT '{}'
) WITH (vacuum_truncate = off, autovacuum_vacuum_scale_factor = 0.02);
CREATE INDEX waiting_by_due ON messaging_waiting (account_id, due_at, id);
CREATE INDEX waiting_by_campaign ON messaging_waiting (campaign_id) WHERE campaign_id IS NOT NULL;
-- A handful of rows at any time: providers are asked about them before they are decided again.
CREATE INDEX waiting_ported ON messaging_waiting (due_at) WHERE reason = 'ported';
"""

# Half-empty pages keep the batch updates of a page on that page (HOT): 1 % at fillfactor 100,
# 97 % at 50 (measured). Storage parameters cannot stand on a partitioned parent.
PARTITIONS = """
CREATE FUNCTION uuid7_floor(moment timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT (lpad(to_hex((extract(epoch FROM moment) * 1000)::bigint), 12, '0')
            || '00000000000000000000')::uuid
$$;
CREATE FUNCTION create_day_partitions(first_day date, last_day date) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
    one date;
    suffix text;
    made integer := 0;
    begins timestamptz;
    ends timestamptz;
BEGIN
    FOR one IN SELECT generate_series(first_day, last_day, interval '1 day')::date LOOP
        suffix := to_char(one, 'YYYYMMDD');
        CONTINUE WHEN to_regclass('messaging_message_' || suffix) IS NOT NULL;
        begins := one::timestamp AT TIME ZONE 'UTC';
        ends := (one + 1)::timestamp AT TIME ZONE 'UTC';
        EXECUTE format('CREATE TABLE %I PARTITION OF messaging_message FOR VALUES FROM (%L) TO (%L)
            WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.1)',
            'messaging_message_' || suffix, uuid7_floor(begins), uuid7_floor(ends));
        EXECUTE format('CREATE TABLE %I PARTITION OF messaging_event FOR VALUES FROM (%L) TO (%L)',
            'messaging_event_' || suffix, uuid7_floor(begins), uuid7_floor(ends));
        EXECUTE format('CREATE TABLE %I PARTITION OF messaging_segment FOR VALUES FROM (%L) TO (%L)
            WITH (fillfactor = 90)',
            'messaging_segment_' || suffix, one - date '1970-01-01', one - date '1970-01-01' + 1);
        made := made + 1;
    END LOOP;
    RETURN made;
END $$;
SELECT create_day_partitions((now() AT TIME ZONE 'UTC')::date - 1,
                             (now() AT TIME ZONE 'UTC')::date + 21);
"""

COUNTERS = """
CREATE FUNCTION start_event_counter() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO messaging_eventcounter (account_id, last) VALUES (NEW.id, 0);
    RETURN NULL;
END $$;
CREATE TRIGGER account_starts_event_counter AFTER INSERT ON compliance_account
FOR EACH ROW EXECUTE FUNCTION start_event_counter();
INSERT INTO messaging_eventcounter (account_id, last) SELECT id, 0 FROM compliance_account;
ALTER TABLE messaging_eventcounter SET (fillfactor = 10);
ALTER TABLE messaging_tally SET (autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 5000);
-- A row is rewritten in its page with each reservation, as those of the dispatch queue are.
ALTER TABLE messaging_frequency SET (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.05);
"""
HOT_TABLES = MESSAGE + SEGMENT + EVENT + QUEUES + PARTITIONS + COUNTERS
NO_HOT_TABLES = """
DROP FUNCTION start_event_counter() CASCADE;
DROP FUNCTION create_day_partitions(date, date);
DROP TABLE messaging_message, messaging_segment, messaging_event, messaging_dispatch,
    messaging_waiting;
DROP FUNCTION uuid7_floor(timestamptz);
"""
