// `lemma serve` with keys: who is served, what limits do to the official client, what a kill leaves.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { eventually, killServers, metric, startServer } from './server.mjs';

const { OpenAI } = createRequire(new URL('../npm/package.json', import.meta.url))('openai');

const lemma = process.env.LEMMA_BINARY;
const root = mkdtempSync(join(tmpdir(), 'lemma-access-'));
const directory = join(root, 'data');
after(() => rmSync(root, { recursive: true }));
after(killServers);

function run(...args) {
  return spawnSync(lemma, args, { encoding: 'utf8', timeout: 60000 });
}

function createKey(...args) {
  const made = run('key', 'create', '--data-dir', directory, '--json', ...args);
  assert.equal(made.status, 0, made.stderr);
  return JSON.parse(made.stdout);
}

const start = () => startServer(['--require-keys', '--data-dir', directory]);
const clientOf = (server, key, maxRetries = 0) =>
  new OpenAI({ baseURL: `${server.url}/v1`, apiKey: key, maxRetries });
const question = {
  model: 'lemma-mini', messages: [{ role: 'user', content: 'What is 12 * 34?' }],
};

// Keeps an answer from ending by itself before it is left: 24,000 tokens.
const long = { n: 16, max_tokens: 1500, ignore_eos: true };

// A key that was just made is known within a quarter of a second.
async function known(server, key) {
  await eventually(async () => {
    const reply = await fetch(`${server.url}/v1/models`, { headers: { 'x-api-key': key } });
    return reply.status === 200;
  }, 'the new key is known');
}

// What is left of the day, with nothing reserved for the question itself.
async function tokensLeft(server, key) {
  const reply = await fetch(`${server.url}/tokenize`, {
    method: 'POST', headers: { authorization: `Bearer ${key}` }, body: '{"content": "a"}',
  });
  assert.equal(reply.status, 200);
  return Number(reply.headers.get('x-ratelimit-remaining-tokens'));
}

test('beyond the loopback only with keys', () => {
  for (const host of ['0.0.0.0', '[::]']) {
    const refused = run('serve', '--host', host, '--port', '0');
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /^lemma: --host .*--require-keys/);
  }
});

test('the official client, lemma ask and x-api-key with a key, and nobody without', async () => {
  const server = await start();
  const { key } = createKey('--name', 'a', '--scope', 'inference', '--scope', 'metrics');
  await known(server, key);
  const reply = await clientOf(server, key).chat.completions.create({
    ...question, temperature: 0, max_tokens: 400,
  });
  assert.match(reply.choices[0].message.content, /408/);
  for (const wrong of ['any', `${key.slice(0, -1)}-`, 'lemma_']) {
    await assert.rejects(clientOf(server, wrong).chat.completions.create(question),
                         OpenAI.AuthenticationError);
  }
  assert.equal((await fetch(`${server.url}/metrics`)).status, 401);
  assert.equal((await fetch(`${server.url}/readyz`)).status, 200);
  const asked = run('ask', '--url', server.url, '--key', key, 'What is 12 * 34?',
                    '--temperature', '0');
  assert.equal(asked.status, 0, asked.stderr);
  assert.match(asked.stdout, /408/);
  assert.equal(await server.stop(), 0);
  const secret = key.slice(14);
  const files = readdirSync(directory).map((name) => readFileSync(join(directory, name), 'latin1'));
  for (const text of [server.stdout(), server.stderr(), ...files]) {
    assert.equal(text.includes(secret.slice(0, 12)), false);
  }
});

test('the client with retries obeys the headers of a 429', async () => {
  const server = await start();
  const { key } = createKey('--name', 'one', '--concurrency', '1', '--tpm', '100000',
                            '--scope', 'inference', '--scope', 'metrics');
  await known(server, key);
  const nRefused = async () => {
    const text = await (await fetch(`${server.url}/metrics`, {
      headers: { 'x-api-key': key },
    })).text();
    const line = /lemma_gateway_requests_total\{code="429",route="\/v1\/chat\/completions"\} (\d+)/;
    return Number(line.exec(text)?.[1] ?? 0);
  };
  const client = clientOf(server, key, 20);
  const running = await client.chat.completions.create({
    ...question, stream: true, temperature: 2, ...long,
  });
  const begun = Date.now();
  const second = client.chat.completions.create({ ...question, max_tokens: 5 });
  await eventually(async () => (await nRefused()) > 0, 'the second is refused');
  running.controller.abort();
  assert.ok((await second).usage.completion_tokens > 0);
  assert.ok(Date.now() - begun >= 900, 'it waited as retry-after-ms says');

  // What no wait will help is asked once.
  const small = createKey('--name', 'small', '--tpm', '100').key;
  await known(server, small);
  const before = await nRefused();
  await assert.rejects(
    clientOf(server, small, 20).chat.completions.create({ ...question, max_tokens: 200 }),
    OpenAI.RateLimitError);
  assert.equal(await nRefused(), before + 1);
  assert.equal(await server.stop(), 0);
});

