// What every part of the page draws with. Everything captured is set as text, never as markup.

export const byId = (id) => document.getElementById(id);
const waiting = new Set();

// a part that asks more than once before the next frame is drawn once
export function wake(part) {
  if (!waiting.size) requestAnimationFrame(draw);
  waiting.add(part);
}

function draw() {
  const parts = [...waiting];
  waiting.clear();
  for (const part of parts) part();
}

export function tell(id, text) {
  // the same text again would be read aloud again
  if (byId(id).textContent !== text) byId(id).textContent = text;
}

export function count(number) {
  return number.toLocaleString('en');
}

export function place(end) {
  return (end.ip.includes(':') ? '[' + end.ip + ']' : end.ip) + ':' + end.port;
}

// what would be invisible, or turn the text around it, is shown as a sign of its own
export function visible(text) {
  return text.replaceAll('\r\n', '\n').replace(/(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (sign) => {
    const code = sign.codePointAt(0);
    return code < 32 ? String.fromCodePoint(0x2400 + code)
      : '\u2039' + code.toString(16).toUpperCase().padStart(4, '0') + '\u203a';
  });
}
