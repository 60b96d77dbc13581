'use strict';
// Shows the streams as they come. Everything captured is set as text, never as markup.

const MAX_ROWS = 500;
const MAX_PIECES = 2000;
const byId = (id) => document.getElementById(id);
const rows = new Map();
let live = null;
let conversation = null;
let dirty = new Set();

function selection() {
  const query = new URLSearchParams();
  for (const [name, value] of new FormData(byId('filter'))) {
    if (value.trim()) query.set(name, value.trim());
  }
  return query;
}

function bytes(count) {
  return count.toLocaleString('en');
}

function place(end) {
  return (end.ip.includes(':') ? '[' + end.ip + ']' : end.ip) + ':' + end.port;
}

function row(id) {
  let stream = rows.get(id);
  if (!stream) {
    const line = document.createElement('tr');
    line.tabIndex = 0;
    for (let column = 0; column < 8; column++) {
      const cell = line.insertCell();
      if (column > 3) cell.className = 'number';
    }
    line.addEventListener('click', () => choose(id));
    line.addEventListener('keydown', (event) => { if (event.key === 'Enter') choose(id); });
    stream = { id, line, opened: '', client: null, server: null, state: 'open',
      sent: { client: 0, server: 0 }, missing: 0, odd: 0 };
    rows.set(id, stream);
    byId('streams').prepend(line);
    byId('empty').hidden = true;
    if (rows.size > MAX_ROWS) {
      const [oldest, gone] = rows.entries().next().value;
      gone.line.remove();
      rows.delete(oldest);
    }
  }
  dirty.add(stream);
  return stream;
}

// a stream whose row had to go does not come back: nothing but its open event says who speaks
function shown(id) {
  const stream = rows.get(id);
  if (stream) dirty.add(stream);
  return stream;
}

function draw() {
  for (const stream of dirty) {
    const cells = stream.line.cells;
    cells[0].textContent = stream.opened.slice(11, 23);
    cells[1].textContent = stream.client ? place(stream.client) : '?';
    cells[2].textContent = stream.server ? place(stream.server) : '?';
    cells[3].textContent = stream.state;
    cells[4].textContent = bytes(stream.sent.client);
    cells[5].textContent = bytes(stream.sent.server);
    cells[6].textContent = stream.missing ? bytes(stream.missing) : '';
    cells[7].textContent = stream.odd || '';
    stream.line.classList.toggle('closed', stream.state !== 'open');
  }
  dirty = new Set();
  requestAnimationFrame(draw);
}

const on = {
  open(event) {
    const stream = row(event.stream);
    Object.assign(stream, { opened: event.time, client: event.client, server: event.server });
  },
  data(event) {
    const stream = shown(event.stream);
    if (!stream) return;
    stream.sent[event.from] = Math.max(stream.sent[event.from], event.offset + event.length);
  },
  gap(event) {
    const stream = shown(event.stream);
    if (stream) stream.missing += event.length;
  },
  anomaly(event) {
    const stream = shown(event.stream);
    if (stream) stream.odd++;
  },
  close(event) {
    const stream = shown(event.stream);
    if (!stream) return;
    stream.state = event.reason;
    stream.sent = { client: event.client.bytes, server: event.server.bytes };
    stream.missing = event.client.gapBytes + event.server.gapBytes;
  },
  lost(event) {
    byId('link').textContent = 'live; this page was too slow for ' + (event.count ?? 'some') + ' events';
  },
};

async function list() {
  const query = selection();
  query.set('limit', '200');
  const response = await fetch('api/v1/streams?' + query);
  const answer = await response.json();
  byId('refusal').textContent = response.ok ? '' : answer.detail;
  if (!response.ok) return false;
  for (const known of answer.streams.reverse()) {
    const stream = row(known.stream);
    Object.assign(stream, { opened: known.opened, client: known.client, server: known.server,
      state: known.reason || 'open', odd: known.anomalyCount,
      sent: { client: known.client.bytes, server: known.server.bytes },
      missing: known.client.gapBytes + known.server.gapBytes });
  }
  return true;
}

// an EventSource's own event is called open as well; it has no data
function listen(source, type, action) {
  source.addEventListener(type, (message) => {
    if (message.data !== undefined) action(JSON.parse(message.data));
  });
}

function follow() {
  if (live) live.close();
  const query = selection();
  query.set('payload', 'none');
  live = new EventSource('api/v1/events?' + query);
  live.onopen = () => { byId('link').textContent = 'live'; };
  live.onerror = () => { byId('link').textContent = 'connection lost, trying again'; };
  for (const type of Object.keys(on)) listen(live, type, on[type]);
}

async function show() {
  // what still comes from before is not what is asked for now
  if (live) live.close();
  rows.clear();
  byId('streams').replaceChildren();
  byId('empty').hidden = false;
  try {
    if (await list()) follow();
  } catch (failure) {
    byId('link').textContent = 'no answer, trying again';
    setTimeout(show, 3000);
  }
}

function piece(kind, text) {
  const box = byId('conversation');
  const part = document.createElement('pre');
  part.className = kind;
  part.textContent = text;
  const atEnd = box.scrollTop + box.clientHeight >= box.scrollHeight - 8;
  box.append(part);
  if (box.childElementCount > MAX_PIECES) box.firstChild.remove();
  if (atEnd) box.scrollTop = box.scrollHeight;
}

function download(path, text) {
  const anchor = document.createElement('a');
  anchor.href = path;
  anchor.textContent = text;
  return anchor;
}

function choose(id) {
  const stream = rows.get(id);
  const path = 'api/v1/streams/' + encodeURIComponent(id);
  for (const other of rows.values()) other.line.classList.toggle('chosen', other === stream);
  if (conversation) conversation.close();
  byId('detail').hidden = false;
  byId('conversation').replaceChildren();
  byId('title').textContent = stream && stream.client
    ? place(stream.client) + ' → ' + place(stream.server) : id;
  byId('downloads').replaceChildren(
    download(path, 'ledger'), download(path + '/content?from=client', 'bytes of the client'),
    download(path + '/content?from=server', 'bytes of the server'), download(path + '/pcap', 'pcapng'));
  const shown = new EventSource(path + '/events?payload=text');
  conversation = shown;
  listen(shown, 'data', (event) =>
    piece(event.from, event.payload ?? '(' + bytes(event.length) + ' bytes not retained)'));
  listen(shown, 'gap', (event) =>
    piece('odd', '(' + bytes(event.length) + ' bytes missing: ' + event.cause + ')'));
  listen(shown, 'anomaly', (event) => piece('odd', '(' + event.name + ')'));
  listen(shown, 'close', (event) => { piece('odd', '(closed: ' + event.reason + ')'); shown.close(); });
  listen(shown, 'lost', (event) => piece('odd', '(' + (event.count ?? 'some') + ' events lost)'));
}

async function health() {
  const line = byId('health');
  try {
    const answer = await (await fetch('readyz')).json();
    const failing = answer.checks.filter((check) => check.status !== 'pass');
    line.textContent = failing.length ? failing.map((check) => check.name + ': ' + check.detail).join('; ') : 'capturing';
    line.classList.toggle('fail', failing.length > 0);
  } catch (failure) {
    line.textContent = 'no answer';
    line.classList.add('fail');
  }
  setTimeout(health, 5000);
}

byId('filter').addEventListener('submit', (event) => { event.preventDefault(); show(); });
requestAnimationFrame(draw);
health();
show();
