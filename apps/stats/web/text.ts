const MOST_CHARACTERS = 120;

/** What a stranger wrote: controls, marks that turn the writing round and invisible ones are escaped; clipped. */
export function toVisible(text: string, most = MOST_CHARACTERS): string {
  const clipped = text.length > most ? `${text.slice(0, most)}…` : text;
  return clipped.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (sign) => `\\u{${sign.codePointAt(0)?.toString(16)}}`,
  );
}

/** A 64-bit number with its thousands apart; null is "not known". */
export function formatCount(count: string | bigint | null): string {
  return count === null ? 'n/a' : BigInt(count).toLocaleString('en');
}

/** A number of things by their name, such as "1 letter" and "2 letters". */
export function formatThings(count: string | bigint, name: string): string {
  return `${formatCount(count)} ${name}${BigInt(count) === 1n ? '' : 's'}`;
}

/** A number of things a second; null is "not known yet". */
export function formatRate(perSecond: number | null): string {
  if (perSecond === null) return '…';
  const digits = perSecond < 100 ? { maximumSignificantDigits: 2 } : { maximumFractionDigits: 0 };
  return perSecond.toLocaleString('en', digits);
}

/** A duration of which less than a second matters. */
export function formatLatency(seconds: number): string {
  return seconds < 1 ? `${Math.max(0, Math.round(1_000 * seconds))} ms` : formatSeconds(seconds);
}

/** A duration in the largest unit that fits. */
export function formatSeconds(seconds: number): string {
  if (seconds < 0.05) return '0 s';
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  if (seconds < 3_600) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${(seconds / 3_600).toFixed(1)} h` : `${Math.floor(seconds / 86_400)} days`;
}

/** A moment to the second, in UTC. */
export function formatTime(time: string): string {
  return time.slice(0, 19).replace('T', ' ');
}
