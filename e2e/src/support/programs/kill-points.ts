/** Points at which a test can kill the consumer. */
export const killPoints = [
  'before-write',
  'during-write',
  'after-write',
  'during-dead-letter',
  'after-dead-letter',
  'after-commit',
] as const;

export type KillPoint = (typeof killPoints)[number];
