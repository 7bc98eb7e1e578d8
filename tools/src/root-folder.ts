import { join } from 'node:path';

/** The root folder of the repository. */
export const rootFolder = join(import.meta.dirname, '../..');
