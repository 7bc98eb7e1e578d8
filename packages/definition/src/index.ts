export { compileDefinition, loadDefinition, loadEvents } from './load-definition.ts';
export { type EnvelopeChoice, eventLimitSettings, eventSettings } from './settings.ts';
