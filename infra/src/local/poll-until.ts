import { pause } from '@pipeline/runtime';

const ASK_MS = 100;

/**
 * Asks until the answer is yes, for as long as it takes.
 * @throws what the question throws; the signal's reason once it is aborted
 */
export async function until(isReady: () => Promise<boolean>, signal?: AbortSignal): Promise<void> {
  while (!(await isReady())) await pause(ASK_MS, signal);
}
