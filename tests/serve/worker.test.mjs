// `lemma worker` by itself, as in a pod: its key, where it may listen, and how it ends.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { eventually, killServers, startServer } from './server.mjs';

const lemma = process.env.LEMMA_BINARY;
const directory = mkdtempSync(join(tmpdir(), 'lemma-worker-'));
const workers = new Set();
after(() => rmSync(directory, { recursive: true }));
after(() => workers.forEach((worker) => worker.kill('SIGKILL')));
after(killServers);

const keyFile = join(directory, 'worker.key');
writeFileSync(keyFile, 'sk-planted\n');
const withKey = { authorization: 'Bearer sk-planted' };

function run(args, environment = {}) {
  return spawnSync(lemma, ['worker', ...args], {
    encoding: 'utf8', timeout: 60000, env: { ...process.env, ...environment },
  });
}

// Resolves once it listens, on a free port: { url, process, exited -> exit status, stderr() }.
async function startWorker(args, environment = {}) {
  const child = spawn(lemma, ['worker', '--listen', '127.0.0.1:0', '--threads', '1', ...args], {
    stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...environment },
  });
  workers.add(child);
  let stderr = '';
  const exited = new Promise((resolve) => child.once('exit', (code) => {
    workers.delete(child);
    resolve(code);
  }));
  const url = await new Promise((resolve, reject) => {
    child.stderr.on('data', (bytes) => {
      stderr += bytes;
      const found = /listens on (127\.0\.0\.1:\d+)/.exec(stderr);
      if (found) resolve(`http://${found[1]}`);
    });
    exited.then((code) => reject(new Error(`lemma worker ended with ${code}:\n${stderr}`)));
  });
  return { url, process: child, exited, stderr: () => stderr };
}

function chat(url, headers, fields = {}) {
  return fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers,
    body: JSON.stringify({
      messages: [{ role: 'user', content: 'What is 12 * 34?' }], max_tokens: 8, ...fields,
    }),
  });
}

test('beyond this machine only with a key', () => {
  for (const listen of ['0.0.0.0:0', '[::]:0', '192.0.2.1:8081', 'some-name:8081']) {
    const refused = run(['--listen', listen]);
    assert.equal(refused.status, 1, listen);
    assert.match(refused.stderr, /^lemma: --listen .*whoever reaches it.*--key-file/, listen);
  }
});

test('a key that cannot be read or sent, or that names nothing, opens nothing', () => {
  const empty = join(directory, 'empty.key');
  writeFileSync(empty, '\n');
  const lines = join(directory, 'lines.key');
  writeFileSync(lines, 'sk-planted\nsk-planted\n');
  for (const [args, status, message] of [
    [['--key-file', empty], 1, /empty\.key: must be one line/],
    [['--key-file', lines], 1, /lines\.key: must be one line/],
    [['--key-file', join(directory, 'none.key')], 1, /none\.key/],
    [['--key-env', 'LEMMA_NO_SUCH_KEY'], 1, /key-env LEMMA_NO_SUCH_KEY: must be one line/],
    [['--key-file', keyFile, '--key-env', 'A'], 2, /--key-/],
    [['--key-file', ''], 2, /--key-file/], [['--key-env', ''], 2, /--key-env/],
  ]) {
    const refused = run(['--listen', '127.0.0.1:0', ...args]);
    assert.equal(refused.status, status, args.join(' '));
    assert.match(refused.stderr + refused.stdout, message);
    assert.ok(!refused.stderr.includes('planted'));
  }
});

test('with a key it answers the gateway that has it, and probes', async () => {
  const worker = await startWorker(['--key-file', keyFile]);
  for (const headers of [{}, { authorization: 'Bearer other' }]) {
    const refused = await chat(worker.url, headers);
    assert.equal(refused.status, 401);
    assert.equal((await refused.json()).error.type, 'authentication_error');
    assert.equal((await fetch(`${worker.url}/metrics`, { headers })).status, 401);
    assert.equal((await fetch(`${worker.url}/readyz`, { headers })).status, 200);
  }
  assert.equal((await chat(worker.url, withKey)).status, 200);
  assert.equal((await fetch(`${worker.url}/metrics`, { headers: withKey })).status, 200);

  const server = await startServer(['--workers', '0', '--replica',
                                    `${worker.url},name=far,key-file=${keyFile}`]);
  await eventually(async () => (await fetch(`${server.url}/readyz`)).status === 200, 'it is ready');
  const answer = await chat(server.url, {});
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get('x-lemma-replica'), 'far');
  assert.equal(await server.stop(), 0);
  worker.process.kill('SIGTERM');
  assert.equal(await worker.exited, 0);
  assert.ok(!worker.stderr().includes('planted'));
});

test('the key may come from the environment', async () => {
  const worker = await startWorker(['--key-env', 'LEMMA_TEST_KEY'], { LEMMA_TEST_KEY: 'sk-planted' });
  assert.equal((await chat(worker.url, {})).status, 401);
  assert.equal((await chat(worker.url, withKey)).status, 200);
  worker.process.kill('SIGTERM');
  assert.equal(await worker.exited, 0);
});

// What a stream had said by the time it ended, whole or cut.
async function read(reply) {
  let text = '';
  try {
    for await (const bytes of reply.body) text += Buffer.from(bytes).toString();
  } catch {
    text += 'cut';
  }
  return text;
}

test('told to end, it lets answers go on as long as --drain-timeout says', async () => {
  const patient = await startWorker([]);
  const whole = await chat(patient.url, {}, { stream: true, ignore_eos: true, max_tokens: 60 });
  patient.process.kill('SIGTERM');
  assert.match(await read(whole), /data: \[DONE\]\n\n$/);
  assert.equal(await patient.exited, 0);

  const hasty = await startWorker(['--drain-timeout', '0']);
  // Thousands of tokens: no machine has computed them before the signal is there.
  const long = { stream: true, ignore_eos: true, max_tokens: 1900, n: 4 };
  const cut = await chat(hasty.url, {}, long);
  assert.equal(cut.status, 200);
  hasty.process.kill('SIGTERM');
  assert.doesNotMatch(await read(cut), /\[DONE\]/);
  assert.equal(await hasty.exited, 0);

  const wrong = run(['--listen', '127.0.0.1:0', '--drain-timeout', 'soon']);
  assert.equal(wrong.status, 1);
  assert.match(wrong.stderr, /^lemma: --drain-timeout: must be a number and s/);
});
