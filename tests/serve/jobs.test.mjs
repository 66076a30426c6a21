// Jobs of a real `lemma serve`: over kill -9, with keys, to receivers.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { eventually, killServers, startServer } from './server.mjs';

const lemma = process.env.LEMMA_BINARY;
const root = mkdtempSync(join(tmpdir(), 'lemma-jobs-'));
after(() => rmSync(root, { recursive: true }));
after(killServers);

async function call(server, method, path, body, headers = {}) {
  const reply = await fetch(server.url + path, {
    method, headers, body: body === undefined ? undefined : JSON.stringify(body),
  });
  return { status: reply.status, ...(await reply.json()) };
}

// The job at its end, which its events tell.
async function ended(server, id, headers = {}) {
  const reply = await fetch(`${server.url}/v1/jobs/${id}/events`, { headers });
  assert.equal(reply.status, 200);
  await reply.text();
  return call(server, 'GET', `/v1/jobs/${id}`, undefined, headers);
}

// Keeps what it is told: [{ headers, body }]; `fails` of the first are refused.
async function startReceiver(fails) {
  const told = [];
  const receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (bytes) => (body += bytes));
    request.on('end', () => {
      told.push({ headers: request.headers, body });
      response.statusCode = told.length <= fails ? 500 : 200;
      response.end();
    });
  });
  await new Promise((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  after(() => receiver.close());
  return { told, url: `http://127.0.0.1:${receiver.address().port}/hook` };
}

const question = {
  messages: [{ role: 'user', content: 'What is 12 * 34?' }], temperature: 1, max_tokens: 300,
  ignore_eos: true,
};

test('kill -9 loses no job, and each has the one answer of its seed', async () => {
  const receiver = await startReceiver(1);
  const start = () =>
    startServer(['--data-dir', join(root, 'killed'), '--jobs', '2', '--webhook-private']);
  let server = await start();
  const post = (body) => call(server, 'POST', '/v1/jobs', {
    target: '/v1/chat/completions', body, webhook: { url: receiver.url, secret: 'shh' },
  }, { 'idempotency-key': `job-${body.seed}` });
  const bodies = [1, 2, 3, 4, 5, 6, 7, 8].map((seed) => ({ ...question, seed }));
  const answers = [];
  for (const body of bodies) answers.push(await call(server, 'POST', '/v1/chat/completions', body));
  const wanted = new Map();
  for (const [i, body] of bodies.entries()) {
    const job = await post(body);
    assert.equal(job.status, 'queued', JSON.stringify(job));
    wanted.set(job.id, answers[i].choices[0]);
  }
  // In the middle of some, while others wait.
  const isInTheMiddle = async () => {
    const { data } = await call(server, 'GET', '/v1/jobs');
    return data.some((job) => job.status === 'running' && job.progress?.tokens > 0);
  };
  await eventually(isInTheMiddle, 'a job is in its middle');
  server.process.kill('SIGKILL');
  await server.exited;
  server = await start();
  for (const [id, choice] of wanted) {
    const job = await ended(server, id);
    assert.equal(job.status, 'done', JSON.stringify(job));
    assert.equal(job.result.choices[0].message.content, choice.message.content);
    assert.equal(job.result.choices[0].finish_reason, choice.finish_reason);
    assert.ok(job.attempts <= 2);
  }
  const again = await post(bodies[0]);
  assert.equal(again.id, [...wanted.keys()][0]);
  assert.equal(again.status, 'done');

  const delivered = async () => {
    const { data } = await call(server, 'GET', '/v1/jobs');
    return data.length === wanted.size && data.every((job) => job.webhook.state === 'delivered');
  };
  for (let i = 0; i < 6 && !(await delivered()); ++i) {
    await eventually(delivered, 'all are told').catch(() => {});
  }
  assert.ok(await delivered());
  const ids = receiver.told.map(({ body }) => JSON.parse(body).id);
  assert.deepEqual(new Set(ids), new Set(wanted.keys()));
  assert.ok(ids.lastIndexOf(ids[0]) > 0, 'what was refused is told again');
  for (const { headers, body } of receiver.told) {
    const [, t, v1] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(headers['x-lemma-signature']);
    assert.equal(v1, createHmac('sha256', 'shh').update(`${t}.${body}`).digest('hex'));
  }
  assert.equal(await server.stop(), 0);
});

test('SIGTERM waits for no job, and the next server goes on with it', async () => {
  const start = () => startServer(['--data-dir', join(root, 'stopped')]);
  let server = await start();
  const { id } = await call(server, 'POST', '/v1/jobs', {
    body: { problem: 'What is 12 * 34?', temperature: 0 },
  });
  const events = await fetch(`${server.url}/v1/jobs/${id}/events`);
  assert.equal(await server.stop(), 0);
  await events.text();  // whose end is a proper one
  server = await start();
  const job = await ended(server, id);
  assert.equal(job.status, 'done', JSON.stringify(job));
  assert.equal(job.result.answer, '408');
  assert.ok(job.progress.votes.length > 0);
  await server.stop();
});

test('a job is its key\'s, and fails where that is revoked before it runs', async () => {
  const directory = join(root, 'keys');
  const key = (name) => {
    const made = spawnSync(lemma, ['key', 'create', '--data-dir', directory, '--json', '--name', name],
                           { encoding: 'utf8' });
    assert.equal(made.status, 0, made.stderr);
    return { authorization: `Bearer ${JSON.parse(made.stdout).key}` };
  };
  const stays = key('stays');
  const goes = key('goes');
  const server = await startServer(['--require-keys', '--data-dir', directory, '--jobs', '1']);
  const long = { target: '/v1/chat/completions', body: { ...question, n: 16, max_tokens: 1500 } };
  const first = await call(server, 'POST', '/v1/jobs', long, stays);
  const second = await call(server, 'POST', '/v1/jobs', long, goes);
  assert.equal((await call(server, 'GET', `/v1/jobs/${second.id}`, undefined, stays)).status, 404);
  const revoked = spawnSync(lemma, ['key', 'revoke', '--data-dir', directory, 'goes']);
  assert.equal(revoked.status, 0);
  await eventually(async () => (await call(server, 'GET', '/v1/jobs', undefined, goes)).status === 401,
                   'the key is revoked');
  await call(server, 'DELETE', `/v1/jobs/${first.id}`, undefined, stays);
  assert.equal((await ended(server, first.id, stays)).status, 'cancelled');
  // Nobody can ask for it any more: that the next one runs shows that it has ended.
  const third = await call(server, 'POST', '/v1/jobs', {
    target: '/generate', body: { prompt: 'What is 12 * 34?', temperature: 0 },
  }, stays);
  const job = await ended(server, third.id, stays);
  assert.equal(job.status, 'done', JSON.stringify(job));
  assert.match(job.result.text, /408/);
  assert.equal(job.result.profile, 'math');
  const { data } = await call(server, 'GET', '/v1/jobs', undefined, stays);
  assert.deepEqual(data.map(({ id }) => id), [third.id, first.id]);
  await server.stop();
});

test('receivers in private networks are asked only where the operator says so', async () => {
  const receiver = await startReceiver(0);
  const server = await startServer(['--data-dir', join(root, 'private')]);
  const { id } = await call(server, 'POST', '/v1/jobs', {
    target: '/generate', body: { prompt: 'What is 6 * 7?' }, webhook: { url: receiver.url },
  });
  assert.equal((await ended(server, id)).status, 'done');
  const refused = async () =>
    (await call(server, 'GET', `/v1/jobs/${id}`)).webhook.state === 'failed';
  await eventually(refused, 'the receiver is refused');
  assert.match((await call(server, 'GET', `/v1/jobs/${id}`)).webhook.error, /private address/);
  assert.equal(receiver.told.length, 0);
  await server.stop();
});

test('without a data directory there are no jobs, and the answer says how to get them', async () => {
  const server = await startServer();
  const refused = await call(server, 'POST', '/v1/jobs', { body: { problem: 'x' } });
  assert.equal(refused.status, 404);
  assert.match(refused.error.message, /--data-dir/);
  await server.stop();
});

test('what is kept for a second is gone soon after the next start', async () => {
  const args = ['--data-dir', join(root, 'brief'), '--keep-jobs', '1s'];
  let server = await startServer(args);
  const { id } = await call(server, 'POST', '/v1/jobs', {
    target: '/generate', body: { prompt: 'What is 12 * 34?', temperature: 0 },
  });
  assert.equal((await ended(server, id)).status, 'done');
  assert.equal(await server.stop(), 0);
  await new Promise((resolve) => setTimeout(resolve, 1100));
  server = await startServer(args);
  await eventually(async () => (await call(server, 'GET', `/v1/jobs/${id}`)).status === 404, 'it is forgotten');
  await server.stop();
});
