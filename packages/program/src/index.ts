export { basePath } from './base-path.ts';
export { type CheckReport, outcomeOf, type PlacedOutcome, reportOf } from './check/check-report.ts';
export { type ComparisonReport, DefinitionComparison } from './check/compare-definitions.ts';
export { EventIds } from './check/event-ids.ts';
export { printComparison } from './check/print-comparison.ts';
export { printReport } from './check/print-report.ts';
export { type FindInvalid, refuseInvalid } from './check/refuse-invalid.ts';
export { clipRows } from './check/report-tables.ts';
export { commandLine, fixCommand } from './command-line.ts';
export { currentUser } from './current-user.ts';
export { errorLine } from './error-line.ts';
export { addHealthCommand } from './health.ts';
export { type HttpServer, httpSettings, type ListenAddress, listen } from './http.ts';
export { createLimitedDecoder } from './limit-types.ts';
export { createLogger, loggerSettings } from './logger.ts';
export { createProcessMetrics, type ProcessMetrics } from './metrics.ts';
export { parsePosition } from './parse-position.ts';
export { createProbes, type Probes } from './probes.ts';
export {
  type Command,
  createProgram,
  invalidArgument,
  numberBetween,
  settingsOf,
  withSettings,
} from './program.ts';
export { readTime } from './read-time.ts';
export { runProgram } from './run-program.ts';
export { stopSignal } from './stop.ts';
export { renderColumns } from './terminal/columns.ts';
export { clipPrintable, toPrintable, toPrintableJson } from './terminal/printable.ts';
export { showProgress } from './terminal/progress.ts';
export { messagingAttributes } from './traces/messaging.ts';
export { openTraces } from './traces/open-traces.ts';
export { traceSettings } from './traces/settings.ts';
export type { Attributes, Kind, Span, SpanOptions, Traces } from './traces/traces.ts';
