// devtools.mjs FILE THREAD...: a trace as the engine of Chrome's DevTools reads it: it has these threads and no others, and none is without events.
import { readFileSync } from "node:fs";

globalThis.window ??= globalThis;
const { Processor } = await import("../readers/node_modules/@paulirish/trace_engine/models/trace/trace.js");

const [file, ...expected] = process.argv.slice(2);
const processor = Processor.TraceProcessor.createWithAllHandlers();
await processor.parse(JSON.parse(readFileSync(file, "utf8")).traceEvents, { isFreshRecording: false, isCPUProfile: false });
const { Renderer, Meta } = processor.parsedTrace ?? processor.data;
const threads = [...Renderer.processes.values()].flatMap((each) => [...each.threads.values()]);
const names = threads.map((thread) => thread.name).sort();
if (JSON.stringify(names) !== JSON.stringify(expected.sort())) {
	console.log(`threads: ${names}`);
	process.exit(1);
}
if (threads.some((thread) => thread.entries.length === 0) || !(Meta.traceBounds.range > 0)) {
	console.log("a thread without events, or no time");
	process.exit(1);
}
