"""Make one patient with one visit many: the same again for each, and its messages.

Run on a database that holds nothing else: every row of these tables is copied.
"""

COPY = """
CREATE TEMPORARY TABLE copies AS
SELECT g AS n, gen_random_uuid() AS patient, gen_random_uuid() AS visit,
       gen_random_uuid() AS link FROM generate_series(1, {count}) g;
INSERT INTO patients_patient SELECT (jsonb_populate_record(p, jsonb_build_object(
    'id', c.patient, 'mrn', 'B-' || c.n))).* FROM copies c, patients_patient p;
INSERT INTO patients_contactpoint SELECT (jsonb_populate_record(t, jsonb_build_object(
    'id', gen_random_uuid(), 'patient_id', c.patient))).*
  FROM copies c, patients_contactpoint t;
INSERT INTO patients_channelconsent
SELECT (jsonb_populate_record(t, jsonb_build_object('patient_id', c.patient,
    'id', nextval(pg_get_serial_sequence('patients_channelconsent', 'id'))))).*
  FROM copies c, patients_channelconsent t;
INSERT INTO scheduling_appointment
SELECT (jsonb_populate_record(a, jsonb_build_object(
    'id', c.visit, 'patient_id', c.patient))).* FROM copies c, scheduling_appointment a;
INSERT INTO patients_patientlink
SELECT (jsonb_populate_record(l, jsonb_build_object('id', c.link,
    'patient_id', c.patient, 'subject', 'appointment:' || c.visit,
    'token_hash', encode(sha256(c.link::text::bytea), 'hex')))).*
  FROM copies c, patients_patientlink l;
INSERT INTO notifications_message
SELECT (jsonb_populate_record(m, jsonb_build_object('id', gen_random_uuid(),
    'patient_id', c.patient, 'subject', 'appointment:' || c.visit, 'link_id', c.link,
    'dedupe_key', replace(m.dedupe_key, m.subject, 'appointment:' || c.visit)))).*
  FROM copies c, notifications_message m WHERE m.kind IN ({kinds});
"""
