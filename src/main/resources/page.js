'use strict';
// Shows the streams as they come. Everything captured is set as text, never as markup.

const MAX_ROWS = 500;
const MAX_PIECES = 2000;
const MAX_PIECE_CHARS = 1 << 20;
const RETRY_MS = 3000;
const byId = (id) => document.getElementById(id);
const rows = new Map(); // the oldest first
const dirty = new Set();
let live = null;
let timer = 0;
let listed = false;
let asked = new URLSearchParams(); // what is shown, whatever stands in the form meanwhile
let more = false;
let stop = null; // the one row that the Tab key reaches
let chosen = null;
let conversation = null;
let said = []; // what the conversation shows
let unsaid = 0; // how many of the newest it does not show yet
let saidChars = 0;
let drawing = false;

function tell(id, text) {
  // the same text again would be read aloud again
  if (byId(id).textContent !== text) byId(id).textContent = text;
}

function selection() {
  const query = new URLSearchParams();
  for (const [name, value] of new FormData(byId('filter'))) {
    if (value.trim()) query.set(name, value.trim());
  }
  return query;
}

function count(number) {
  return number.toLocaleString('en');
}

function place(end) {
  return (end.ip.includes(':') ? '[' + end.ip + ']' : end.ip) + ':' + end.port;
}

