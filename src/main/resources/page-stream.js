// The conversation of one stream.
import { byId, count, place, tell, visible, wake } from './page-draw.js';
import { RETRY_MS, listen, refusal } from './page-events.js';
import { dump } from './page-hex.js';

const MAX_PIECES = 2000;
const MAX_PIECE_CHARS = 1 << 20;
let conversation = null;
let shown = null; // the stream
let encoding = 'text';
let said = []; // what the conversation shows
let unsaid = 0; // how many of the newest it does not show yet
let saidChars = 0;
let following = false; // the newest is shown as it comes; of a stream that has ended, the beginning is

export function openStream(stream) {
  closeStream();
  shown = stream;
  byId('detail').hidden = false;
  following = stream.state === 'open';
  tell('title', place(stream.client) + ' → ' + place(stream.server));
  converse('api/v1/streams/' + encodeURIComponent(stream.id), encoding);
  byId('detail').scrollIntoView({ block: 'nearest' });
}

export function closeStream() {
  if (conversation) conversation.close();
  conversation = null;
  byId('detail').hidden = true;
}

// for this stream and those that are opened next
export function textOrHex() {
  encoding = encoding === 'text' ? 'hex' : 'text';
  byId('hex').ariaPressed = encoding === 'hex';
  openStream(shown);
}

function converse(path, payload) {
  const url = path + '/events?payload=' + payload;
  const source = conversation = new EventSource(url);
  said = [];
  unsaid = saidChars = 0;
  byId('conversation').replaceChildren();
  byId('conversation').classList.toggle('hex', payload === 'hex');
  byId('cut').hidden = true;
  byId('downloads').replaceChildren(link(path, 'ledger'), ...(payload === 'none' ? [] : [
    link(path + '/content?from=client', 'bytes of the client'),
    link(path + '/content?from=server', 'bytes of the server'), link(path + '/pcap', 'pcapng')]));
  listen(source, 'data', (event) => {
    if (event.payload !== undefined && payload === 'hex') piece(event.from, dump(event.payload, event.offset));
    else if (event.payload !== undefined) piece(event.from, visible(event.payload));
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
  wake(speak);
}

function speak() {
  if (!unsaid) return;
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
  if (atEnd && following) box.scrollTop = box.scrollHeight;
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
