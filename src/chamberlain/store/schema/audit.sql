-- The chain of the audit trail. Entries are written unchained, in the transaction of their change, and chained right
-- after it by one process at a time: nobody who writes an event ever waits for another one.

-- Entries that are written and not yet sealed.
CREATE TABLE event_waiting (event_id bigint PRIMARY KEY);

CREATE TABLE event_link (
    sequence  bigint PRIMARY KEY CHECK (sequence > 0),
    event_id  bigint NOT NULL UNIQUE,
    digest    text NOT NULL,
    hash      text NOT NULL UNIQUE,
    mac       text NOT NULL,
    sealed_at timestamptz NOT NULL
);

-- Entries that were taken away with their tenant. Their links stay, so the chain still verifies.
CREATE TABLE event_tombstone (
    sequence bigint PRIMARY KEY,
    event_id bigint NOT NULL UNIQUE,
    mac      text NOT NULL
);

INSERT INTO event_waiting (event_id) SELECT id FROM event ORDER BY id;

CREATE FUNCTION event_queue() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO event_waiting (event_id) VALUES (NEW.id);
    RETURN NULL;
END $$;

CREATE FUNCTION event_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'event' THEN
        IF EXISTS (SELECT FROM event_tombstone WHERE event_id = OLD.id) THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION 'the audit trail is append-only: % of % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER event_queue AFTER INSERT ON event FOR EACH ROW EXECUTE FUNCTION event_queue();
CREATE TRIGGER event_keep BEFORE UPDATE OR DELETE ON event FOR EACH ROW EXECUTE FUNCTION event_refuse();
CREATE TRIGGER event_keep_all BEFORE TRUNCATE ON event FOR EACH STATEMENT EXECUTE FUNCTION event_refuse();
CREATE TRIGGER event_link_keep BEFORE UPDATE OR DELETE ON event_link FOR EACH ROW EXECUTE FUNCTION event_refuse();
CREATE TRIGGER event_link_keep_all BEFORE TRUNCATE ON event_link FOR EACH STATEMENT EXECUTE FUNCTION event_refuse();
CREATE TRIGGER event_tombstone_keep BEFORE UPDATE OR DELETE ON event_tombstone
    FOR EACH ROW EXECUTE FUNCTION event_refuse();
CREATE TRIGGER event_tombstone_keep_all BEFORE TRUNCATE ON event_tombstone
    FOR EACH STATEMENT EXECUTE FUNCTION event_refuse();
