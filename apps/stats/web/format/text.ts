const MAX_CHARACTERS = 120;

/** Untrusted text for display: clipped, with control, bidirectional and invisible characters escaped. */
export function toVisible(text: string, maxCharacters = MAX_CHARACTERS): string {
  return escapeInvisible(text.length > maxCharacters ? `${text.slice(0, maxCharacters)}…` : text);
}

/** Bytes as UTF-8 text; invisible characters except line breaks are escaped, invalid bytes become �. */
export function toVisibleText(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes).split('\n').map(escapeInvisible).join('\n');
}

function escapeInvisible(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
}

/** Decodes base64. */
export function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

/** Sixteen bytes per line, in the format of `hexdump -C`. */
export function toHexDump(bytes: Uint8Array): string {
  return Array.from({ length: Math.ceil(bytes.length / 16) }, (_, line) => {
    const part = [...bytes.subarray(16 * line, 16 * line + 16)];
    const hex = part.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const text = part.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
    return `${(16 * line).toString(16).padStart(8, '0')}  ${hex.padEnd(47)}  ${text}`;
  }).join('\n');
}
