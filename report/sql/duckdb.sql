-- duckdb.sql: files of `gridlock -o jsonl:FILE`, or what `gridlock merge` made of them, for DuckDB (1.1 or newer). Before it:
--     SET VARIABLE shards = 'runs/*.jsonl.gz';
-- Makes the tables run, lock, stack, dependency, finding, and the views edge (one class of locks asked for with another held, in a program and a run),
-- order_edge (the same over all runs, with names) and across_pair (rings of two that no single run has: what `gridlock report` calls cycle-across-runs
-- finds rings of any length). A record may come in several files: the tables have it once.

CREATE OR REPLACE TEMP TABLE record AS
SELECT *
FROM read_json(getvariable('shards'), format = 'newline_delimited', maximum_object_size = 268435456, columns = {
	kind: 'VARCHAR', key: 'VARCHAR', started: 'BIGINT', programs: 'VARCHAR[]', name: 'VARCHAR', type: 'VARCHAR', created: 'VARCHAR',
	frames: 'STRUCT("function" VARCHAR, file VARCHAR, line INTEGER, "module" VARCHAR)[]',
	program: 'VARCHAR', wanted: 'STRUCT(lock VARCHAR, mode VARCHAR, how VARCHAR, stack VARCHAR)',
	held: 'STRUCT(lock VARCHAR, mode VARCHAR, how VARCHAR, stack VARCHAR)[]', cut: 'BOOLEAN',
	rule: 'VARCHAR', fingerprint: 'VARCHAR', message: 'VARCHAR', runs: 'MAP(VARCHAR, BIGINT)'});

CREATE OR REPLACE TABLE run AS
SELECT key AS run, min(to_timestamp(started)) AS started, min(programs) AS programs FROM record WHERE kind = 'meta' GROUP BY key;

CREATE OR REPLACE TABLE lock AS
SELECT key AS lock, min(name) AS name, min(type) AS type, min(created) AS created FROM record WHERE kind = 'lock' GROUP BY key;

CREATE OR REPLACE TABLE stack AS
SELECT key AS stack, min(frames) AS frames FROM record WHERE kind = 'stack' GROUP BY key;

CREATE OR REPLACE TABLE dependency AS
SELECT key AS dependency, seen.run, max(seen.count) AS count, min(program) AS program, min(wanted) AS wanted, min(held) AS held, bool_or(cut) AS cut
FROM (SELECT *, unnest(map_entries(runs)) AS entry FROM record WHERE kind = 'dependency') AS d,
     LATERAL (SELECT d.entry.key AS run, d.entry.value AS count) AS seen
GROUP BY key, seen.run;

CREATE OR REPLACE TABLE finding AS
SELECT key AS finding, seen.run, max(seen.count) AS count, min(rule) AS rule, min(fingerprint) AS fingerprint, min(message) AS message
FROM (SELECT *, unnest(map_entries(runs)) AS entry FROM record WHERE kind = 'finding') AS f,
     LATERAL (SELECT f.entry.key AS run, f.entry.value AS count) AS seen
GROUP BY key, seen.run;

CREATE OR REPLACE VIEW edge AS
SELECT DISTINCT program, taken.lock AS held, wanted.lock AS wanted, run
FROM (SELECT program, unnest(held) AS taken, wanted, run FROM dependency);

CREATE OR REPLACE VIEW order_edge AS
SELECT program, held, wanted, h.name AS held_name, w.name AS wanted_name, count(*) AS runs
FROM edge LEFT JOIN lock AS h ON h.lock = held LEFT JOIN lock AS w ON w.lock = wanted
GROUP BY ALL;

CREATE OR REPLACE VIEW across_pair AS
SELECT a.program, a.held, a.wanted, a.held_name, a.wanted_name
FROM order_edge AS a JOIN order_edge AS b ON a.program = b.program AND a.held = b.wanted AND a.wanted = b.held
WHERE a.held < a.wanted
  AND NOT EXISTS (SELECT 1 FROM edge AS x JOIN edge AS y USING (program, run)
                  WHERE x.program = a.program AND x.held = a.held AND x.wanted = a.wanted AND y.held = a.wanted AND y.wanted = a.held);
