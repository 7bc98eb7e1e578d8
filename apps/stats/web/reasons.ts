/** Why a record is a dead letter, in words; the names are a closed list. */
export const reasons: Readonly<Record<string, string>> = {
  empty: 'it has no bytes',
  too_large: 'it is longer than EVENT_MAX_BYTES',
  not_utf8: 'its bytes are not UTF-8',
  not_json: 'it is not JSON',
  not_an_event: 'what every event has is missing or wrong',
  unknown_event_type: 'nobody has registered its type',
  invalid_payload: 'its payload is not what the schema of its type says',
  refused_by_database: 'Postgres cannot hold it',
};
