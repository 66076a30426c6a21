// A server before a scripted replica, and a browser: what most tests of the pages begin with.
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

export async function stopScripted() {
  await parts.browser?.close();
  await parts.server?.remove?.();
  killServers();
  parts.replica?.stop();
}
