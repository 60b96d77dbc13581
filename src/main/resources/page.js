// Starts the page, and joins its list to its conversation.
import { byId, tell } from './page-draw.js';
import { RETRY_MS } from './page-events.js';
import { mark, pauseOrResume, reach, rows, show } from './page-list.js';
import { closeStream, openStream, textOrHex } from './page-stream.js';

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

function choose(id) {
  mark(id);
  openStream(rows.get(id));
}

function leave() {
  closeStream();
  return mark(null);
}

const lineOf = (event) => event.target.closest('tr');
// on a busy list the row moves away below the pointer, and the click is then the list's: the row that was pressed counts
let pressed = null;
byId('streams').addEventListener('mousedown', (event) => { pressed = lineOf(event); });
byId('streams').addEventListener('click', (event) => {
  const id = (lineOf(event) ?? pressed)?.dataset.stream;
  if (rows.has(id)) choose(id);
});
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
byId('hex').addEventListener('click', textOrHex);
byId('leave').addEventListener('click', () => (leave()?.line ?? byId('pause')).focus());
byId('pause').addEventListener('click', pauseOrResume);
byId('filter').addEventListener('submit', (event) => {
  event.preventDefault();
  show();
});
health();
show();
