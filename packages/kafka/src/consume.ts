/** The state of an assignment in parts, for the model; inside the workspace only. */
export type { AssignedPartition, Slice } from './consume/assigned-partition.ts';
export { Assignment } from './consume/assignment.ts';
export { resumeOffset } from './consume/resume.ts';
