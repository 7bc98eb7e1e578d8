import { once } from 'node:events';
import { findInvalidRows } from '@pipeline/db';
import { readNewestProof, readNewestReceipt } from '@pipeline/db/prove';
import { readMinutes, readNewest, readRollups } from '@pipeline/db/read';
import { loadDefinition } from '@pipeline/definition';
import { connectKafka, openAdmin } from '@pipeline/kafka';
import { type FindInvalid, listen } from '@pipeline/program';
import { createRecordPace, type Settings, withDeadline } from '@pipeline/runtime';
import type { EventDefinition } from '@pipeline/schema';
import type { Context } from 'hono';
import { actingUserOf } from '../access/acting-user.ts';
import { openLogins } from '../access/logins.ts';
import { publicOrigin } from '../access/public-origin.ts';
import { requireLogin } from '../access/require-login.ts';
import { createDeadLetterApi } from '../api/dead-letters.ts';
import { createWhatIfApi } from '../api/what-if.ts';
import { openStatsContext, type StatsContext, type StatsSettings } from '../collect/stats-context.ts';
import { withTimeoutFallback } from '../collect/with-timeout-fallback.ts';
import { createStatsMetrics } from '../metrics.ts';
import { createDashboardState } from '../page/dashboard-state.ts';
import { type History, openHistory } from '../page/history.ts';
import { createLive, type Live } from '../page/live.ts';
import { createObserver } from '../page/observe.ts';
import { toMessage } from '../page/report.ts';
import { createServer } from '../page/server.ts';
import { readWebFiles } from '../page/web-files.ts';
import { pageAddress, type serveSettings } from '../settings.ts';

type ServeSettings = Settings<typeof serveSettings>;

/** After this long the page reports an error instead of loading. Kafka's timeout is shorter. */
const ANSWER_MS = 6_000;
const EVERY_SECONDS = 2;
const UNREAD_SECONDS = 10;
const TAIL_EVENTS = 10;
/** Timeout for the newest events and the newest proof, which are optional. */
const TAIL_TIMEOUT_MS = 1_000;

/** Serves the page and its API until a stop signal. */
export async function serveStats(settings: ServeSettings, version: string): Promise<void> {
  const definition = await loadDefinition(settings);
  const types = Object.keys(definition.types);
  await using view = openStatsContext(settings);
  const { logger, signal } = view;
  const { KAFKA_TOPIC: topics, KAFKA_GROUP_ID: groupId } = settings;
  const pipeline = { topic: topics.join(','), groupId };
  const metrics = createStatsMetrics(version, groupId);
  const history = openHistory(view, pipeline, logger);
  const { STATS_BASE_PATH: basePath, STATS_BASIC_AUTH_FILE: loginFile } = settings;
  const app = createServer({
    collect: () => withDeadline(view.collect(), ANSWER_MS, 'reading the statistics'),
    readMinutes: (minutes) => readMinutes(view.database, minutes),
    readRollups: (buckets) => readRollups(view.database, buckets),
    readHistory: history.read,
    readReceipt: () => readNewestReceipt(view.database),
    live: startLive(view, history),
    webFiles: readWebFiles({ groupId, topics, types }),
    deadLetters: createDeadLetterApi({ ...view, ...changesOf(settings) }),
    whatIf: createWhatIfApi({ ...whatIfOf(settings, view, definition), ...changesOf(settings) }),
    metrics,
    observe: createObserver(metrics, { topics, groupId }),
    allowedHosts: [settings.HTTP_HOST, ...settings.STATS_ALLOWED_HOSTS],
    basePath,
    login: loginFile === undefined ? undefined : requireLogin(openLogins(loginFile, logger)),
  });
  await using server = await listen(app, pageAddress(settings), logger);
  logger.info(`stats page ${server.url}${basePath === '/' ? '' : basePath}`);
  if (!signal.aborted) await once(signal, 'abort');
}

/** One poll for all viewers of the page. */
function startLive(view: StatsContext, history: History): Live {
  const { collectWithTimeout, describeGroup, database, signal } = view;
  const collect = () => withDeadline(collectWithTimeout(), ANSWER_MS, 'reading the statistics');
  const readTail = withTimeoutFallback(() => readNewest(database, TAIL_EVENTS), TAIL_TIMEOUT_MS, 'Postgres');
  const readProof = withTimeoutFallback(() => readNewestProof(database), TAIL_TIMEOUT_MS, 'Postgres');
  const look = createDashboardState({ collect, describeGroup, readNewest: readTail, readProof, history });
  const times = { everyMs: EVERY_SECONDS * 1_000, unreadMs: UNREAD_SECONDS * 1_000 };
  return createLive(() => toMessage(look, EVERY_SECONDS), { ...times, signal });
}

/** What a comparison of definitions reads. */
function whatIfOf(settings: ServeSettings, { logger, database }: StatsContext, present: EventDefinition) {
  const limits = { maxBytes: settings.DECOMPRESSED_MAX_BYTES, maxRecords: settings.DECODED_MAX_RECORDS };
  const eventLimits = { maxBytes: settings.EVENT_MAX_BYTES, maxDepth: settings.EVENT_MAX_DEPTH };
  const findInvalid: FindInvalid = (events) => findInvalidRows(database, events);
  const open = () => openAdmin(connectKafka(settings, 'stats', logger));
  const connect = () => withDeadline(open(), ANSWER_MS, 'connecting to Kafka');
  return { topics: settings.KAFKA_TOPIC, present, connect, limits, eventLimits, findInvalid };
}

/** How dead letters may be changed, and who is recorded. */
function changesOf(settings: ServeSettings) {
  return {
    pace: createRecordPace(settings.DLQ_REDRIVE_RATE),
    isReadOnly: isReadOnly(settings),
    actingUser: (context: Context) => actingUserOf(context, settings),
    originOf: (context: Context) => publicOrigin(context, settings.STATS_TRUSTED_PROXIES),
  };
}

/** Remote viewers may change something only if STATS_READ_ONLY=false allows it. */
function isReadOnly({ STATS_READ_ONLY, HTTP_HOST }: StatsSettings): boolean {
  if (STATS_READ_ONLY !== undefined) return STATS_READ_ONLY === 'true';
  return !/^(localhost|127\.[\d.]+|::1)$/.test(HTTP_HOST);
}
