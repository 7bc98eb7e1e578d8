import type { TestProject } from 'vitest/node';
import { startTestServers } from './servers.ts';
import { createTemplate } from './template.ts';

/**
 * Vitest's global setup of the `servers` project: starts the servers, provides their addresses, stops them.
 */
export async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const servers = await startTestServers(process.env);
  provide('brokers', servers.brokers);
  provide('postgresUrl', servers.postgresUrl);
  provide('postgresTemplate', await createTemplate(servers.postgresUrl));
  return async () => {
    await servers[Symbol.asyncDispose]();
  };
}
