import { formatSeconds } from '../../web/format/numbers.ts';
import { type ProofState, shareRead } from './state.ts';

/** Progress in percent, and the estimated time that is left, as text. */
export interface Estimate {
  readonly percent: number;
  readonly rest: string;
}

/** Estimates from the speed since the first call. */
export function createEstimate(nowMs = () => performance.now()): (state: ProofState) => Estimate {
  let first: { readonly share: number; readonly atMs: number } | undefined;
  return (state) => {
    const [share, atMs] = [shareRead(state), nowMs()];
    first ??= { share, atMs };
    const speed = (share - first.share) / (atMs - first.atMs);
    const rest = speed > 0 ? `, ${formatSeconds((1 - share) / speed / 1_000)} left` : '';
    return { percent: Math.floor(100 * share), rest };
  };
}
