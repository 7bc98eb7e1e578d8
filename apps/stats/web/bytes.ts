/** The bytes of a text in base64. */
export function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
}

/** What bytes say as UTF-8; line breaks stay, whatever else does not show is escaped, and what is no UTF-8 is �. */
export function toVisibleText(bytes: Uint8Array): string {
  return new TextDecoder()
    .decode(bytes)
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (sign) =>
      sign === '\n' ? sign : `\\u{${sign.codePointAt(0)?.toString(16)}}`,
    );
}

/** Sixteen bytes a line, as `hexdump -C` prints them. */
export function toHexDump(bytes: Uint8Array): string {
  return Array.from({ length: Math.ceil(bytes.length / 16) }, (_, line) => {
    const part = [...bytes.subarray(16 * line, 16 * line + 16)];
    const hex = part.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const text = part.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
    return `${(16 * line).toString(16).padStart(8, '0')}  ${hex.padEnd(47)}  ${text}`;
  }).join('\n');
}
