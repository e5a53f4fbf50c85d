// SPDX-License-Identifier: GPL-2.0-or-later
//
// report-browser.js CHROMIUM GREEN RED TWO TEN BYTES: opens pages of lastack in a real
// browser, without a window and without a network, and does there what a person does.
// GREEN is of a run where all passed, RED of one with failures and hostile texts, TWO of
// two runs side by side, TEN of ten thousand trials, with BYTES at most. Prints TAP 13.
// It speaks to the browser through pipes, so node is all it needs.
'use strict';
const { spawn } = require('child_process');
const fs = require('fs');
const os = require('os');
const path = require('path');

const SHOTS = process.env.SHOTS;	// a folder: leave pictures there, to be looked at

// Chromium, spoken to through two pipes: a message is JSON and ends in a NUL.
class Browser {
	constructor(program) {
		this.home = fs.mkdtempSync(path.join(os.tmpdir(), 'lastack-chromium-'));
		this.child = spawn(program, ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run',
			'--disable-background-networking', '--disable-component-update', '--disable-sync',
			'--disable-dev-shm-usage', '--disable-extensions', '--hide-scrollbars', '--no-proxy-server',
			'--host-resolver-rules=MAP * ~NOTFOUND', '--remote-debugging-pipe',
			'--user-data-dir=' + this.home, 'about:blank'],
		{ stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'], env: { ...process.env, HOME: this.home } });
		this.waiting = new Map();
		this.handlers = [];
		this.last = 0;
		let text = '';
		this.child.stdio[4].setEncoding('utf8');
		this.child.stdio[4].on('data', part => {
			text += part;
			for (let end; (end = text.indexOf('\0')) >= 0; text = text.slice(end + 1))
				this.hear(JSON.parse(text.slice(0, end)));
		});
		this.child.stdio[3].on('error', () => {});
	}
	hear(message) {
		const waiting = this.waiting.get(message.id);

		if (!waiting)
			this.handlers.forEach(handle => handle(message));
		else if (message.error)
			waiting.reject(new Error(message.error.message));
		else
			waiting.resolve(message.result);
		this.waiting.delete(message.id);
	}
	send(method, params = {}, sessionId = undefined) {
		const id = ++this.last;

		this.child.stdio[3].write(JSON.stringify({ id, method, params, sessionId }) + '\0');
		return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
	}
	async close() {
		const gone = new Promise(resolve => this.child.once('exit', resolve));

		this.send('Browser.close').catch(() => {});
		await Promise.race([gone, sleep(3000)]);
		if (this.child.exitCode === null && this.child.signalCode === null)
			this.child.kill('SIGKILL');
		await gone;
		fs.rmSync(this.home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
	}
}

const sleep = ms => new Promise(resolve => setTimeout(resolve, ms));

// A page that was opened; @faults: what the console said, @asked: what it wanted from elsewhere
class Page {
	static async open(browser, file, { width = 1200, height = 900, dark = false, hash = '', scripts = true } = {}) {
		const page = new Page();
		const { targetId } = await browser.send('Target.createTarget', { url: 'about:blank' });
		const { sessionId } = await browser.send('Target.attachToTarget', { targetId, flatten: true });

		Object.assign(page, { browser, targetId, sessionId, faults: [], asked: [], url: 'file://' + encodeURI(path.resolve(file)) });
		browser.handlers.push(message => message.sessionId === sessionId && page.hear(message));
		for (const part of ['Page', 'Runtime', 'Log', 'Network', 'Accessibility'])
			await page.send(part + '.enable');
		await page.send('Page.addScriptToEvaluateOnNewDocument', { source:
			'addEventListener("securitypolicyviolation", e => console.error("policy: " + e.blockedURI))' });
		await page.send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: width < 500 });
		await page.send('Emulation.setEmulatedMedia', { features: [
			{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' },
			{ name: 'prefers-reduced-motion', value: 'reduce' }] });
		await page.send('Emulation.setScriptExecutionDisabled', { value: !scripts });
		page.loaded = new Promise(resolve => { page.onload = resolve; });
		await page.send('Page.navigate', { url: page.url + hash });
		await page.loaded;
		return page;
	}
	send(method, params) {
		return this.browser.send(method, params, this.sessionId);
	}
	hear({ method, params }) {
		if (method === 'Page.loadEventFired')
			this.onload();
		else if (method === 'Runtime.exceptionThrown')
			this.faults.push(params.exceptionDetails.exception?.description || params.exceptionDetails.text);
		else if (method === 'Runtime.consoleAPICalled')
			this.faults.push(params.args.map(a => a.value).join(' '));
		else if (method === 'Log.entryAdded')
			this.faults.push(params.entry.text);
		else if (method === 'Network.requestWillBeSent' && !params.request.url.startsWith('data:') &&
			params.request.url.split('#')[0] !== this.url)
			this.asked.push(params.request.url);
	}
	async eval(expression) {
		const { result, exceptionDetails } = await this.send('Runtime.evaluate',
			{ expression, awaitPromise: true, returnByValue: true });

		if (exceptionDetails)
			throw new Error(exceptionDetails.exception?.description || exceptionDetails.text);
		return result.value;
	}
	async until(expression, what = expression) {
		for (let looks = 0; looks < 200; looks++) {
			if (await this.eval(expression))
				return;
			await sleep(25);
		}
		throw new Error('it never came to: ' + what);
	}
	async key(key, text = undefined, modifiers = 0) {
		const codes = { Tab: 9, Enter: 13, Escape: 27, ' ': 32 };
		const of = { key, text: text ?? (key.length === 1 ? key : key === 'Enter' ? '\r' : undefined),
			windowsVirtualKeyCode: codes[key] ?? key.toUpperCase().charCodeAt(0), modifiers };

		await this.send('Input.dispatchKeyEvent', { type: 'keyDown', ...of });
		await this.send('Input.dispatchKeyEvent', { type: 'keyUp', ...of, text: undefined });
	}
	async type(text) {
		await this.send('Input.insertText', { text });
	}
	async shot(name, whole = false) {
		if (!SHOTS)
			return;
		const { data } = await this.send('Page.captureScreenshot', { format: 'png', captureBeyondViewport: whole });
		fs.writeFileSync(path.join(SHOTS, name + '.png'), Buffer.from(data, 'base64'));
	}
	async pdf(name) {
		const { data } = await this.send('Page.printToPDF', { printBackground: false, paperWidth: 8.27, paperHeight: 11.69 });
		const bytes = Buffer.from(data, 'base64');

		if (SHOTS)
			fs.writeFileSync(path.join(SHOTS, name + '.pdf'), bytes);
		return bytes;
	}
	async close() {
		await this.browser.send('Target.closeTarget', { targetId: this.targetId });
	}
}

module.exports = { Browser, Page, sleep };

// ------------------------------------------------------------------------- points

const must = (holds, what) => {
	if (!holds)
		throw new Error(what);
};
const count = (page, selector) => page.eval(`document.querySelectorAll(${JSON.stringify(selector)}).length`);
const seen = (page, selector) => page.eval(`[...document.querySelectorAll(${JSON.stringify(selector)})]
	.filter(e => e.checkVisibility({ contentVisibilityAuto: true })).length`);

// How long from the beginning of the navigation to the first paint, in ms
const firstPaint = page => page.eval(`new Promise(resolve => {
	const told = () => performance.getEntriesByName('first-contentful-paint')[0];
	const look = () => told() ? resolve(told().startTime) : setTimeout(look, 20);
	look();
})`);

// The contrast of a text against what lies behind it, by WCAG 2.2; 4.5 is AA
const CONTRAST = `(() => {
	const rgb = css => css.match(/[\\d.]+/g).map(Number);
	const light = ([r, g, b]) => [r, g, b].map(v => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
		.reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
	const behind = e => { for (; e; e = e.parentElement) {
		const c = rgb(getComputedStyle(e).backgroundColor); if (c.length < 4 || c[3] > 0) return c; } return [255, 255, 255]; };
	const bad = [];
	for (const e of document.querySelectorAll('body *')) {
		const mine = [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
		if (!mine || !e.checkVisibility() || e.closest('script, style, template, title')) continue;
		const style = getComputedStyle(e), svg = e.closest('svg');
		const a = light(rgb(svg ? style.fill : style.color));
		const ground = svg && e.parentElement.querySelector('.bad');
		const b = light(ground ? rgb(getComputedStyle(ground).fill) : behind(svg || e));
		const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
		if (ratio < 4.5) bad.push(e.tagName + '.' + (e.getAttribute('class') || '') + ' ' + ratio.toFixed(2));
	}
	return [...new Set(bad)];
})()`;

const points = files => [
	['a page opens, tells how it went, and asks for nothing', async open => {
		const page = await open(files.green);

		must(await page.eval('document.title.includes("all as expected")'), 'the title');
		must(await count(page, 'h1') === 1, 'one h1');
		must(await count(page, 'main, header, nav, footer') === 4, 'landmarks');
		must(await count(page, '#failures') === 0, 'nothing failed');
		must(await seen(page, '.case') > 0 && await seen(page, '.trials') === 0, 'cases closed');
		await page.shot('light');
	}],
	['a ladder opens by keyboard and closes again', async open => {
		const page = await open(files.green);

		await page.eval('document.querySelector(".case summary").focus()');
		await page.key('Enter');
		await page.until('document.querySelector(".case[open] td button")', 'buttons in an open case');
		await page.eval('document.querySelector(".case[open] td button").focus()');
		await page.key('Enter');
		await page.until('document.querySelector("tr.drawn svg.ladder")', 'a ladder');
		must(await page.eval('document.activeElement.getAttribute("aria-expanded") === "true"'), 'aria-expanded');
		must(await count(page, 'tr.drawn svg use') > 2, 'arrows in it');
		must(await page.eval('[...document.querySelectorAll("tr.drawn svg .state")].some(e => /ESTABLISHED/.test(e.textContent))'),
			'states in it');
		must(await page.eval('[...document.querySelectorAll("tr.drawn use")].every(e => document.querySelector(e.getAttribute("href")))'),
			'each arrow is there');
		await page.shot('ladder');
		await page.key('Enter');
		await page.until('!document.querySelector("tr.drawn")', 'no ladder');
	}],
	['every ladder can be drawn', async open => {
		const page = await open(files.red);

		must(await page.eval(`(async () => {
			for (const box of document.querySelectorAll('.case')) box.open = true;
			await new Promise(r => setTimeout(r, 300));
			for (const b of document.querySelectorAll('td button')) b.click();
			return document.querySelectorAll('tr.drawn').length === document.querySelectorAll('.trials tr[id]').length;
		})()`), 'a ladder, or a word, for each row');
	}],
	['the filter finds by text, verdict and topic', async open => {
		const page = await open(files.red);
		const all = await count(page, '.trials tr[id]');
		const failed = await count(page, '.trials td.f');

		await page.key('/');
		must(await page.eval('document.activeElement.id === "text"'), '/ leads to it');
		await page.type('new 8080');
		await page.until('/^[1-9]\\d* of/.test(document.getElementById("shown").textContent)');
		const some = await count(page, '.trials tr[id]:not([hidden])');
		must(some > 0 && some < all, `${some} of ${all}`);
		await page.until(`[...document.querySelectorAll('.trials tr[id]')].filter(e => e.checkVisibility()).length === ${some}`,
			'few cases, opened by themselves');
		await page.key('Escape');
		await page.until(`document.querySelectorAll('.trials tr[id]:not([hidden])').length === ${all}`, 'Escape clears');
		await page.eval('const v = document.getElementById("verdict"); v.value = "f"; v.dispatchEvent(new Event("input", { bubbles: true }))');
		await page.until(`document.querySelectorAll('.trials tr[id]:not([hidden])').length === ${failed}`, 'only the failed');
		await page.eval('const t = document.getElementById("topic"); t.selectedIndex = 1; t.dispatchEvent(new Event("input", { bubbles: true }))');
		await page.until('document.querySelectorAll(".topic:not([hidden])").length <= 1', 'one topic');
		await page.shot('filtered');
	}],
	['a link leads to a trial and opens it', async open => {
		const first = await open(files.green);
		const id = await first.eval('document.querySelector(".trials tr[id]:last-child").id');
		const page = await open(files.green, { hash: '#' + encodeURI(id) });

		await page.until('document.querySelector("tr.drawn svg")', 'its ladder');
		must(await page.eval(`document.querySelector('tr.drawn').previousElementSibling.id === ${JSON.stringify(id)}`), 'the right one');
		must(await page.eval('document.querySelector("tr.drawn").getBoundingClientRect().top < innerHeight'), 'it is in view');
	}],
	['failures show their ladder, and what was expected and seen', async open => {
		const page = await open(files.red, { dark: true });

		must(await seen(page, '#failures svg.ladder') > 0, 'a ladder without a click');
		must(await seen(page, '#failures .bad') > 0, 'the step that failed is marked');
		must(await page.eval('/expected/.test(document.querySelector("#failures").textContent)'), 'expected');
		must(await page.eval('!document.title.includes("all as expected")'), 'the title');
		await page.shot('dark');
		await page.eval('document.querySelector("#failures svg.ladder").scrollIntoView()');
		await page.shot('failure-dark');
	}],
	['hostile names and texts stay text', async open => {
		const page = await open(files.red);

		must(await page.eval('typeof hacked === "undefined"'), 'no script of a case ran');
		must(await page.eval('document.body.textContent.includes("<script>hacked")'), 'it is to be read');
		must(await count(page, 'b[onclick], img, script[src], iframe, link[href^=http]') === 0, 'nothing of it is markup');
		must(await count(page, 'script') === 2, 'two scripts are ours');
	}],
	['without scripts there are tables and the ladders of failures', async open => {
		const page = await open(files.red, { scripts: false });

		must(await seen(page, '#failures svg.ladder') > 0, 'ladders');
		must(await seen(page, 'noscript') > 0, 'a word about it');
		must(await seen(page, '#filter') === 0, 'no filter that does nothing');
		must(await count(page, 'td button') === 0, 'no button that does nothing');
		await page.shot('noscript');
	}],
	['two runs stand side by side, and differences are marked', async open => {
		const page = await open(files.two);

		must(await count(page, '.run') === 2, 'two runs');
		must(await seen(page, '#differences tbody tr') > 0, 'what they disagree on');
		must(await count(page, 'tr.differs') > 0, 'marked rows');
		await page.shot('two');
		await page.eval('document.querySelector("#differences").scrollIntoView()');
		await page.shot('differences');
		await page.eval('const r = document.querySelector(".trials tr.differs"); r.closest("details").open = true');
		await page.until('document.querySelector("tr.differs button")', 'buttons');
		await page.eval('document.querySelector("tr.differs button").click()');
		must(await count(page, 'tr.drawn svg.ladder') === 2, 'both ladders');
		await page.eval('document.querySelector("tr.drawn").closest("details").scrollIntoView()');
		await page.shot('two-ladders');
	}],
	['a phone needs no sideways scrolling of the page', async open => {
		for (const file of [files.green, files.red, files.two]) {
			const page = await open(file, { width: 360, height: 740 });

			await page.eval('document.querySelectorAll("details").forEach(d => { d.open = true; })');
			must(await page.eval('document.documentElement.scrollWidth <= 360'), 'wider than the phone: ' +
				await page.eval('[...document.querySelectorAll("body *")].filter(e => !e.closest(".wide, pre") && e.getBoundingClientRect().right > 361).slice(0, 3).map(e => e.outerHTML.slice(0, 80)).join(" ")'));
			await page.eval('document.querySelectorAll("details.case, details.source").forEach(d => { d.open = false; })');
			await page.shot('phone-' + path.basename(file, '.html'));
		}
	}],
	['texts have contrast, light and dark', async open => {
		for (const dark of [false, true])
			for (const file of [files.red, files.two]) {
				const page = await open(file, { dark });

				await page.eval('document.querySelectorAll("details").forEach(d => { d.open = true; })');
				const bad = await page.eval(CONTRAST);
				must(!bad.length, (dark ? 'dark: ' : 'light: ') + bad.join(', '));
			}
	}],
	['every button, link and field has a name, every table its heads', async open => {
		const page = await open(files.two);

		await page.eval('document.querySelectorAll("details").forEach(d => { d.open = true; })');
		await page.until('document.querySelector("td button")', 'buttons');
		const { nodes } = await page.send('Accessibility.getFullAXTree');
		const nameless = nodes.filter(n => !n.ignored && ['button', 'link', 'textbox', 'searchbox', 'combobox', 'region', 'list']
			.includes(n.role?.value) && !n.name?.value && n.role.value !== 'list');
		must(!nameless.length, nameless.slice(0, 5).map(n => n.role.value).join(' ') + ' without a name');
		must(nodes.some(n => n.role?.value === 'columnheader'), 'heads');
		must(await page.eval('[...document.querySelectorAll("table")].every(t => t.querySelector("thead th[scope=col]"))'), 'heads of all tables');
	}],
	['ten thousand trials are no burden', async (open, say) => {
		const bytes = fs.statSync(files.ten).size;
		const begun = Date.now();
		const page = await open(files.ten);

		must(bytes <= files.most, `${bytes} bytes, at most ${files.most}`);
		must(await count(page, '.trials tr[id]') === 10000, 'all of them');
		say(`${bytes} bytes; first paint after ${Math.round(await firstPaint(page))} ms, ready after ` +
			`${Math.round(await page.eval('performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd'))} ms`);
		await page.key('/');
		await page.type('t77 ipv6 8042');
		await page.until('document.querySelectorAll(".trials tr[id]:not([hidden])").length === 1', 'one of them');
		await page.until('document.querySelector("tr:not([hidden]) td button")', 'its button');
		await page.eval('document.querySelector("tr[id]:not([hidden]) td button").click()');
		must(await seen(page, 'tr.drawn svg.ladder') === 1, 'its ladder');
		say(`found and drawn ${Date.now() - begun} ms after the beginning`);
	}],
	['it prints', async open => {
		const page = await open(files.red);
		const bytes = await page.pdf('print');

		must(bytes.subarray(0, 5).toString() === '%PDF-' && bytes.length > 10000, 'a document of some size');
	}],
];

async function main() {
	const [, , program, green, red, two, ten, most] = process.argv;
	const list = points({ green, red, two, ten, most: +most });
	let failed = 0;

	console.log(`TAP version 13\n1..${list.length}`);
	const browser = new Browser(program);
	for (const [i, [title, play]] of list.entries()) {
		const pages = [];
		const faults = [];

		try {
			await play(async (...args) => {
				const page = await Page.open(browser, ...args);
				pages.push(page);
				return page;
			}, text => console.log('# ' + text));
		} catch (e) {
			faults.push(e.message);
		}
		for (const page of pages) {
			faults.push(...page.faults.map(text => 'console: ' + text), ...page.asked.map(url => 'asked for ' + url));
			await page.close();
		}
		console.log(`${faults.length ? 'not ok' : 'ok'} ${i + 1} - ${title}`);
		faults.forEach(text => console.log('# ' + text.replace(/\n/g, '\n# ')));
		failed += faults.length > 0;
	}
	await browser.close();
	process.exitCode = failed ? 1 : 0;
}

if (require.main === module)
	main().catch(e => {
		console.log('Bail out! ' + e.message);
		process.exitCode = 2;
	});
