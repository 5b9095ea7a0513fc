// browser.mjs FOLDER [SCREENSHOTS]: opens the reports in FOLDER as a person would. Last line: "html: N passed, N failed".
import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(new URL("../readers/package.json", import.meta.url));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const [folder, screenshots] = process.argv.slice(2);
const url = (name) => `file://${folder}/${name}.html`;
// Chromium's own sandbox does not work for root.
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
let passed = 0, failed = 0;

// Opens a report; whatever the page complains of, asks for or pops up makes the test fail at its end.
async function open(name, options = {}) {
	const context = await browser.newContext({ viewport: { width: 1400, height: 1000 }, colorScheme: "light", ...options });
	const page = await context.newPage();

	page.wrong = [];
	page.on("console", (message) => page.wrong.push(`console: ${message.text()}`));
	page.on("pageerror", (error) => page.wrong.push(`error: ${error.message}`));
	page.on("dialog", (dialog) => { page.wrong.push("a dialog"); dialog.dismiss(); });
	page.on("request", (request) => request.url().startsWith(url(name)) || page.wrong.push(`request: ${request.url()}`));
	await page.goto(url(name));
	return page;
}

async function shoot(page, name) {
	if (!screenshots)
		return;
	mkdirSync(screenshots, { recursive: true });
	await page.screenshot({ path: `${screenshots}/${name}.png` });
}

async function test(sentence, name, options, body) {
	const page = await open(name, options);

	try {
		await body(page);
		assert.deepEqual(page.wrong, []);
		passed++;
	} catch (error) {
		console.log(`FAIL ${sentence}\n${error.stack}`);
		failed++;
	}
	await page.context().close();
}

// axe is put in by the debugger's way, past the page's policy; animations and the like there are none.
async function isAccessible(page) {
	await page.evaluate(axe);
	const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));

	assert.deepEqual(violations.map((one) => `${one.id}: ${one.nodes.length} times, first ${one.nodes[0].html}: ${one.nodes[0].failureSummary}`), []);
}

const shown = (page) => page.locator(".card:visible").count();
const current = (page) => page.evaluate(() => document.activeElement.id);
const fits = (page) => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);

const texts = async (locator) => (await locator.allTextContents()).sort();

// ---- one finding ----

await test("a finding has its story, ring, interleaving, stacks with source, reason, fix and marks", "one", {}, async (page) => {
	const card = page.locator(".card");

	assert.equal(await page.title(), "1 error in abba - gridlock");
	assert.equal(await shown(page), 1);
	assert.equal(await card.locator("h3 code").count(), 6);
	assert.deepEqual(await texts(card.locator(".ring .thread text")), ["alice_pays_bob", "bob_pays_alice"]);
	assert.deepEqual(await texts(card.locator(".ring .lock text")), ["alice_lock", "bob_lock"]);
	assert.deepEqual(await texts(card.locator(".lanes tbody td:not(:empty)")), ["takes alice_lock", "takes bob_lock",
		"waits for alice_lock, which alice_pays_bob holds", "waits for bob_lock, which bob_pays_alice holds"]);
	assert.deepEqual((await texts(card.locator(".source .hit .words"))).map((line) => line.trim()).sort(), ["pthread_mutex_lock(&alice_lock);",
		"pthread_mutex_lock(&alice_lock);", "pthread_mutex_lock(&bob_lock);", "pthread_mutex_lock(&bob_lock);"]);
	assert.match(await card.locator(".mark code").first().textContent(), /^v1:[0-9a-f]{16}$/);
	assert.match(await page.locator("#run").textContent(), /Command.*examples\/abba/s);
	await shoot(page, "one-light");
});

await test("its two columns stand side by side, on a phone one below the other, and nothing is cut off", "one", {}, async (page) => {
	const tops = () => page.locator(".column").evaluateAll((columns) => columns.map((column) => column.getBoundingClientRect().top));
	const wide = await tops();

	assert.equal(wide[0], wide[1]);
	await page.setViewportSize({ width: 390, height: 844 });
	const narrow = await tops();

	assert(narrow[0] < narrow[1]);
	assert(await fits(page));
	await shoot(page, "one-phone");
});

await test("it is read without a script, and then there is nothing that needs one", "one", { javaScriptEnabled: false }, async (page) => {
	assert.match(await page.locator(".card").innerText(), /Decide on one order/);
	assert.equal(await page.locator(".script:visible, .copy:visible").count(), 0);
});

await test("the policy forbids what is not named in it", "one", {}, async (page) => {
	assert.match(await page.locator("meta[http-equiv=Content-Security-Policy]").getAttribute("content"),
		/^default-src 'none'; style-src 'sha256-[^ ']+'; script-src 'sha256-[^ ']+'; base-uri 'none'; form-action 'none'$/);
	assert.equal(await page.locator("script").count(), 1);
	assert.equal(await page.locator("[style], [onclick], link, img, iframe").count(), 0);
	await page.evaluate(() => {
		const script = document.createElement("script");

		script.textContent = "window.harmed = true";
		document.body.append(script);
	});
	assert.equal(await page.evaluate(() => window.harmed), undefined);
	assert.match(page.wrong.shift(), /Content Security Policy/);
});

