export { loadDefinition, loadEvents } from './load-definition.ts';
export { eventSettings } from './settings.ts';
