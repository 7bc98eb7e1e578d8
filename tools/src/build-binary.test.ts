import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

const build = join(import.meta.dirname, 'build-binary.ts');

/** The folder of an app with one module. */
function createApp(main: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'app-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'src'));
  writeFileSync(join(folder, 'src/main.ts'), main);
  return folder;
}

test('an import that cannot be resolved fails the build and is named', () => {
  const app = createApp("import { greet } from 'not-installed';\ngreet();\n");
  const { status, stderr } = spawnSync(process.execPath, ['--conditions=source', build], { cwd: app });
  expect(status).not.toBe(0);
  expect(String(stderr)).toContain("Could not resolve 'not-installed' in src/main.ts");
  expect(existsSync(join(app, 'dist', basename(app)))).toBe(false);
});
