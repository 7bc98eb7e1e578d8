import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { acceptsConnections, findFreePort, startGuarded } from '@pipeline/servers';
import { waitUntil } from '../programs/wait.ts';

const cache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'kafka-to-postgres');
const unpacked = join(cache, 'nginx/usr/sbin/nginx');

const binary = ['/usr/sbin/nginx', '/usr/local/bin/nginx', '/opt/homebrew/bin/nginx', unpacked].find((path) =>
  existsSync(path),
);

/** The reason why nginx is not available; undefined if it is. */
export const noNginx = binary === undefined ? 'nginx is not installed; .ci/run unpacks it' : undefined;

/** A running nginx. */
export interface Nginx extends AsyncDisposable {
  /** Its origin, such as `http://127.0.0.1:8080`. */
  readonly origin: string;
}

/** Starts nginx with the content of a `server` block. */
export async function startNginx(server: string): Promise<Nginx> {
  const folder = await mkdtemp(join(tmpdir(), 'pipeline-nginx-'));
  // Its workers do not run as root.
  await chmod(folder, 0o755);
  const port = await findFreePort();
  const settings = join(folder, 'nginx.conf');
  await writeFile(settings, toSettings(folder, `listen 127.0.0.1:${port};\n${server}`));
  const command = [binary ?? '', '-e', 'stderr', '-p', folder, '-c', settings];
  const logPath = join(folder, 'nginx.log');
  const started = await startGuarded(command, { logPath });
  let hasEnded = false;
  void started.ended.then(() => {
    hasEnded = true;
  });
  await waitUntil(async () => hasEnded || (await acceptsConnections({ host: '127.0.0.1', port })));
  if (hasEnded) throw new Error(readFileSync(logPath, 'utf8'));
  return {
    origin: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      await started.stop();
      await rm(folder, { recursive: true });
    },
  };
}

/** All files are below a folder of its own. */
function toSettings(folder: string, server: string): string {
  const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const temporary = kinds.map((kind) => `${kind}_temp_path ${folder}/${kind};`).join('\n');
  return `daemon off;
pid ${folder}/nginx.pid;
worker_processes 1;
events {}
http {
${temporary}
access_log off;
server {
${server}
}
}
`;
}
