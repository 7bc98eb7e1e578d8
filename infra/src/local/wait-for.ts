import { pause } from '@pipeline/runtime';
import { say } from '../screen.ts';
import { acceptsConnections, type Endpoint, formatEndpoint } from './endpoint.ts';

const ASK_MS = 200;

export interface WaitOptions {
  readonly signal: AbortSignal;
  /** How long to wait without a word. */
  readonly quietMs: number;
}

/**
 * Waits until one of several addresses accepts connections, for as long as it takes; says so when it takes long.
 * @throws the signal's reason once it is aborted
 */
export async function waitFor(
  name: string,
  endpoints: readonly Endpoint[],
  { signal, quietMs }: WaitOptions,
): Promise<void> {
  const addresses = endpoints.map(formatEndpoint).join(', ');
  let notice: NodeJS.Timeout | undefined;
  try {
    while (!(await Promise.all(endpoints.map(acceptsConnections))).includes(true)) {
      notice ??= setTimeout(say, quietMs, `waiting for ${name} at ${addresses}`);
      await pause(ASK_MS, signal);
    }
  } finally {
    clearTimeout(notice);
  }
}
