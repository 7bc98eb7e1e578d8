import type { FieldSource } from '../field-source.ts';

/** The argument of `debezium`. */
export interface DebeziumOptions {
  /**
   * Where the type is. A pointer leads into the change event, such as `/source/table`. Defaults to `SCHEMA.TABLE`,
   * and to `DATABASE.TABLE` or `DATABASE.COLLECTION` for connectors without schemas.
   */
  readonly type?: FieldSource;
  /** Where the user is. A pointer leads into the row, such as `/customer_id`. Without it, `user_id` is null. */
  readonly user?: FieldSource;
  /** What happens to the rest of the change event, such as `source` and `before`. Defaults to `keep`. */
  readonly otherMembers?: 'keep' | 'ignore';
}
