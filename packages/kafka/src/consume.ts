/** The source in parts, for the model and the simulation; inside the workspace only. */
export type { AssignedPartition, Slice } from './consume/assigned-partition.ts';
export { Assignment } from './consume/assignment.ts';
export { BatchSource } from './consume/batch-source.ts';
export { checkLog, type LogCheck } from './consume/check-log.ts';
export { continuesLog } from './consume/continues-log.ts';
export { epochBefore } from './consume/divergence.ts';
export { resumeOffset } from './consume/resume.ts';