// what would be invisible, or turn the text around it, is shown as a sign of its own
function visible(text) {
  return text.replaceAll('\r\n', '\n').replace(/(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (sign) => {
    const code = sign.codePointAt(0);
    return code < 32 ? String.fromCodePoint(0x2400 + code)
      : '\u2039' + code.toString(16).toUpperCase().padStart(4, '0') + '\u203a';
  });
}

// Why an EventSource was refused, which it does not tell itself. Status 0: no answer.
async function refusal(url) {
  const asking = new AbortController();
  try {
    const response = await fetch(url, { signal: asking.signal });
    if (response.ok) return { status: 200, detail: 'connection lost' };
    const detail = response.status === 401 ? 'not let in any more; reload the page, which asks anew'
      : (await response.json()).detail;
    return { status: response.status, detail };
  } catch (failure) {
    return { status: 0, detail: 'no answer' };
  } finally {
    asking.abort();
  }
}

// ---- the list

function row(id) {
  let stream = rows.get(id);
  if (!stream) {
    const line = document.createElement('tr');
    line.dataset.stream = id;
    line.tabIndex = -1;
    line.ariaSelected = id === chosen;
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
    wake();
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

function reach(line) {
  if (stop) stop.tabIndex = -1;
  stop = line;
  if (stop) stop.tabIndex = 0;
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
    wake();
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

// an EventSource has an event of its own that is called open as well; it has no data
function listen(source, type, action) {
  source.addEventListener(type, (message) => {
    if (message.data !== undefined) action(JSON.parse(message.data));
  });
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

function show() {
  listed = false;
  more = false;
  asked = selection();
  tell('refusal', '');
  tell('link', 'connecting…');
  [...rows.values()].forEach(forget);
  wake();
  follow();
}

// ---- one stream

function piece(kind, text) {
  const node = document.createTextNode(text);
  said.push({ kind, node });
  unsaid++;
  saidChars += node.length;
  while (said.length > MAX_PIECES || said.length > 1 && saidChars > MAX_PIECE_CHARS) {
    const oldest = said.shift().node;
    const turn = oldest.parentNode;
    saidChars -= oldest.length;
    oldest.remove();
    if (turn && !turn.hasChildNodes()) turn.remove();
    byId('cut').hidden = false;
  }
  wake();
}

function speak() {
  const box = byId('conversation');
  const atEnd = box.scrollTop + box.clientHeight >= box.scrollHeight - 8;
  for (const { kind, node } of said.slice(-unsaid)) {
    let turn = box.lastElementChild;
    if (!turn || turn.className !== kind || kind === 'odd') {
      turn = document.createElement('pre');
      turn.className = kind;
      box.append(turn);
    }
    turn.append(node);
  }
  unsaid = 0;
  if (atEnd) box.scrollTop = box.scrollHeight;
}

function link(path, text) {
  const anchor = document.createElement('a');
  anchor.href = path;
  anchor.textContent = text;
  // what is no file after all does not take this page's place
  anchor.target = '_blank';
  anchor.rel = 'noopener';
  return anchor;
}

function leave() {
  const stream = rows.get(chosen);
  if (conversation) conversation.close();
  conversation = null;
  chosen = null;
  byId('detail').hidden = true;
  if (stream) stream.line.ariaSelected = false;
  return stream;
}

function choose(id) {
  leave();
  const stream = rows.get(id);
  chosen = id;
  stream.line.ariaSelected = true;
  byId('detail').hidden = false;
  tell('title', place(stream.client) + ' → ' + place(stream.server));
  converse('api/v1/streams/' + encodeURIComponent(id), 'text');
  byId('detail').scrollIntoView({ block: 'nearest' });
}

function converse(path, payload) {
  const url = path + '/events?payload=' + payload;
  const source = conversation = new EventSource(url);
  said = [];
  unsaid = saidChars = 0;
  byId('conversation').replaceChildren();
  byId('cut').hidden = true;
  byId('downloads').replaceChildren(link(path, 'ledger'), ...(payload === 'none' ? [] : [
    link(path + '/content?from=client', 'bytes of the client'),
    link(path + '/content?from=server', 'bytes of the server'), link(path + '/pcap', 'pcapng')]));
  listen(source, 'data', (event) => {
    if (event.payload !== undefined) piece(event.from, visible(event.payload));
    else if (payload === 'none') piece(event.from, '(' + count(event.length) + ' bytes)\n');
    else piece('odd', '(' + count(event.length) + ' bytes of the ' + event.from + ' not retained)');
  });
  listen(source, 'gap', (event) =>
    piece('odd', '(' + count(event.length) + ' bytes of the ' + event.from + ' missing: ' + event.cause + ')'));
  listen(source, 'anomaly', (event) => piece('odd', '(' + event.name + ')'));
  listen(source, 'lost', (event) => piece('odd', '(' + (event.count ?? 'some') + ' events lost)'));
  listen(source, 'close', (event) => {
    piece('quiet', '(closed: ' + event.reason + ')');
    source.close();
  });
  source.onerror = async () => {
    if (source.readyState !== EventSource.CLOSED) return;
    const { status, detail } = await refusal(url);
    if (source !== conversation) return;
    if (status === 403 && payload !== 'none') {
      converse(path, 'none');
    } else if (status < 400 || status >= 500) {
      setTimeout(() => { if (source === conversation) converse(path, payload); }, RETRY_MS);
    }
    piece('odd', '(' + detail + ')');
  };
}

// ---- what is drawn, and when

function wake() {
  if (!drawing) requestAnimationFrame(draw);
  drawing = true;
}

function draw() {
  drawing = false;
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
  if (unsaid) speak();
  tell('note', rows.size ? more ? 'Only the newest ' + count(MAX_ROWS) + ' streams are shown; a filter finds others.' : ''
    : !listed ? '' : String(asked) ? 'No stream matches.' : 'No stream yet.');
}

async function health() {
  let failing = 'no answer';
  try {
    const answer = await (await fetch('readyz', { signal: AbortSignal.timeout(RETRY_MS) })).json();
    failing = answer.checks.filter((check) => check.status !== 'pass')
      .map((check) => check.name + ': ' + check.detail).join('; ');
  } catch (failure) {
    // told below
  }
  tell('health', failing || 'capturing');
  byId('health').classList.toggle('fail', failing !== '');
  setTimeout(health, 5000);
}

const lineOf = (event) => event.target.closest('tr');
byId('streams').addEventListener('click', (event) => choose(lineOf(event).dataset.stream));
byId('streams').addEventListener('focusin', (event) => reach(lineOf(event)));
byId('streams').addEventListener('keydown', (event) => {
  const line = lineOf(event);
  const other = { ArrowUp: line.previousElementSibling, ArrowDown: line.nextElementSibling,
    Home: line.parentNode.firstElementChild, End: line.parentNode.lastElementChild }[event.key];
  if (event.key === 'Enter') choose(line.dataset.stream);
  else if (other) other.focus();
  else return;
  event.preventDefault();
});
byId('leave').addEventListener('click', () => (leave()?.line ?? byId('pause')).focus());
byId('pause').addEventListener('click', () => {
  if (!live) return follow();
  halt();
  tell('link', 'paused');
});
byId('filter').addEventListener('submit', (event) => {
  event.preventDefault();
  show();
});
health();
show();
