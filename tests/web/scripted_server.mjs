// A server before a scripted replica, and a browser: what most tests of the pages begin with.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { killServers, startServer } from '../serve/server.mjs';
import { launchBrowser } from './browser.mjs';
import { startReplica } from './scripted_replica.mjs';

const parts = {};

// Resolves to { replica, server, browser }. `start`: startServer, or startConsole.
export async function startScripted(start = startServer) {
  parts.replica = await startReplica();
  parts.server = await start(['--workers', '0', '--replica', parts.replica.url]);
  parts.browser = await launchBrowser();
  return parts;
}

// A `start` whose server has jobs.
export async function startWithData(args) {
  const root = mkdtempSync(join(tmpdir(), 'lemma-page-'));
  const server = await startServer([...args, '--data-dir', root]);
  return { ...server, remove: async () => {
    await server.stop();
    rmSync(root, { recursive: true });
  } };
}

export async function stopScripted() {
  await parts.browser?.close();
  await parts.server?.remove?.();
  killServers();
  parts.replica?.stop();
}
