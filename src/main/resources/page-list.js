// The list of the streams as they come: the catalogue, and the events since.
import { byId, count, place, tell, wake } from './page-draw.js';
import { RETRY_MS, listen, refusal } from './page-events.js';

const MAX_ROWS = 500;
export const rows = new Map(); // the oldest first
const dirty = new Set();
let live = null;
let timer = 0;
let listed = false;
let asked = new URLSearchParams(); // what is shown, whatever stands in the form meanwhile
let more = false;
let stop = null; // the one row that the Tab key reaches
let marked = null;

function row(id) {
  let stream = rows.get(id);
  if (!stream) {
    const line = document.createElement('tr');
    line.dataset.stream = id;
    line.tabIndex = -1;
    line.ariaSelected = id === marked;
    for (let column = 0; column < 8; column++) {
      const cell = line.insertCell();
      if (column > 3) cell.className = 'number';
    }
    // to: how far each side's bytes have come, the missing ones included
    stream = { id, line, opened: '', client: null, server: null, state: 'open', odd: 0,
      to: { client: 0, server: 0 }, missing: { client: 0, server: 0 } };
    rows.set(id, stream);
    byId('streams').prepend(line);
    if (!stop) reach(line);
  }
  return change(stream);
}

// a stream whose row had to go does not come back: nothing but its open event says who speaks
function change(stream) {
  if (stream) {
    dirty.add(stream);
    wake(draw);
  }
  return stream;
}

function forget(stream) {
  rows.delete(stream.id);
  dirty.delete(stream);
  if (stop === stream.line) reach(stop.previousElementSibling || stop.nextElementSibling);
  stream.line.remove();
}

function trim() {
  while (rows.size > MAX_ROWS) {
    forget(rows.values().next().value);
    more = true;
  }
}

export function reach(line) {
  if (stop) stop.tabIndex = -1;
  stop = line;
  if (stop) stop.tabIndex = 0;
}

// the one row that is marked, or none with null; returns the stream that was, if its row is still there
export function mark(id) {
  const before = rows.get(marked);
  if (before) before.line.ariaSelected = false;
  marked = id;
  if (id !== null) rows.get(id).line.ariaSelected = true;
  return before;
}

const on = {
  open(event) {
    Object.assign(row(event.stream), { opened: event.time, client: event.client, server: event.server });
    trim();
  },
  data(event) {
    const stream = change(rows.get(event.stream));
    if (stream) stream.to[event.from] = Math.max(stream.to[event.from], event.offset + event.length);
  },
  gap(event) {
    const stream = change(rows.get(event.stream));
    // else the list has told it already
    if (!stream || event.offset < stream.to[event.from]) return;
    stream.to[event.from] = event.offset + event.length;
    stream.missing[event.from] += event.length;
  },
  anomaly(event) {
    const stream = change(rows.get(event.stream));
    if (stream) stream.odd++;
  },
  close(event) {
    const stream = change(rows.get(event.stream));
    if (stream) total(stream, event, event.reason);
  },
  lost(event) {
    const some = event.count === undefined ? 'events' : count(event.count) + ' events';
    tell('link', 'live; ' + {
      slow: 'this page was too slow for ' + some,
      overload: 'weir was too slow for ' + some,
      resume: some + ' went by while this page was away',
      restart: 'weir was started anew' }[event.reason]);
    if (event.reason === 'restart') {
      [...rows.values()].forEach(forget);
      list(live);
    } else {
      later(() => list(live));
    }
  },
};

// whichever was told last, the later totals count
function total(stream, totals, reason) {
  for (const side of ['client', 'server']) {
    const to = totals[side].bytes + totals[side].gapBytes;
    if (to < stream.to[side]) continue;
    stream.to[side] = to;
    stream.missing[side] = totals[side].gapBytes;
  }
  if (reason) stream.state = reason;
}

