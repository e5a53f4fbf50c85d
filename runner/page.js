// SPDX-License-Identifier: GPL-2.0-or-later
'use strict';
(() => {
	const { width, head, step, time, labels, program } = document.currentScript.dataset;
	const SVG = 'http://www.w3.org/2000/svg';
	const label = labels.split('|');
	const rows = [...document.querySelectorAll('.trials tr[id]')];
	const number = new Map(rows.map((row, i) => [row, i]));
	const codes = document.getElementById('ladders').textContent.trim().split('\n');
	const rungs = document.getElementById('rungs').content.firstElementChild.children;

	const make = (name, attributes = {}, ...children) => {
		const e = document.createElement(name);
		for (const [key, value] of Object.entries(attributes))
			e.setAttribute(key, value);
		e.append(...children);
		return e;
	};
	const draw = (name, attributes, ...children) => {
		const e = document.createElementNS(SVG, name);
		for (const [key, value] of Object.entries(attributes))
			e.setAttribute(key, value);
		e.append(...children);
		return e;
	};
	const nameOf = row => {
		const file = row.closest('.case').id;
		return row.id === file ? file : file + ' ' + row.id.slice(file.length + 1);
	};

	/* Ladders. A code is numbers of rungs and the times between them; see codes.h. */
	const ladder = (code, name) => {
		const items = code.split(',');
		const left = items[0].startsWith('~') ? items.shift().slice(1) : '';
		const svg = draw('svg', { class: 'ladder', role: 'list', 'aria-label': 'ladder of ' + name,
			viewBox: `0 0 ${width} ${+head + items.length * step + 4}` });
		const frame = rungs[0].cloneNode(true);
		const rail = rungs[1].cloneNode(true);
		let at = 0, y = +head;

		frame.setAttribute('aria-hidden', 'true');
		rail.setAttribute('aria-hidden', 'true');
		rail.setAttribute('transform', `translate(0 ${head}) scale(1 ${items.length * step})`);
		svg.append(frame, rail);
		for (const item of items) {
			const [, n, past] = /^(\w+)([+-]\w+)?$/.exec(item);
			const rung = rungs[2 + parseInt(n, 36)].cloneNode(true);

			at += past ? parseInt(past, 36) : 0;
			rung.setAttribute('role', 'listitem');
			rung.setAttribute('transform', `translate(0 ${y})`);
			rung.prepend(draw('text', { class: 'time', x: time, y: 12 }, (at / 10000).toFixed(4)));
			svg.append(rung);
			y += +step;
		}
		return left ? [make('p', {}, `${left} rungs before are left out`), svg] : [svg];
	};
	const ladders = row => {
		const name = nameOf(row);
		const parts = [];

		codes[number.get(row)].split('|').forEach((code, run) => {
			if (label.length > 1)
				parts.push(make('p', { class: 'title' }, 'on ' + label[run]));
			parts.push(...(code ? ladder(code, name) : [make('p', {}, 'There is no record of it.')]));
		});
		parts.push(make('p', { class: 'ref' }, 'again: ',
			make('code', {}, `${program} run '${name}'`)));
		return make('div', { class: 'wide', role: 'region', tabindex: '0', 'aria-label': 'ladder' }, ...parts);
	};

	/* What opens: the verdict in each row of a case, once the case is open. */
	const show = (row, open) => {
		const button = row.querySelector('button');
		const next = row.nextElementSibling;
		const drawn = next && next.classList.contains('drawn') ? next : null;

		button.setAttribute('aria-expanded', open);
		if (drawn && !open)
			drawn.remove();
		if (!drawn && open)
			row.after(make('tr', { class: 'drawn' }, make('td', { colspan: row.cells.length }, ladders(row))));
	};
	const prepare = box => {
		if (box.dataset.ready)
			return;
		box.dataset.ready = 'yes';
		for (const row of box.querySelectorAll('.trials tr[id]')) {
			const cell = row.querySelector('td[class]:not(.n)') || row.lastElementChild;
			const button = make('button', { type: 'button', 'aria-expanded': 'false' }, ...cell.childNodes);

			button.setAttribute('aria-label', `${button.textContent}: the ladder of ${nameOf(row)}`);
			button.addEventListener('click', () => {
				const open = button.getAttribute('aria-expanded') !== 'true';

				show(row, open);
				if (open)
					history.replaceState(null, '', '#' + encodeURI(row.id));
			});
			cell.append(button);
		}
	};
	document.addEventListener('toggle', event => {
		if (event.target.open && event.target.classList.contains('case'))
			prepare(event.target);
	}, true);

	/* A link may lead to a case or a trial: #topic/file, #topic/file axis=value,... */
	const find = hash => {
		for (const id of [hash, decodeURI(hash)]) {
			const e = document.getElementById(id.replace(' ', '/'));
			if (e)
				return e;
		}
		return null;
	};
	const go = () => {
		let target = null;

		try {
			target = find(location.hash.slice(1));
		} catch {
			return;
		}
		if (!target)
			return;
		if (target.closest('[hidden]'))
			clear();
		const box = target.closest('details');
		if (box)
			box.open = true;
		if (target.matches('.trials tr')) {
			prepare(box);
			show(target, true);
			target.querySelector('button').focus({ preventScroll: true });
		} else if (box === target) {
			box.querySelector('summary').focus({ preventScroll: true });
		}
		target.scrollIntoView();
	};

	/* The filter */
	const form = document.getElementById('filter');
	const text = document.getElementById('text');
	const topic = document.getElementById('topic');
	const verdict = document.getElementById('verdict');
	const shown = document.getElementById('shown');
	const boxes = [...document.querySelectorAll('.case')].map(box => ({
		box, title: (box.id + ' ' + box.querySelector('.title').textContent).toLowerCase(),
		rows: [...box.querySelectorAll('.trials tr[id]')],
	}));
	const OPEN_MOST = 5;

	const fits = (row, title, words, kind) => {
		if (kind && !(kind === 'differs' ? row.classList.contains(kind) : row.querySelector('td.' + kind)))
			return false;
		const all = words.length ? title + ' ' + row.id.toLowerCase() : '';
		return words.every(word => all.includes(word));
	};
	const filter = () => {
		const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
		const kind = verdict.value, only = topic.value;
		const open = [];
		let trials = 0, cases = 0;

		for (const { box, title, rows: mine } of boxes) {
			const there = !only || box.id === only || box.id.startsWith(only + '/');
			let any = 0;

			for (const row of mine) {
				const fit = there && fits(row, title, words, kind);
				const next = row.nextElementSibling;

				row.hidden = !fit;
				if (next && next.classList.contains('drawn'))
					next.hidden = !fit;
				any += fit;
			}
			box.hidden = !any;
			trials += any;
			cases += any > 0;
			if (any)
				open.push(box);
		}
		for (const section of document.querySelectorAll('.topic'))
			section.hidden = !section.querySelector('.case:not([hidden])');
		if ((words.length || kind) && open.length <= OPEN_MOST)
			open.forEach(box => { box.open = true; });
		shown.textContent = `${trials} of ${rows.length} trials, in ${cases} cases`;
	};
	const clear = () => {
		form.reset();
		filter();
	};
	let waiting = 0;

	form.hidden = false;
	form.addEventListener('submit', event => event.preventDefault());
	form.addEventListener('input', () => {
		clearTimeout(waiting);
		waiting = setTimeout(filter, 120);
	});
	document.addEventListener('keydown', event => {
		const typing = event.target.matches('input, select, textarea');

		if (event.key === '/' && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
			event.preventDefault();
			text.focus();
		} else if (event.key === 'Escape' && event.target.closest('#filter')) {
			clear();
		}
	});
	shown.textContent = `${rows.length} trials, in ${boxes.length} cases; / finds`;
	addEventListener('hashchange', go);
	for (const box of document.querySelectorAll('.case[open]'))
		prepare(box);
	go();
})();
