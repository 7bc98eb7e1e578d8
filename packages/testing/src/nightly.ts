/** Whether `test:nightly` runs: every case, where `test` and `test:long` run a selection. */
export const isNightly = process.env['E2E_LONG'] !== undefined;
