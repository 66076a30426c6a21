// Replicas added, drained, restarted and removed through the admin API of a real `lemma serve`.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { startReplica } from './held_replica.mjs';
import { eventually, killServers, startServer } from './server.mjs';

const lemma = process.env.LEMMA_BINARY;
const root = mkdtempSync(join(tmpdir(), 'lemma-replica-'));
const directory = join(root, 'data');
after(() => rmSync(root, { recursive: true }));
after(killServers);

const isReady = (replica) => ['warming', 'ready'].includes(replica.state);
const password = 'correct horse battery';

async function start() {
  const server = await startServer(['--data-dir', directory, '--admin-listen', '127.0.0.1:0']);
  const api = /^\s*admin\s+(http:\S+)/m.exec(server.stdout())[1];
  const send = (method, path, body, headers) => fetch(api + path, {
    method, headers: { 'content-type': 'application/json', ...headers },
    body: body && JSON.stringify(body),
  });
  const signedIn = await send('POST', '/sign-in', { name: 'alice', password });
  assert.equal(signedIn.status, 200);
  const cookie = signedIn.headers.get('set-cookie').split(';')[0];
  const { csrf_token: csrf } = await signedIn.json();
  const call = async (method, path, body) => {
    const reply = await send(method, path, body, { cookie, 'x-csrf-token': csrf });
    assert.ok(reply.ok, `${method} ${path}: ${reply.status} ${await reply.clone().text()}`);
    return reply.status === 204 ? null : reply.json();
  };
  const replica = async (name) =>
    (await call('GET', '/replicas')).replicas.find((one) => one.name === name);
  const ask = (model) => fetch(`${server.url}/v1/chat/completions`, {
    method: 'POST',
    body: JSON.stringify({
      model, stream: true, max_tokens: 4, messages: [{ role: 'user', content: '12 * 34?' }],
    }),
  });
  return { server, call, replica, ask };
}

test('a replica is added without a restart, kept over one, and finishes its streams when it goes', async () => {
  const made = spawnSync(lemma, ['admin', 'create-user', 'alice', '--role', 'owner', '--data-dir', directory],
                         { encoding: 'utf8', input: `${password}\n` });
  assert.equal(made.status, 0, made.stderr);
  const big = await startReplica();
  const first = await start();
  const added = await first.call('POST', '/replicas',
                                 { spec: `${big.url},name=gpu`, key: 'sk-planted' });
  assert.equal(added.origin, 'store');
  await eventually(async () => isReady(await first.replica('gpu')), 'it is ready');
  const worker = await first.replica('worker-0');
  assert.deepEqual([worker.kind, worker.origin, worker.models], ['worker', 'command_line', ['lemma-mini']]);
  assert.equal(await first.server.stop(), 0);

  const second = await start();
  assert.equal((await second.replica('gpu')).id, added.id, 'it outlasts a restart');
  await eventually(async () => isReady(await second.replica('gpu')), 'it is ready');
  const answer = await second.ask('big');
  assert.equal(answer.headers.get('x-lemma-replica'), 'gpu');
  assert.equal(big.streams.length, 1);
  await second.call('POST', `/replicas/${added.id}/drain`);
  assert.equal((await second.ask('big')).status, 503);
  await second.call('POST', `/replicas/${added.id}/undrain`);
  await second.call('DELETE', `/replicas/${added.id}`);
  assert.equal((await second.replica('gpu')).state, 'leaving');
  big.finish(big.streams[0]);
  assert.match(await answer.text(), /It is .*408\..*\[DONE\]\n\n$/s);
  await eventually(async () => !(await second.replica('gpu')), 'it is gone');
  assert.equal((await second.ask('big')).status, 404);

  const before = await second.replica('worker-0');
  await second.call('POST', '/replicas/worker-0/restart');
  await eventually(async () => {
    const now = await second.replica('worker-0');
    return now.pid && now.pid !== before.pid && isReady(now);
  }, 'another process');
  assert.equal((await second.replica('worker-0')).restarts, 1);
  assert.equal((await second.ask('lemma-mini')).status, 200);

  const { entries } = await second.call('GET', '/audit');
  assert.deepEqual(entries.map(({ action }) => action).filter((action) => action.startsWith('replica')).reverse(),
                   ['replica.create', 'replica.drain', 'replica.undrain', 'replica.delete', 'replica.restart']);
  assert.equal(await second.server.stop(), 0);
  assert.ok(big.keys.has('Bearer sk-planted'));
  const files = readdirSync(directory).map((name) => readFileSync(join(directory, name), 'latin1'));
  for (const { server } of [first, second]) files.push(server.stdout(), server.stderr());
  for (const text of [...files, JSON.stringify([added, entries])]) {
    assert.ok(!text.includes('planted'));
  }
});
