import type { Database } from '@pipeline/db';

/** A database that counts what making its statements costs us: the parameters are encoded then, and sent later. */
interface MeteredDatabase {
  readonly database: Database;
  /** Microseconds of CPU so far. */
  encodingMicros(): number;
}

/** Runs statements on a database as before, and counts. */
export function meterEncoding(database: Database): MeteredDatabase {
  let micros = 0;
  const run: Database['run'] = (statement, signal) =>
    database.run((sql) => {
      const before = process.cpuUsage();
      const query = statement(sql);
      const { user, system } = process.cpuUsage(before);
      micros += user + system;
      return query;
    }, signal);
  return { database: { ...database, run }, encodingMicros: () => micros };
}
