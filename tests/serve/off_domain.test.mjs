// What `lemma serve` with lemma-mini says to questions that it is not for, through the official client.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, test } from 'node:test';

import { killServers, metric, startServer } from './server.mjs';

const { OpenAI } = createRequire(new URL('../npm/package.json', import.meta.url))('openai');

after(killServers);

const clientOf = (server) =>
  new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none', maxRetries: 0 });
const poem = { model: 'lemma-mini', messages: [{ role: 'user', content: 'Write a poem about love.' }] };

test('a poem is refused, whole and streamed; a problem is answered', async () => {
  const server = await startServer();
  const client = clientOf(server);
  const { data, response } = await client.chat.completions.create(poem).withResponse();
  assert.equal(response.headers.get('x-lemma-off-domain'), 'refused');
  assert.equal(data.choices[0].finish_reason, 'stop');
  assert.match(data.choices[0].message.content, /mathematics and programming/);
  assert.equal(data.usage.total_tokens, 0);

  let streamed = '';
  for await (const chunk of await client.chat.completions.create({ ...poem, stream: true })) {
    streamed += chunk.choices[0].delta.content ?? '';
  }
  assert.equal(streamed, data.choices[0].message.content);

  const problem = await client.chat.completions.create({
    model: 'lemma-mini', messages: [{ role: 'user', content: '12*34' }], temperature: 0,
    max_tokens: 400,
  });
  assert.match(problem.choices[0].message.content, /408/);
  assert.equal(await metric(server.url, 'lemma_gateway_off_domain_total', 'refused'), 2);
  assert.equal(await server.stop(), 0);
});

test('--off-domain pass asks the model all the same', async () => {
  const server = await startServer(['--off-domain', 'pass']);
  const { data, response } = await clientOf(server)
    .chat.completions.create({ ...poem, max_tokens: 8 })
    .withResponse();
  assert.equal(response.headers.get('x-lemma-off-domain'), null);
  assert.ok(data.usage.completion_tokens > 0);
  assert.equal(await server.stop(), 0);
});
