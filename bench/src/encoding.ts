import type { Database } from '@pipeline/db';

/** A database that measures the CPU time of building its statements, which is when parameters are encoded. */
interface MeteredDatabase {
  readonly database: Database;
  /** CPU time so far, in microseconds. */
  encodingMicros(): number;
}

/** Wraps a database so that the cost of encoding parameters is measured. */
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
