import type { StringOptions, TString } from '@sinclair/typebox';
import * as Type from '@sinclair/typebox/type';

/** The schema of a time. */
export interface TDateTime extends TString {
  readonly format: 'date-time';
}

/** A time as RFC 3339 with an offset, like `event_time`. In a view its column is a `timestamptz`. */
export function dateTime(options: StringOptions = {}): TDateTime {
  return Type.String({ ...options, format: 'date-time' }) as TDateTime;
}
