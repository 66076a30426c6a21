// POST /v1/solve of a real server: what lemma-mini can, it solves; what is not needed is not computed.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { eventually, killServers, metric, noSandbox, startServer } from './server.mjs';

let server;
before(async () => (server = await startServer()));
after(killServers);

const problem = 'Solve the system 3x + 2y = 16, x - y = 2';
const post = (body, options = {}) =>
  fetch(`${server.url}/v1/solve`, { method: 'POST', body: JSON.stringify(body), ...options });

async function solve(body) {
  const response = await post(body);
  const reply = await response.json();
  assert.equal(response.status, 200, JSON.stringify(reply));
  return reply;
}

test('adaptive takes three samples that agree, majority of 8 more', async () => {
  const adaptive = await solve({ problem, seed: 1 });
  assert.equal(adaptive.answer, 'x = 4, y = 2');
  assert.equal(adaptive.profile, 'math');
  assert.equal(adaptive.samples.length, 3);
  assert.equal(adaptive.stopped, 'likely');
  assert.equal(adaptive.agreement, 1);
  const used = adaptive.samples.reduce((sum, sample) => sum + sample.completion_tokens, 0);
  assert.equal(adaptive.usage.completion_tokens, used, 'each sample says its own tokens');
  const majority = await solve({ problem, seed: 1, strategy: 'majority' });
  assert.equal(majority.answer, adaptive.answer);
  assert.ok(majority.usage.completion_tokens > 1.9 * adaptive.usage.completion_tokens);
});

test('the same seed gives the same samples', async () => {
  const body = { problem, seed: 7, strategy: 'first_m', samples: 4, min_samples: 4, temperature: 1 };
  const texts = ({ samples }) => samples.map((sample) => [sample.answer, sample.completion_tokens]);
  assert.deepEqual(texts(await solve(body)), texts(await solve(body)));
});

test('a stream tells of every sample, the votes and the result', async () => {
  const response = await post({ problem, seed: 1, stream: true, strategy: 'majority', samples: 3 });
  assert.equal(response.headers.get('x-lemma-profile'), 'math');
  const text = await response.text();
  assert.ok(text.endsWith('data: [DONE]\n\n'));
  const events = text.split('\n\n').filter((event) => event.startsWith('data: {'));
  const parsed = events.map((event) => JSON.parse(event.slice('data: '.length)));
  assert.equal(parsed[0].type, 'start');
  const result = parsed.at(-1);
  assert.equal(result.type, 'result');
  const said = parsed.filter(({ type, sample }) => type === 'delta' && sample === 0);
  assert.equal(said.map((event) => event.text ?? '').join(''), result.solution);
  assert.ok(parsed.some(({ type }) => type === 'vote'));
});

test('ask shows samples and votes, and prints the solution alone', async () => {
  const ask = (...args) => spawnSync(process.env.LEMMA_BINARY, ['ask', ...args, '--url', server.url],
                                     { encoding: 'utf8' });
  const asked = ask('--samples', '3', '--strategy', 'majority', '--seed', '1', problem);
  assert.equal(asked.status, 0, asked.stderr);
  const { answer, solution } = await solve({ problem, samples: 3, strategy: 'majority', seed: 1 });
  assert.equal(asked.stdout, `${solution}\n`);
  assert.match(asked.stderr, /^profile math, majority, up to 3 samples\nsample \d: x = 4, y = 2 \(/);
  assert.ok(asked.stderr.includes(`votes: 1 x ${answer}\n`), asked.stderr);
  assert.match(asked.stderr, /answer: x = 4, y = 2 \(agreement 100 %, confidence 0\.\d\d\); ended by /);
  const json = JSON.parse(ask('--strategy', 'single', '--json', problem).stdout);
  assert.equal(json.object, 'solve');
  assert.match(ask('--strategy', 'best', problem).stderr, /strategy/);
  assert.match(ask('--tests', '/nowhere/tests.json', problem).stderr, /tests\.json/);
});

test('ask shows what the tests say of a program', { skip: noSandbox() }, (t) => {
  const root = mkdtempSync(join(tmpdir(), 'lemma-ask-'));
  t.after(() => rmSync(root, { recursive: true }));
  const tests = join(root, 'tests.json');
  writeFileSync(tests, JSON.stringify([{ input: '1\n', output: 'no program prints this' }]));
  const asked = spawnSync(process.env.LEMMA_BINARY,
                          ['ask', '--tests', tests, '--samples', '1', '--max-tokens', '400',
                           'Write a Python program that reads n and prints n + 1.'],
                          { encoding: 'utf8' });
  assert.equal(asked.status, 0, asked.stderr);
  assert.match(asked.stderr, /sample 0: 0 of 1 tests, /);
  assert.match(asked.stderr, /checked: 0 of 1 tests, /);
});

test('a client that leaves ends the computation', async () => {
  const leaving = new AbortController();
  const response = await post(
    { problem, strategy: 'majority', samples: 16, stream: true, max_tokens: 1000, temperature: 2,
      loop_guard: false },
    { signal: leaving.signal });
  await response.body.getReader().read();
  leaving.abort();
  await eventually(
    async () => (await metric(server.url, 'vllm:num_requests_running')) === 0, 'the samples end');
});

test('a question does not wait behind the samples of large runs, with a key or without', async () => {
  const small = await startServer(['--kv-gib', '0.02', '--threads', '1']);
  const leaving = new AbortController();
  let nEnded = 0;
  const runs = Array.from({ length: 3 }, () => fetch(`${small.url}/v1/solve`, {
    method: 'POST', signal: leaving.signal,
    body: JSON.stringify({ problem, strategy: 'clr', samples: 64, max_tokens: 400, temperature: 2, ignore_eos: true }),
  }).then((reply) => reply.text()).then(() => (nEnded += 1), () => {}));
  await eventually(async () => (await metric(small.url, 'lemma_pool_queue_requests')) > 3, 'runs wait in line');
  const reply = await fetch(`${small.url}/v1/chat/completions`, {
    method: 'POST', body: JSON.stringify({ messages: [{ role: 'user', content: problem }], max_tokens: 20 }),
  });
  assert.equal(reply.status, 200);
  assert.equal(nEnded, 0, 'the runs still have most of their samples before them');
  leaving.abort();
  await Promise.all(runs);
  assert.equal(await small.stop(), 0);
});

test('what is wrong is named', async () => {
  for (const [body, field] of [[{}, 'problem'], [{ problem, strategy: 'best' }, 'strategy'],
                               [{ problem, samples: 0 }, 'samples'],
                               [{ problem, temperature: 9 }, 'temperature'],
                               [{ problem, profile: 'none' }, 'profile']]) {
    const response = await post(body);
    const { error } = await response.json();
    assert.equal(response.status, 400);
    assert.equal(error.param, field, JSON.stringify(error));
  }
});
