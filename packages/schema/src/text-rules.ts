/** The rules of texts in an event, for envelopes that find them in other places than the built-in one. */

const MAX_TYPE_BYTES = 255;
const MAX_USER_CHARACTERS = 256;

/** C0, DEL and C1: they would break logs, metrics and terminals. */
const control = /\p{Cc}/u;
const utf8 = new TextEncoder();

/** Whether a text can name an event type: 1 to 255 bytes of UTF-8 without control characters. */
export function isTypeName(name: unknown): name is string {
  if (typeof name !== 'string' || name === '' || control.test(name) || !name.isWellFormed()) return false;
  return name.length * 3 <= MAX_TYPE_BYTES || utf8.encode(name).length <= MAX_TYPE_BYTES;
}

/** Whether a text can be a `user_id`: 1 to 256 characters without NUL or unpaired surrogates. */
export function isUserId(text: string): boolean {
  if (text === '' || text.includes('\0') || !text.isWellFormed()) return false;
  return text.length <= MAX_USER_CHARACTERS || [...text].length <= MAX_USER_CHARACTERS;
}
