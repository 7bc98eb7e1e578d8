import { reasons } from '@pipeline/schema';
import type { Hono } from 'hono';
import { expect, test } from 'vitest';
import openapi from '../openapi.json' with { type: 'json' };
import { createDeadLetterApi, type DeadLetterParts } from './api/dead-letters.ts';
import { createWhatIfApi, type WhatIfParts } from './api/what-if.ts';
import { createServer, type ServerParts } from './page/server.ts';

/** The registered routes; none of their dependencies is called. */
function listRoutes(): readonly string[] {
  const deadLetters = createDeadLetterApi({ isReadOnly: false } as DeadLetterParts);
  const whatIf = createWhatIfApi({ isReadOnly: false } as WhatIfParts);
  const parts = { webFiles: new Map(), allowedHosts: [], deadLetters, whatIf, metrics: {}, basePath: '/' };
  const app: Hono = createServer(parts as unknown as ServerParts);
  const routes = app.routes.filter(({ method }) => method !== 'ALL');
  return [...new Set(routes.map(({ method, path }) => `${method} ${toTemplate(path)}`))].sort();
}

/** `/:id{[0-9]+}` is `/{id}` in OpenAPI. */
const toTemplate = (path: string) => path.replace(/:(\w+)(\{.*\})?/, '{$1}');

test('docs/openapi.json lists exactly the routes of the server', () => {
  const documented = Object.entries(openapi.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(listRoutes()).toEqual(documented.sort());
});

test('docs/openapi.json lists exactly the reasons of schema', () => {
  expect(openapi.components.schemas.Reason.enum).toEqual(reasons);
});
