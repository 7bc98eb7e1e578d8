export { compareEvents, type EventFinding } from './prove/compare-events.ts';
export {
  keepProof,
  type Proof,
  readNewestProof,
  readNewestReceipt,
  type StoredProof,
} from './prove/proofs.ts';
export { type PurgedRows, readPurgedRows } from './prove/purged.ts';
export { type SentEvent, SentEvents } from './prove/sent-events.ts';
export { type ProvenLedger, readSnapshot } from './prove/snapshot.ts';
export {
  differencesOf,
  hasTimeOf,
  readDeadLettersOf,
  type StoredDeadLetter,
} from './prove/stored-dead-letters.ts';
export { type DatabaseVersions, readVersions } from './prove/versions.ts';
