import type { FieldSource, OtherMembers } from '../field-source.ts';

/** The argument of `cloudEvents`. */
export interface CloudEventsOptions {
  /**
   * Where the user is. A pointer leads into the event in the JSON format, in both modes: `/subject` is an
   * attribute, `/data/customer/id` is in the data. Without it, and for events without it, `user_id` is null.
   */
  readonly user?: FieldSource;
  /** What happens to the attributes other than type and time. `reject` rejects extensions. Defaults to `keep`. */
  readonly otherMembers?: OtherMembers;
  /** The `source` of written events. Defaults to `/producer`. */
  readonly source?: string;
  /** The mode of written events; events are read in both. Defaults to `structured`. */
  readonly mode?: 'structured' | 'binary';
}
