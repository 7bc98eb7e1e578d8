import { once } from 'node:events';
import { createLogger, createMetrics, exitAfter, listen, stopSignal, withDeadline } from '@pipeline/runtime';
import { createServer } from '../server.ts';
import { USUAL_STATS_PORT } from '../settings.ts';
import { openView, STOP_MS, type StatsSettings } from '../view.ts';

/** A page that does not come is worse than one that says why. Kafka gets less than this. */
const ANSWER_MS = 6_000;

/** Serves the page and its API until it is told to stop. */
export async function serveStats(settings: StatsSettings, version: string): Promise<void> {
  const signal = stopSignal();
  exitAfter(signal, STOP_MS);
  const logger = createLogger('stats', settings);
  await using view = openView(settings);
  const address = {
    host: settings.HTTP_HOST,
    port: settings.STATS_PORT,
    usualPort: USUAL_STATS_PORT,
    portSetting: 'STATS_PORT',
  };
  const collect = () => withDeadline(view.collect(), ANSWER_MS, 'it');
  await using server = await listen(createServer(collect, createMetrics(version)), address, logger);
  logger.info(`stats page ${server.url}`);
  if (!signal.aborted) await once(signal, 'abort');
}
