/* page.js: filters and moves. Everything to be read is in the page already. */
"use strict";
(function () {
	const root = document.documentElement;
	const find = (selector, from) => (from || document).querySelector(selector);
	const all = (selector, from) => Array.from((from || document).querySelectorAll(selector));
	const entries = all(".entries li");
	const cards = all(".card").map((card, i) => ({ card, entry: entries[i], text: null }));

	root.classList.add("js");

	/* ---- light and dark ---- */

	const themes = ["system", "light", "dark"];
	let theme = 0;

	/* Storage may be forbidden, for a file above all. */
	function remembered() {
		try {
			return localStorage.getItem("gridlock-theme");
		} catch (error) {
			return null;
		}
	}
	function remember(name) {
		try {
			localStorage.setItem("gridlock-theme", name);
		} catch (error) {
			/* Then it holds for this visit. */
		}
	}
	function setTheme(number) {
		theme = number;
		root.removeAttribute("data-theme");
		if (theme)
			root.setAttribute("data-theme", themes[theme]);
		find("#theme").textContent = "Theme: " + themes[theme];
	}
	function nextTheme() {
		setTheme((theme + 1) % themes.length);
		remember(themes[theme]);
	}

	/* ---- the filter ---- */

	const words = find("#words"), rule = find("#rule"), module = find("#module");

	function textOf(item) {
		if (item.text === null)
			item.text = item.card.textContent.toLowerCase();
		return item.text;
	}
	function matches(item, wanted, levels) {
		const data = item.card.dataset;

		return levels.has(data.level) && (!rule.value || data.rule === rule.value) &&
			(!module.value || data.modules.split(" ").includes(module.value)) && wanted.every((word) => textOf(item).includes(word));
	}
	function filter() {
		const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
		const levels = new Set(all('input[name="level"]:checked').map((box) => box.value));
		let shown = 0;

		for (const item of cards) {
			const hidden = !matches(item, wanted, levels);

			item.card.hidden = item.entry.hidden = hidden;
			shown += !hidden;
		}
		find("#shown").textContent = shown === cards.length ? "" : shown + " of " + cards.length + " shown";
		if (find("#nothing"))
			find("#nothing").hidden = shown > 0;
	}
	function clear() {
		words.value = rule.value = module.value = "";
		for (const box of all('input[name="level"]'))
			box.checked = true;
		filter();
	}

	/* ---- from finding to finding ---- */

	let current = -1;

	function mark(number) {
		if (current >= 0)
			find("a", cards[current].entry).removeAttribute("aria-current");
		current = number;
		find("a", cards[current].entry).setAttribute("aria-current", "true");
	}
	function go(number) {
		mark(number);
		cards[number].card.focus({ preventScroll: true });
		cards[number].card.scrollIntoView({ block: "start" });
		find("a", cards[number].entry).scrollIntoView({ block: "nearest" });
	}
	function step(way) {
		for (let i = current + way; i >= 0 && i < cards.length; i += way)
			if (!cards[i].card.hidden)
				return go(i);
	}
	/* A link to a finding that the filter hides shows it. */
	function follow(hash) {
		const number = cards.findIndex((item) => "#" + item.card.id === hash);

		if (number < 0)
			return;
		if (cards[number].card.hidden)
			clear();
		go(number);
	}

	/* ---- copying ---- */

	function copyByHand(element) {
		const range = document.createRange(), selection = getSelection();

		range.selectNodeContents(element);
		selection.removeAllRanges();
		selection.addRange(range);
		return document.execCommand("copy");
	}
	async function copy(button) {
		const element = button.previousElementSibling;
		let done;

		try {
			await navigator.clipboard.writeText(element.textContent);
			done = true;
		} catch (error) {
			done = copyByHand(element);
		}
		button.textContent = done ? "Copied" : "Selected";
		setTimeout(() => { button.textContent = "Copy"; }, 1500);
	}

	/* ---- the order graph: what is next to the lock that is pointed at ---- */

	const graph = find(".graph");

	function aim(node) {
		const near = new Set();

		for (const marked of all(".near", graph))
			marked.classList.remove("near");
		graph.classList.toggle("aimed", Boolean(node));
		if (!node)
			return;
		near.add(node.id);
		for (const edge of graph.edges.get(node.id) || []) {
			edge.element.classList.add("near");
			near.add(edge.from).add(edge.to);
		}
		for (const id of near)
			document.getElementById(id).classList.add("near");
	}
	function readEdges() {
		graph.edges = new Map();
		for (const element of all(".edge", graph)) {
			const ends = element.id.split("-"), edge = { element, from: "node-" + ends[1], to: "node-" + ends[2] };

			for (const end of new Set([edge.from, edge.to]))
				graph.edges.set(end, (graph.edges.get(end) || []).concat(edge));
		}
	}
	if (graph) {
		readEdges();
		find("#fit").addEventListener("click", (event) => {
			event.target.setAttribute("aria-pressed", graph.classList.toggle("fit"));
		});
		find("#fit").hidden = find("svg", graph).clientWidth <= graph.clientWidth;
		graph.addEventListener("pointerover", (event) => aim(event.target.closest(".node")));
		graph.addEventListener("pointerleave", () => aim(null));
		graph.addEventListener("click", (event) => {
			const node = event.target.closest(".node");

			if (node && document.getElementById(node.id.replace("node", "lock")))
				location.hash = node.id.replace("node", "lock");
		});
	}

	/* ---- keys ---- */

	const help = find("#help");
	const keys = {
		j: () => step(1),
		k: () => step(-1),
		"/": () => words.focus(),
		t: nextTheme,
		"?": () => help.showModal(),
		Escape: () => { clear(); document.activeElement.blur(); },
	};

	document.addEventListener("keydown", (event) => {
		const typing = event.target.matches("input[type=search], select");

		if (event.ctrlKey || event.metaKey || event.altKey || help.open || !Object.hasOwn(keys, event.key) || (typing && event.key !== "Escape"))
			return;
		event.preventDefault();
		keys[event.key]();
	});
	find("#keys").addEventListener("click", () => help.showModal());
	find("#theme").addEventListener("click", nextTheme);
	find(".filter").addEventListener("input", filter);
	find(".filter").addEventListener("submit", (event) => event.preventDefault());
	addEventListener("hashchange", () => follow(location.hash));
	document.addEventListener("click", (event) => {
		const link = event.target.closest('a[href^="#finding-"]');

		if (event.target.matches(".copy"))
			copy(event.target);
		/* The same one again changes no hash. */
		if (link && link.hash === location.hash)
			follow(link.hash);
	});

	/* What is folded away is printed all the same. */
	let opened = [];

	addEventListener("beforeprint", () => {
		opened = all("details:not([open])");
		for (const part of opened)
			part.open = true;
	});
	addEventListener("afterprint", () => {
		for (const part of opened)
			part.open = false;
	});

	setTheme(Math.max(0, themes.indexOf(remembered())));
	filter();
	follow(location.hash);
})();
