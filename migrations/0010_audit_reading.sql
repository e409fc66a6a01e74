-- The auditor filters by who and by what.
CREATE INDEX audit_event_actor ON audit_event (actor, n);
CREATE INDEX audit_event_verb ON audit_event (verb, n);
