export { compileDefinition, loadDefinition, loadEvents } from './load-definition.ts';
export { type EnvelopeChoice, eventSettings } from './settings.ts';
