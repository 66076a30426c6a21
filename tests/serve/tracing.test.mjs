// `lemma serve` with a real worker, a collector that speaks OTLP, and logs as JSON: one trace through
// all of them, and no secret in any.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { eventually, killServers, metricsOf, startServer } from './server.mjs';

const lemma = process.env.LEMMA_BINARY;
const data = mkdtempSync(join(tmpdir(), 'lemma-tracing-'));
after(() => rmSync(data, { recursive: true }));
after(killServers);

const bodies = [];
const collector = createServer((request, response) => {
  let body = '';
  request.on('data', (bytes) => (body += bytes));
  request.on('end', () => {
    assert.equal(request.url, '/v1/traces');
    bodies.push(body);
    response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}');
  });
});
await new Promise((resolve) => collector.listen(0, '127.0.0.1', resolve));
after(() => collector.close());

function makeKey(name, ...more) {
  const made = spawnSync(lemma, ['key', 'create', '--name', name, '--data-dir', data, ...more], {
    encoding: 'utf8',
  });
  assert.equal(made.status, 0, made.stderr);
  return made.stdout.trim();
}

const spans = () =>
  bodies.flatMap((body) => JSON.parse(body).resourceSpans[0].scopeSpans[0].spans);

// Every line that has ended is an object with what each of them has.
function logOf(server) {
  const lines = server.stderr().split('\n').slice(0, -1).map((line) => JSON.parse(line));
  for (const line of lines) {
    assert.match(line.time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.match(line.level, /^(info|warning|error)$/);
    assert.match(line.room, /^[a-z]+$/);
    assert.equal(typeof line.message, 'string');
  }
  return lines;
}

test('one trace goes from the client through the gateway to the worker, and holds no secret', async () => {
  const key = makeKey('a', '--rpm', '100');
  const scraper = makeKey('prometheus', '--scope', 'metrics');
  const server = await startServer([
    '--otlp', `http://127.0.0.1:${collector.address().port}`, '--log-format', 'json',
    '--data-dir', data, '--require-keys',
  ]);
  const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
  const prompt = 'What is 12 * 34, PLANTED?';
  const ask = (authorization, stream) =>
    fetch(`${server.url}/v1/chat/completions`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${authorization}`,
        traceparent: `00-${trace}-00f067aa0ba902b7-01`,
        'x-request-id': 'found-again',
      },
      body: JSON.stringify({
        messages: [{ role: 'user', content: prompt }], max_tokens: 16, stream,
      }),
    });
  for (const stream of [false, true]) {
    const reply = await ask(key, stream);
    assert.equal(reply.status, 200);
    assert.ok((await reply.text()).length > 0);
  }
  assert.equal((await ask(`${key}PLANTED`, false)).status, 401);

  // The worker's line comes from another process, with both ids.
  await eventually(
    () => logOf(server).filter((line) => line.room === 'worker' && line.trace_id === trace).length === 2,
    'the worker logs both requests',
  );
  const line = logOf(server).find((one) => one.trace_id === trace);
  assert.equal(line.request_id, 'found-again');

  // What Kubernetes' endpoint picker reads, and what runs: each family once, of both processes.
  const metrics = await metricsOf(server.url, { authorization: `Bearer ${scraper}` });
  for (const name of [
    'vllm:num_requests_waiting', 'vllm:num_requests_running', 'vllm:kv_cache_usage_perc',
    'vllm:prefix_cache_queries_total', 'vllm:prefix_cache_hits_total',
  ]) {
    assert.match(metrics, new RegExp(`^${name}\\{replica="worker-0",model_name="lemma-mini"\\} `, 'm'));
  }
  assert.match(metrics, /^vllm:cache_config_info\{.*block_size="64",num_gpu_blocks="\d+"\} 1$/m);
  assert.match(metrics, /^lemma_info\{.*gpu="none"/m);
  assert.match(metrics, /^lemma_build_info\{version="\d/m);
  assert.match(metrics, /^lemma_build_info\{replica="worker-0",.*version="\d/m);
  assert.equal(metrics.match(/^# TYPE lemma_build_info gauge$/gm).length, 1);

  assert.equal(await server.stop(), 0);  // what waits is sent
  const ofTrace = spans().filter((span) => span.traceId === trace);
  const names = ofTrace.map((span) => span.name).sort();
  const steps = ['/v1/chat/completions', 'limits', 'queue', 'replica'];
  assert.deepEqual(names, [...steps, ...steps, '/v1/chat/completions'].sort());
  const whole = ofTrace.filter((span) => span.name === '/v1/chat/completions');
  for (const span of ofTrace) {
    const parents = whole.filter((one) => one.spanId === span.parentSpanId);
    assert.equal(parents.length, whole.includes(span) ? 0 : 1, span.name);
  }
  const model = whole[0].attributes.find((one) => one.key === 'gen_ai.response.model');
  assert.equal(model.value.stringValue, 'lemma-mini');

  for (const text of [...bodies, metrics, server.stderr(), server.stdout()]) {
    for (const secret of [key, scraper, 'PLANTED', prompt]) assert.ok(!text.includes(secret), text);
  }
  logOf(server);
});

test('LEMMA_LOG_FORMAT is the same, and also of what ends the program', async () => {
  const done = spawnSync(lemma, ['serve', '--workers', '0'], {
    encoding: 'utf8', env: { ...process.env, LEMMA_LOG_FORMAT: 'json' },
  });
  assert.equal(done.status, 1);
  const line = JSON.parse(done.stderr);
  assert.equal(line.level, 'error');
  assert.match(line.message, /--workers 0/);
});

test('what is no collector or no format is refused', () => {
  for (const [args, status, says] of [
    [['--otlp', 'ftp://collector:4318'], 1, /--otlp: .*not an address/],
    [['--log-format', 'xml'], 2, /--log-format/],
  ]) {
    const done = spawnSync(lemma, ['serve', ...args], { encoding: 'utf8' });
    assert.equal(done.status, status);
    assert.match(done.stderr + done.stdout, says);
  }
});
