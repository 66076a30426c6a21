// How long answers that run go on when `lemma serve` is told to end.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';

import { startReplica } from './held_replica.mjs';
import { eventually, killServers, startServer } from './server.mjs';

const lemma = process.env.LEMMA_BINARY;
after(killServers);

// A server in front of that replica, and the head of a stream that has begun.
async function startStream(replica, args) {
  const server = await startServer(['--workers', '0', '--replica', replica.url, ...args]);
  await eventually(async () => (await fetch(`${server.url}/readyz`)).status === 200, 'it is ready');
  const reply = await fetch(`${server.url}/v1/chat/completions`, {
    method: 'POST',
    body: JSON.stringify({ stream: true, messages: [{ role: 'user', content: '12 * 34?' }] }),
  });
  assert.equal(reply.status, 200);
  return { server, reply };
}

async function isDraining(server) {
  return (await fetch(`${server.url}/readyz`)).status === 503;
}

test('a stream that does not end is cut when the time is over, and not before', async () => {
  const replica = await startReplica();
  const { server, reply } = await startStream(replica, ['--drain-timeout', '2s']);
  const told = Date.now();
  server.process.kill('SIGTERM');
  await assert.rejects(reply.text());
  assert.equal(await server.exited, 0);
  const seconds = (Date.now() - told) / 1000;
  assert.ok(seconds > 1.9 && seconds < 30, `${seconds} s`);
});

test('0 waits for nothing', async () => {
  const replica = await startReplica();
  const { server, reply } = await startStream(replica, ['--drain-timeout', '0']);
  const told = Date.now();
  server.process.kill('SIGTERM');
  await assert.rejects(reply.text());
  assert.equal(await server.exited, 0);
  assert.ok(Date.now() - told < 30000);
});

test('an answer that ends within the time is whole, and nothing waits for the rest of it', async () => {
  const replica = await startReplica();
  const { server, reply } = await startStream(replica, ['--drain-timeout', '1h']);
  server.process.kill('SIGTERM');
  await eventually(() => isDraining(server), 'it drains');
  replica.streams.forEach(replica.finish);
  assert.match(await reply.text(), /It is .*408\..*\[DONE\]\n\n$/s);
  assert.equal(await server.exited, 0);
});

test('one signal while its worker loads ends it, and is no second one', async () => {
  const starting = spawn(lemma, ['serve', '--port', '0'], { stdio: 'ignore' });
  const exited = once(starting, 'exit');
  const children = `/proc/${starting.pid}/task/${starting.pid}/children`;
  await eventually(() => readFileSync(children, 'utf8') !== '', 'its worker loads');
  starting.kill('SIGTERM');
  assert.deepEqual(await exited, [0, null]);
});

test('workers of its own are told the same, and what is no time is refused', async () => {
  const server = await startServer(['--drain-timeout', '90s']);
  const { pid } = server.process;
  const [worker] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(/\s+/);
  const args = readFileSync(`/proc/${worker}/cmdline`, 'utf8').split('\0');
  assert.equal(args[args.indexOf('--drain-timeout') + 1], '90s');
  assert.equal(await server.stop(), 0);

  for (const timeout of ['60', 'soon', '-1s']) {
    const refused = spawnSync(lemma, ['serve', '--port', '0', `--drain-timeout=${timeout}`], {
      encoding: 'utf8', timeout: 60000,
    });
    assert.equal(refused.status, 1, timeout);
    assert.match(refused.stderr, /^lemma: --drain-timeout: must be a number and s/);
  }
});
