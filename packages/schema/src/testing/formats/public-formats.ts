import { analytics } from './analytics.ts';
import { cloudServices } from './cloud-services.ts';
import { databases } from './databases.ts';
import { observability } from './observability.ts';
import type { PublicFormat } from './public-format.ts';
import { webhooks } from './webhooks.ts';

/** Formats in which other systems write events, each with its smallest definition and some records. */
export const publicFormats: readonly PublicFormat[] = [
  ...webhooks,
  ...cloudServices,
  ...databases,
  ...observability,
  ...analytics,
];