test('tokens of a day are exact, and outlast kill -9', async () => {
  const limit = 1000000;
  const { key } = createKey('--name', 'day', '--tpd', String(limit),
                            '--scope', 'inference', '--scope', 'metrics');
  let server = await start();
  await known(server, key);
  const client = clientOf(server, key);
  let used = 0;
  const { data, response } = await client.chat.completions
    .create({ ...question, max_tokens: 40 }).withResponse();
  const reserved = data.usage.prompt_tokens + 40;
  assert.equal(Number(response.headers.get('x-ratelimit-remaining-tokens')), limit - reserved);
  used += data.usage.total_tokens;
  assert.equal(await tokensLeft(server, key), limit - used);

  const stream = await client.chat.completions.create({
    ...question, seed: 3, max_tokens: 40, stream: true,
  });
  for await (const chunk of stream) assert.equal(chunk.usage, undefined);
  const same = await client.chat.completions.create({ ...question, seed: 3, max_tokens: 40 });
  used += 2 * same.usage.total_tokens;
  const several = await client.chat.completions.create({ ...question, n: 3, max_tokens: 40 });
  used += several.usage.total_tokens;
  assert.equal(await tokensLeft(server, key), limit - used);

  const left = await client.chat.completions.create({
    ...question, temperature: 2, ...long, stream: true,
  });
  let nChunks = 0;
  for await (const chunk of left) {
    nChunks += chunk.choices.length;
    if (nChunks === 20) left.controller.abort();
  }
  const least = data.usage.prompt_tokens + 18;  // the first has the role, and one may be empty
  await eventually(async () => {
    const cost = limit - used - (await tokensLeft(server, key));
    return cost >= least && cost < data.usage.prompt_tokens + long.n * long.max_tokens;
  }, 'who leaves pays for what came');

  // Of a whole answer nothing has come, and yet all that was computed is paid for.
  const told = (name) => metric(server.url, name, '', key);
  const computed = () => told('vllm:generation_tokens_total');
  const leftBefore = await tokensLeft(server, key);
  const computedBefore = await computed();
  const leaving = new AbortController();
  const whole = client.chat.completions.create(
    { ...question, temperature: 2, ...long }, { signal: leaving.signal });
  const steps = () => told('lemma_engine_steps_total');
  const stepsBefore = await steps();
  await eventually(async () => (await steps()) > stepsBefore + 20, 'it is being computed');
  leaving.abort();
  await assert.rejects(whole, OpenAI.APIUserAbortError);
  await eventually(async () => (await told('vllm:num_requests_running')) === 0,
    'it has ended');
  const cost = data.usage.prompt_tokens + (await computed()) - computedBefore;
  assert.ok(cost < long.n * long.max_tokens, 'it was stopped');
  await eventually(async () => leftBefore - (await tokensLeft(server, key)) === cost,
    `who leaves pays the ${cost} tokens that were computed`);

  const before = await tokensLeft(server, key);
  server.process.kill('SIGKILL');
  await server.exited;
  server = await start();
  assert.equal(await tokensLeft(server, key), before);
  assert.equal(await server.stop(), 0);
});

test('what a minute has taken outlasts kill -9', async () => {
  const { key } = createKey('--name', 'minute', '--rpm', '1', '--tpm', '100000');
  let server = await start();
  await known(server, key);
  await clientOf(server, key).chat.completions.create({ ...question, max_tokens: 5 });
  server.process.kill('SIGKILL');
  await server.exited;
  server = await start();
  await assert.rejects(clientOf(server, key).chat.completions.create(question),
                       OpenAI.RateLimitError);
  assert.equal(await server.stop(), 0);
});

test('without --require-keys any key is served, and one of ours must be valid', async () => {
  const { key, id } = createKey('--name', 'open');
  const server = await startServer(['--data-dir', directory]);
  for (const any of [key, 'any', 'sk-0123']) {
    assert.ok(await clientOf(server, any).models.list(), any);
  }
  assert.equal(run('key', 'revoke', '--data-dir', directory, id).status, 0);
  await eventually(async () => {
    const reply = await fetch(`${server.url}/v1/models`, { headers: { 'x-api-key': key } });
    return reply.status === 401;
  }, 'the revoked key is refused');
  assert.equal(await metric(server.url, 'lemma_gateway_requests_limited_total'), 0);
  assert.equal(await server.stop(), 0);
});

test('one server at a time has a SQLite file, and commands work beside it', async () => {
  const server = await start();
  const refused = run('serve', '--port', '0', '--data-dir', directory);
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /another `lemma serve` .*--data-dir.*PostgreSQL/s);
  assert.ok(refused.stderr.includes(directory));
  createKey('--name', 'beside');
  assert.equal(await server.stop(), 0);
  const next = await start();
  assert.equal(await next.stop(), 0);
});

// The client that HUSTOJ ships (trunk/web/aiapi): it waits for 60 s, does not stream, and reads the content.
test('what an online judge asks is answered within the time of its key', async () => {
  const { key } = createKey('--name', 'judge', '--deadline', '55s');
  const server = await start();
  await known(server, key);
  const begun = Date.now();
  const reply = await fetch(`${server.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'lemma-mini',
      enable_thinking: false,
      temperature: 0.8,
      messages: [
        { role: 'system', content: '你是一个编程高手,能帮我用简单清晰的中文,解释我看不懂的报错信息。' },
        { role: 'user', content: '题目:<p>A+B</p>\n源代码:#include &lt;stdio.h&gt;\nscanf(&quot;%d&quot;,&amp;a);' },
      ],
    }),
    signal: AbortSignal.timeout(60_000),
  });
  assert.equal(reply.status, 200);
  const { choices: [{ message }] } = await reply.json();
  assert.ok(message.content.length > 0);
  assert.doesNotMatch(message.content, /<\/?think>/);
  assert.ok(Date.now() - begun < 60_000);
  assert.equal(await server.stop(), 0);
});
