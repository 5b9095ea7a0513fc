// mermaid.mjs FILE...: each is parsed and drawn by Mermaid, in a browser, which it is made for.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(new URL("../readers/package.json", import.meta.url));
const { chromium } = require("playwright-core");
const library = new URL("../readers/node_modules/mermaid/dist/mermaid.min.js", import.meta.url).pathname;

const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
const page = await browser.newPage();
await page.addScriptTag({ path: library });
let failed = 0;
for (const file of process.argv.slice(2)) {
	const error = await page.evaluate(async (text) => {
		try {
			mermaid.initialize({ startOnLoad: false, securityLevel: "strict", maxTextSize: 1e6 });
			await mermaid.parse(text);
			await mermaid.render("drawing", text);
			return window.harmed ? "a name was run" : null;
		} catch (problem) {
			return String(problem);
		}
	}, readFileSync(file, "utf8"));
	if (error) {
		console.log(`${file}: ${error}`);
		failed++;
	}
}
await browser.close();
process.exit(failed ? 1 : 0);
