// Bytes as a person reads them who knows their protocol: offset in the stream, sixteen bytes, and what of them is ASCII.
const BYTES_A_LINE = 16;

export function dump(hex, offset) {
  let text = '';
  for (let at = 0; at < hex.length; at += 2 * BYTES_A_LINE) {
    const bytes = hex.slice(at, at + 2 * BYTES_A_LINE).match(/../g);
    const signs = bytes.map((byte) => byte >= '20' && byte < '7f' ? String.fromCharCode(parseInt(byte, 16)) : '.');
    text += (offset + at / 2).toString(16).padStart(8, '0') + '  '
      + bytes.join(' ').padEnd(3 * BYTES_A_LINE - 1) + '  ' + signs.join('') + '\n';
  }
  return text;
}