await test("a copy is the fingerprint", "one", { permissions: ["clipboard-read", "clipboard-write"] }, async (page) => {
	await page.locator(".copy").first().click();
	assert.equal(await page.locator(".copy").first().textContent(), "Copied");
	assert.equal(await page.evaluate(() => navigator.clipboard.readText()), await page.locator(".mark code").first().textContent());
});

await test("another copy is a block that suppresses it and nothing else", "one", { permissions: ["clipboard-read", "clipboard-write"] }, async (page) => {
	await page.getByText("or by its stacks").click();
	await page.locator("details .mark .copy").click();
	assert.equal(await page.evaluate(() => navigator.clipboard.readText()), readFileSync(`${folder}/one.block`, "utf8"));
	assert(await fits(page));
	await isAccessible(page);
	await shoot(page, "one-block");
});

// ---- against a baseline ----

await test("what is new is told from what is known, and words find it", "known", {}, async (page) => {
	assert.match(await page.title(), /^\d+ errors \(1 new\)/);
	assert.equal(await page.locator(".card .standing.new").count(), 1);
	assert.equal(await page.locator(".card .standing").count(), await shown(page));
	await isAccessible(page);
	await shoot(page, "known");
	await page.locator("#words").fill("new cycle");
	assert.equal(await shown(page), 1);
	await page.emulateMedia({ colorScheme: "dark" });
	await isAccessible(page);
});

// ---- many findings ----

await test("levels, rules, modules and words filter, and the list follows", "many", {}, async (page) => {
	const all = await shown(page), entries = () => page.locator(".entries li:visible").count();

	assert(all > 12);
	assert.equal(await entries(), all);
	await page.getByRole("checkbox", { name: /^error/ }).uncheck();
	assert((await shown(page)) < all);
	assert.equal(await page.locator(".card.error:visible").count(), 0);
	assert.equal(await entries(), await shown(page));
	assert.match(await page.locator("#shown").textContent(), new RegExp(`^${await shown(page)} of ${all} shown$`));
	await page.getByRole("checkbox", { name: /^error/ }).check();
	await page.locator("#rule").selectOption("lock-order-cycle");
	assert.deepEqual([...new Set(await texts(page.locator(".card:visible header .rule")))], ["lock-order-cycle"]);
	await page.locator("#rule").selectOption("");
	await page.locator("#module").selectOption({ label: "dining" });
	assert.deepEqual([...new Set(await texts(page.locator(".card:visible header .process code")))], ["dining"]);
	await page.locator("#module").selectOption("");
	await page.locator("#words").fill("Stats_Lock monitor");
	assert.deepEqual([...new Set(await texts(page.locator(".card:visible header .process code")))], ["cache_stats"]);
	await shoot(page, "many-filtered");
	await page.locator("#words").fill("no such thing");
	assert.equal(await shown(page), 0);
	assert(await page.getByText("No finding matches the filter.").isVisible());
});

await test("j and k go through what is shown, / filters, Escape clears, ? helps, and typing is only typing", "many", {}, async (page) => {
	const all = await shown(page);

	await page.keyboard.press("j");
	assert.equal(await current(page), "finding-1");
	await page.keyboard.press("j");
	await page.keyboard.press("j");
	await page.keyboard.press("k");
	assert.equal(await current(page), "finding-2");
	assert.equal(await page.locator(".entries a[aria-current]").getAttribute("href"), "#finding-2");
	await page.keyboard.press("k");
	await page.keyboard.press("k");
	assert.equal(await current(page), "finding-1");
	await page.keyboard.press("/");
	assert.equal(await current(page), "words");
	await page.keyboard.type("jk?/t philosopher");
	assert.equal(await page.locator("#words").inputValue(), "jk?/t philosopher");
	await page.keyboard.press("Escape");
	assert.equal(await page.locator("#words").inputValue(), "");
	assert.equal(await shown(page), all);
	await page.locator("#words").fill("philosopher");
	await page.locator("#words").blur();
	await page.keyboard.press("j");
	assert.match(await page.evaluate(() => document.activeElement.textContent), /philosopher/);
	await page.keyboard.press("?");
	assert(await page.getByRole("dialog").isVisible());
	await shoot(page, "many-help");
	await page.keyboard.press("Escape");
	assert(!(await page.getByRole("dialog").isVisible()));
});

await test("a link to a finding that the filter hides shows it", "many", {}, async (page) => {
	await page.locator("#words").fill("philosopher");
	await page.evaluate(() => { location.hash = "#finding-1"; });
	await page.waitForFunction(() => document.activeElement.id === "finding-1");
	assert.equal(await page.locator("#words").inputValue(), "");
	await page.locator("#locks tbody a").first().click();
	await page.waitForFunction(() => document.activeElement.matches(".card"));
});

