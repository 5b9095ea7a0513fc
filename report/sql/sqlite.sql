-- sqlite.sql: files of `gridlock -o jsonl:FILE`, or what `gridlock merge` made of them, for SQLite (3.38 or newer), by its shell:
--     zcat -f runs/*.jsonl* >records.jsonl && sqlite3 runs.db '.read report/sql/sqlite.sql'
-- Makes the tables run, lock, stack, dependency, finding, and the views edge (one class of locks asked for with another held, in a program and a run),
-- order_edge (the same over all runs, with names) and across_pair (rings of two that no single run has: what `gridlock report` calls cycle-across-runs
-- finds rings of any length). A record may come in several files: the tables have it once.

CREATE TEMPORARY TABLE record (line TEXT);
.mode ascii
.separator "\037" "\n"
.import records.jsonl record
.mode list
.separator "|" "\n"

DROP TABLE IF EXISTS run;
DROP TABLE IF EXISTS lock;
DROP TABLE IF EXISTS stack;
DROP TABLE IF EXISTS dependency;
DROP TABLE IF EXISTS finding;
DROP VIEW IF EXISTS edge;
DROP VIEW IF EXISTS order_edge;
DROP VIEW IF EXISTS across_pair;

CREATE TABLE run AS
SELECT line ->> 'key' AS run, datetime(min(line ->> 'started'), 'unixepoch') AS started, min(line ->> 'programs') AS programs
FROM record WHERE line ->> 'kind' = 'meta' GROUP BY 1;

CREATE TABLE lock AS
SELECT line ->> 'key' AS lock, min(line ->> 'name') AS name, min(line ->> 'type') AS type, min(line ->> 'created') AS created
FROM record WHERE line ->> 'kind' = 'lock' GROUP BY 1;

CREATE TABLE stack AS
SELECT line ->> 'key' AS stack, min(line -> 'frames') AS frames FROM record WHERE line ->> 'kind' = 'stack' GROUP BY 1;

CREATE TABLE dependency AS
SELECT line ->> 'key' AS dependency, seen.key AS run, max(seen.value) AS count, min(line ->> 'program') AS program, min(line -> 'wanted') AS wanted,
       min(line -> 'held') AS held, max(line ->> 'cut') AS cut
FROM record, json_each(line, '$.runs') AS seen WHERE line ->> 'kind' = 'dependency' GROUP BY 1, 2;

CREATE TABLE finding AS
SELECT line ->> 'key' AS finding, seen.key AS run, max(seen.value) AS count, min(line ->> 'rule') AS rule, min(line ->> 'fingerprint') AS fingerprint,
       min(line ->> 'message') AS message
FROM record, json_each(line, '$.runs') AS seen WHERE line ->> 'kind' = 'finding' GROUP BY 1, 2;

CREATE VIEW edge AS
SELECT DISTINCT program, taken.value ->> 'lock' AS held, wanted ->> 'lock' AS wanted, run FROM dependency, json_each(held) AS taken;

CREATE VIEW order_edge AS
SELECT program, held, wanted, h.name AS held_name, w.name AS wanted_name, count(*) AS runs
FROM edge LEFT JOIN lock AS h ON h.lock = held LEFT JOIN lock AS w ON w.lock = wanted
GROUP BY 1, 2, 3, 4, 5;

CREATE VIEW across_pair AS
WITH all_edges AS MATERIALIZED (SELECT * FROM edge), orders AS MATERIALIZED (SELECT * FROM order_edge)
SELECT a.program, a.held, a.wanted, a.held_name, a.wanted_name
FROM orders AS a JOIN orders AS b ON a.program = b.program AND a.held = b.wanted AND a.wanted = b.held
WHERE a.held < a.wanted
  AND NOT EXISTS (SELECT 1 FROM all_edges AS x JOIN all_edges AS y USING (program, run)
                  WHERE x.program = a.program AND x.held = a.held AND x.wanted = a.wanted AND y.held = a.wanted AND y.wanted = a.held);
