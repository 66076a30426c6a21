// `lemma serve` with several workers, and with replicas beside them that it did not start.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { eventually, killServers, metric, startServer } from './server.mjs';

const lemma = process.env.LEMMA_BINARY;
const directory = mkdtempSync(join(tmpdir(), 'lemma-pool-'));
const workers = new Set();
after(() => rmSync(directory, { recursive: true }));
after(() => workers.forEach((worker) => worker.kill('SIGKILL')));
after(killServers);

// The processes whose parent is `pid`.
function childrenOf(pid) {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return children.trim().split(/\s+/).filter(Boolean).map(Number);
}

async function chat(url, body) {
  const reply = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    body: JSON.stringify({
      messages: [{ role: 'user', content: 'What is 12 * 34?' }], max_tokens: 8, ...body,
    }),
  });
  return {
    status: reply.status, replica: reply.headers.get('x-lemma-replica'), ...(await reply.json()),
  };
}

// A worker of its own, as in a pod.
function startWorker(socket, model) {
  const worker = spawn(lemma, ['worker', '--listen', `unix:${socket}`, '--threads', '1', '--model', model], {
    stdio: 'ignore',
  });
  workers.add(worker);
  return worker;
}

function isServed(socket) {
  return new Promise((resolve) => {
    const connection = createConnection(socket);
    connection.once('connect', () => resolve(true)).once('error', () => resolve(false));
    connection.once('connect', () => connection.destroy());
  });
}

test('several workers share the cores, and any of them may be killed', async () => {
  const server = await startServer(['--workers', '2']);
  assert.match(server.stdout(), /^ +model +lemma-mini, 2 workers$/m);
  const before = childrenOf(server.process.pid);
  assert.equal(before.length, 2);
  const used = new Set();
  for (let i = 0; used.size < 2; ++i) {
    assert.ok(i < 100, 'one of them gets nothing');
    const reply = await chat(server.url, { messages: [{ role: 'user', content: `${i} + ${i}?` }] });
    used.add(reply.replica);
  }
  assert.deepEqual([...used].sort(), ['worker-0', 'worker-1']);
  assert.equal(await metric(server.url, 'lemma_pool_ready_replicas'), 2);
  const info = await metric(server.url, 'lemma_info', 'replica="worker-1"');
  assert.equal(info, 1);

  process.kill(before[0], 'SIGKILL');
  for (let i = 0; i < 10; ++i) assert.equal((await chat(server.url, {})).status, 200);
  await eventually(async () => (await metric(server.url, 'lemma_pool_replica_restarts_total')) === 1 &&
    (await metric(server.url, 'lemma_pool_ready_replicas')) === 2, 'the worker comes back');
  assert.equal(await server.stop(), 0);
});

test('a remote replica brings its model, goes and comes back', async () => {
  const model = join(directory, 'specialist');
  const made = spawnSync(lemma, ['make-checkpoint', '--shape', 'lemma-mini', '-o', model]);
  assert.equal(made.status, 0);
  const socket = join(directory, 'far.sock');
  let worker = startWorker(socket, model);
  await eventually(() => isServed(socket), 'the worker serves');
  const config = join(directory, 'lemma.toml');
  writeFileSync(config, `[serve]\nworkers = 1\nreplica = ["unix:${socket},name=far"]\n`);
  const server = await startServer(['--config', config]);

  await eventually(async () => (await metric(server.url, 'lemma_pool_ready_replicas')) === 2, 'both');
  const list = await (await fetch(`${server.url}/v1/models`)).json();
  assert.deepEqual(list.data.map(({ id }) => id), ['lemma-mini', 'specialist']);
  assert.ok(list.data[1].max_model_len > 0);
  assert.equal((await chat(server.url, {})).replica, 'worker-0');
  assert.equal((await chat(server.url, { model: 'lemma-mini' })).replica, 'worker-0');
  assert.equal((await chat(server.url, { model: 'specialist' })).replica, 'far');
  const unknown = await chat(server.url, { model: 'poet' });
  assert.equal(unknown.status, 404);
  assert.equal(unknown.error.code, 'model_not_found');
  assert.match(unknown.error.message, /there are: lemma-mini, specialist/);

  worker.kill('SIGKILL');
  await eventually(async () => (await chat(server.url, { model: 'specialist' })).status === 503,
    'it is missed');
  assert.equal((await chat(server.url, {})).status, 200);
  worker = startWorker(socket, model);
  await eventually(async () => (await chat(server.url, { model: 'specialist' })).status === 200,
    'it is back');
  assert.equal(await server.stop(), 0);
  assert.equal(worker.exitCode, null, 'a replica that serve did not start lives on');
});

test('replicas alone, with a key that shows nowhere', async () => {
  const seen = [];
  const other = createServer((request, response) => {
    seen.push(request.headers.authorization);
    if (request.url === '/health') return response.end();
    if (request.url === '/v1/models') return response.end('{"data":[{"id":"big"}]}');
    if (request.url !== '/v1/chat/completions') return response.writeHead(404).end();
    response.setHeader('content-type', 'application/json');
    response.end('{"choices":[{"index":0,"message":{"role":"assistant","content":"408"}}]}');
  });
  await new Promise((resolve) => other.listen(0, '127.0.0.1', resolve));
  const key = join(directory, 'key');
  writeFileSync(key, 'sk-very-secret\n');
  const server = await startServer([
    '--workers', '0', '--replica', `http://127.0.0.1:${other.address().port}/v1,key-file=${key}`,
  ]);
  await eventually(async () => (await fetch(`${server.url}/readyz`)).status === 200, 'it is ready');
  assert.deepEqual(childrenOf(server.process.pid), []);
  assert.match(server.stdout(), /^ +model +1 replica elsewhere$/m);
  const reply = await chat(server.url, {});
  assert.equal(reply.choices[0].message.content, '408');
  assert.ok(seen.length > 0 && seen.every((header) => header === 'Bearer sk-very-secret'));
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  assert.equal(await server.stop(), 0);
  for (const text of [metrics, server.stdout(), server.stderr()]) {
    assert.ok(!text.includes('secret'));
  }
  other.closeAllConnections();
  other.close();
});

test('a replica that is written wrongly is said', () => {
  for (const [replica, message] of [
    ['nowhere', /expected host:port/], ['ftp://a:1', /not an address/],
    ['a:1,colour=red', /"colour" is none of model=/], ['a:1,key-file=/nonexistent', /nonexistent/],
    ['a:1,key-env=LEMMA_NO_SUCH_KEY', /key-env LEMMA_NO_SUCH_KEY: must be one line/],
    ['a:1,key-env=A,key-file=b', /exclude each other/],
  ]) {
    const done = spawnSync(lemma, ['serve', '--port', '0', '--workers', '0', '--replica', replica], {
      encoding: 'utf8', timeout: 60000,
    });
    assert.equal(done.status, 1, replica);
    assert.match(done.stderr, message);
  }
  const nobody = spawnSync(lemma, ['serve', '--port', '0', '--workers', '0'], { encoding: 'utf8' });
  assert.equal(nobody.status, 1);
  assert.match(nobody.stderr, /--workers 0/);
});
