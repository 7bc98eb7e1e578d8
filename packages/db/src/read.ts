export type { AsJson } from './read/as-json.ts';
export { type LedgerPosition, readLedger } from './read/ledger.ts';
export { type MinuteCount, readMinutes } from './read/minutes.ts';
export { type Newest, type NewestEvent, readNewest } from './read/newest-events.ts';
export { type Overview, readOverview } from './read/overview.ts';
export { type RollupValue, type RollupValues, readRollups } from './read/rollups.ts';
export {
  keepSample,
  type Latency,
  type PipelineName,
  readSamples,
  SLOT_SECONDS,
  type StatsSample,
  type StepSample,
} from './read/samples.ts';
export { type KeptVerification, keepVerification, type VerificationResult } from './read/verifications.ts';
export { type ConnectionLimit, type DatabaseSetup, readSetup, type TopicLedger } from './setup/read-setup.ts';