async function list(source) {
  const query = new URLSearchParams(asked);
  query.set('limit', MAX_ROWS);
  const before = [...rows.values()];
  try {
    const response = await fetch('api/v1/streams?' + query);
    if (source !== live) return;
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.detail);
    const known = new Set(answer.streams.map((each) => each.stream));
    // nobody vouches for these any more
    before.filter((stream) => stream.state === 'open' && !known.has(stream.id)).forEach(forget);
    for (const each of answer.streams.reverse()) {
      const stream = row(each.stream);
      Object.assign(stream, { opened: each.opened, client: each.client, server: each.server });
      stream.odd = Math.max(stream.odd, each.anomalyCount);
      total(stream, each, each.reason);
    }
    listed = true;
    more = answer.next !== undefined;
    sort();
    wake(draw);
  } catch (failure) {
    if (source === live) later(() => list(source));
  }
}

function sort() {
  const focused = document.activeElement;
  const sorted = [...rows.values()].sort((one, other) => one.opened < other.opened ? -1 : one.opened > other.opened ? 1 : 0);
  rows.clear();
  for (const stream of sorted) rows.set(stream.id, stream);
  byId('streams').replaceChildren(...sorted.reverse().map((stream) => stream.line));
  // a row that moves loses it
  if (focused !== document.activeElement) focused.focus({ preventScroll: true });
  trim();
}

// once, and only if nothing else is asked for meanwhile
function later(action) {
  const source = live;
  timer ||= setTimeout(() => {
    timer = 0;
    if (source === live) action();
  }, RETRY_MS);
}

function halt() {
  if (live) live.close();
  live = null;
  clearTimeout(timer);
  timer = 0;
  tell('pause', 'resume');
}

function follow() {
  halt();
  const query = new URLSearchParams(asked);
  query.set('payload', 'none');
  const url = 'api/v1/events?' + query;
  const source = live = new EventSource(url);
  tell('pause', 'pause');
  source.onopen = (event) => {
    if (event.data !== undefined) return;
    tell('link', 'live');
    list(source);
  };
  source.onerror = async () => {
    tell('link', 'connection lost, trying again');
    if (source.readyState !== EventSource.CLOSED) return;
    const { status, detail } = await refusal(url);
    if (source !== live) return;
    // 501: what the filter needs is not installed
    const final = status >= 400 && status < 500 || status === 501;
    tell('refusal', final ? detail : '');
    tell('link', final ? 'not live' : detail + ', trying again');
    if (!final) later(follow);
  };
  for (const type of Object.keys(on)) listen(source, type, on[type]);
}

export function pauseOrResume() {
  if (!live) return follow();
  halt();
  tell('link', 'paused');
}

function selection() {
  const query = new URLSearchParams();
  for (const [name, value] of new FormData(byId('filter'))) {
    if (value.trim()) query.set(name, value.trim());
  }
  return query;
}

export function show() {
  listed = false;
  more = false;
  asked = selection();
  tell('refusal', '');
  tell('link', 'connecting…');
  [...rows.values()].forEach(forget);
  wake(draw);
  follow();
}

function draw() {
  for (const stream of dirty) {
    const cells = stream.line.cells;
    const missing = stream.missing.client + stream.missing.server;
    cells[0].textContent = stream.opened.slice(11, 23);
    cells[0].title = stream.opened;
    cells[1].textContent = place(stream.client);
    cells[2].textContent = place(stream.server);
    cells[3].textContent = stream.state;
    cells[4].textContent = count(stream.to.client - stream.missing.client);
    cells[5].textContent = count(stream.to.server - stream.missing.server);
    cells[6].textContent = missing ? count(missing) : '';
    cells[7].textContent = stream.odd || '';
    stream.line.classList.toggle('closed', stream.state !== 'open');
  }
  dirty.clear();
  tell('note', rows.size ? more ? 'Only the newest ' + count(MAX_ROWS) + ' streams are shown; a filter finds others.' : ''
    : !listed ? '' : String(asked) ? 'No stream matches.' : 'No stream yet.');
}