await test("it is as dark as the system, or as it was told to be, the next time too", "many", { colorScheme: "dark" }, async (page) => {
	const brightness = () => page.evaluate(() => Number(getComputedStyle(document.body).backgroundColor.match(/\d+/)[0]));

	assert((await brightness()) < 60);
	await shoot(page, "many-dark");
	await page.locator("#theme").click();
	assert((await brightness()) > 200);
	assert.equal(await page.locator("#theme").textContent(), "Theme: light");
	await page.keyboard.press("t");
	assert((await brightness()) < 60);
	await page.emulateMedia({ colorScheme: "light" });
	await page.reload();
	assert((await brightness()) < 60);
});

await test("notes and schedules are folded away, and printed all the same", "many", {}, async (page) => {
	assert.equal(await page.locator(".card.note .columns:visible").count(), 0);
	await page.locator(".card.note summary").first().click();
	assert((await page.locator(".card.note .columns:visible").count()) > 0);
	await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
	assert.equal(await page.locator("details:not([open])").count(), 0);
	await page.emulateMedia({ media: "print" });
	assert.equal(await page.locator(".side:visible, .tools:visible, .copy:visible").count(), 0);
	await page.evaluate(() => dispatchEvent(new Event("afterprint")));
	assert((await page.locator("details:not([open])").count()) > 0);
	assert((await page.pdf()).length > 20000);
});

await test("the order graph tells what is next to the lock that is pointed at, and a click leads to its line in the table", "many", {}, async (page) => {
	const node = page.locator(".graph .node", { hasText: "cache_lock" }).first();

	await node.hover();
	assert.equal(await page.locator(".graph .node.near").count(), 2);
	await node.click();
	assert.match(await page.locator("tr:target th").textContent(), /^cache_lock$/);
	await page.locator("h1").hover();
	assert.equal(await page.locator(".graph.aimed").count(), 0);
});

for (const name of ["one", "many", "hostile"])
	for (const colorScheme of ["light", "dark"])
		for (const width of [1400, 390])
			await test(`everybody can use it: ${name}, ${colorScheme}, ${width}`, name, { colorScheme, viewport: { width, height: 900 } }, async (page) => {
				assert(await fits(page));
				for (const part of await page.locator("details").all())
					await part.evaluate((element) => { element.open = true; });
				assert(await fits(page));
				await isAccessible(page);
				await shoot(page, `${name}-${colorScheme}-${width}`);
			});

// ---- names that would do harm ----

await test("a name is text, whatever it says", "hostile", {}, async (page) => {
	assert.equal(await page.evaluate(() => window.harmed), undefined);
	assert.equal(await page.locator("script").count(), 1);
	assert.equal(await page.locator("img, iframe, [onmouseover], [onerror], [style]").count(), 0);
	assert.equal(await page.locator(".card").count(), 2);
	assert.match(await page.locator(".card").first().locator(".stack code").first().textContent(),
		/^function <\/script><\/style><\/code><script>window.harmed=1<\/script><img src=x onerror=window.harmed=1>" onmouseover="window.harmed=1" ' `&amp;&#60; --> \]\]> %s %0A \\n\\" � ��\[31m � std::map<.{3000,}/);
	assert.match(await page.locator(".graph .node text").first().textContent(), /^lock <\/script><\/style>/);
	for (const place of [".ring .thread", ".graph .node", ".column code", "h3"])
		await page.locator(place).first().hover();
	assert.equal(await page.evaluate(() => window.harmed), undefined);
});

// ---- without Graphviz, and large ----

await test("without dot the rings are drawn all the same, and what is missing is said", "nodot", {}, async (page) => {
	assert.match(await page.locator("#order").textContent(), /there is no program `dot`/);
	assert.equal(await page.locator(".ring .thread").count(), 5);
});

const LOAD_MSEC = 2000;

await test(`500 findings and a graph of 300 locks are there within ${LOAD_MSEC} ms`, "large", {}, async (page) => {
	const times = [];

	for (let i = 0; i < 3; i++) {
		await page.goto("about:blank");
		page.wrong = [];
		const before = performance.now();

		await page.goto(url("large"));
		await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
		times.push(Math.round(performance.now() - before));
	}
	console.log(`html: 500 findings, 300 locks: loaded and drawn in ${times.join(", ")} ms`);
	assert.equal(await page.locator(".card").count(), 500);
	assert.equal(await page.locator(".graph .node").count(), 300);
	assert(Math.min(...times) < LOAD_MSEC);
	const filtered = await page.evaluate(() => {
		const before = performance.now();

		document.getElementById("words").value = "shelf_42";
		document.getElementById("words").dispatchEvent(new Event("input", { bubbles: true }));
		return [Math.round(performance.now() - before), document.querySelectorAll(".card:not([hidden])").length];
	});

	console.log(`html: filtered in ${filtered[0]} ms`);
	assert.equal(filtered[1], 4);
	await shoot(page, "large");
});

await browser.close();
console.log(`html: ${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
