/** What goes wrong, or is done on purpose. */
export const faultNames = [
  'crash',
  'stop',
  'cut',
  'expel',
  'rebalance',
  'losses',
  'outage',
  'refusal',
  'move',
  'truncate',
  'restore',
  'recreate',
  'retention',
  'purge',
  'redrive',
] as const;

export type Fault = (typeof faultNames)[number];
