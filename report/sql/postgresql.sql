-- postgresql.sql: files of `gridlock -o jsonl:FILE`, or what `gridlock merge` made of them, for PostgreSQL (13 or newer), by psql:
--     zcat -f runs/*.jsonl* | psql -f report/sql/postgresql.sql
-- Makes the tables run, lock, stack, dependency, finding, and the views edge (one class of locks asked for with another held, in a program and a run),
-- order_edge (the same over all runs, with names) and across_pair (rings of two that no single run has: what `gridlock report` calls cycle-across-runs
-- finds rings of any length). A record may come in several files: the tables have it once.

SET client_min_messages = warning;
CREATE TEMPORARY TABLE record (line jsonb);
\copy record from pstdin with (format csv, quote e'\x01', delimiter e'\x02')

DROP TABLE IF EXISTS run, lock, stack, dependency, finding CASCADE;

CREATE TABLE run AS
SELECT line ->> 'key' AS run, to_timestamp(min((line ->> 'started')::bigint)) AS started, min(line ->> 'programs') AS programs
FROM record WHERE line ->> 'kind' = 'meta' GROUP BY 1;

CREATE TABLE lock AS
SELECT line ->> 'key' AS lock, min(line ->> 'name') AS name, min(line ->> 'type') AS type, min(line ->> 'created') AS created
FROM record WHERE line ->> 'kind' = 'lock' GROUP BY 1;

CREATE TABLE stack AS
SELECT DISTINCT ON (line ->> 'key') line ->> 'key' AS stack, line -> 'frames' AS frames
FROM record WHERE line ->> 'kind' = 'stack' ORDER BY line ->> 'key', line -> 'frames';

CREATE TABLE dependency AS
SELECT line ->> 'key' AS dependency, seen.key AS run, max(seen.value::bigint) AS count, min(line ->> 'program') AS program,
       min(line ->> 'wanted')::jsonb AS wanted, min(line ->> 'held')::jsonb AS held, bool_or((line ->> 'cut')::boolean) AS cut
FROM record, jsonb_each_text(line -> 'runs') AS seen WHERE line ->> 'kind' = 'dependency' GROUP BY 1, 2;

CREATE TABLE finding AS
SELECT line ->> 'key' AS finding, seen.key AS run, max(seen.value::bigint) AS count, min(line ->> 'rule') AS rule,
       min(line ->> 'fingerprint') AS fingerprint, min(line ->> 'message') AS message
FROM record, jsonb_each_text(line -> 'runs') AS seen WHERE line ->> 'kind' = 'finding' GROUP BY 1, 2;

CREATE VIEW edge AS
SELECT DISTINCT program, taken ->> 'lock' AS held, wanted ->> 'lock' AS wanted, run
FROM dependency, jsonb_array_elements(held) AS taken;

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
