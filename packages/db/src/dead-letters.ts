export {
  countDeadLetters,
  type DeadLetterAction,
  type DeadLetterSummary,
  listStoredDeadLetters,
  newestDeadLetterId,
  readActions,
  readAncestors,
  readDeadLetters,
  type StoredDeadLetter,
} from './dead-letters/dead-letters.ts';
export { type DeadLetterFilter, type DeadLetterStatus, deadLetterStatuses } from './dead-letters/filter.ts';
export {
  type NewPlace,
  openRedriveQueue,
  type RedriveOutcome,
  type RedriveQueue,
  type SendDeadLetter,
} from './dead-letters/queue.ts';
export { discardDeadLetters } from './dead-letters/resolve.ts';
