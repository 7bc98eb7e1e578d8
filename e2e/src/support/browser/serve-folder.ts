import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';

/** A static web server; stopped on disposal. */
export interface Site extends AsyncDisposable {
  readonly url: string;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
};

/** Serves the files of a folder on the loopback interface. */
export async function serveFolder(folder: string): Promise<Site> {
  const server = createServer(({ url = '/' }, response) => {
    const path = join(folder, normalize(url === '/' ? '/index.html' : url));
    const exists = statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
    response.writeHead(exists ? 200 : 404, { 'content-type': types[extname(path)] ?? 'text/plain' });
    if (exists) createReadStream(path).pipe(response);
    else response.end();
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}
