import type { Random } from './random.ts';

const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/**
 * A UUIDv7 (RFC 9562, section 5.7): 48 bits of time, the rest random.
 * @param timeMs milliseconds since 1970
 */
export function createUuid7(timeMs: number, random: Random): string {
  const time = Math.floor(timeMs).toString(16).padStart(12, '0');
  const byte = () => hex[Math.floor(random() * 256)] ?? '00';
  const version = `7${byte().charAt(0)}${byte()}`;
  const variant = `${hex[128 + Math.floor(random() * 64)]}${byte()}`;
  const rest = byte() + byte() + byte() + byte() + byte() + byte();
  return `${time.slice(0, 8)}-${time.slice(8)}-${version}-${variant}-${rest}`;
}
