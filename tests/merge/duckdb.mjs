// duckdb.mjs SHARDS SQL QUERY...: after the statements of the file SQL, which read SHARDS, the rows of each query, columns separated by `|`.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const { DuckDBInstance } = createRequire(new URL('../readers/', import.meta.url))('@duckdb/node-api');
const [shards, path, ...queries] = process.argv.slice(2);
const connection = await (await DuckDBInstance.create(':memory:')).connect();
await connection.run(`SET VARIABLE shards = '${shards}'`);
const statements = await connection.extractStatements(readFileSync(path, 'utf8'));
for (let i = 0; i < statements.count; i++) await (await statements.prepare(i)).run();
for (const query of queries)
	for (const row of (await connection.runAndReadAll(query)).getRowsJson()) console.log(row.join('|'));
