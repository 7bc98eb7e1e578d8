import { pause } from '@pipeline/runtime';

const POLL_MS = 100;

/**
 * Polls a condition every 100 ms until it is true.
 * @throws the condition's error; the signal's reason once it is aborted
 */
export async function until(isReady: () => Promise<boolean>, signal?: AbortSignal): Promise<void> {
  while (!(await isReady())) await pause(POLL_MS, signal);
}
