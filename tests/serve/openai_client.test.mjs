// The official openai client against a real `lemma serve` with lemma-mini.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';

import { eventually, killServers, metric, startServer } from './server.mjs';

const { OpenAI } = createRequire(new URL('../npm/package.json', import.meta.url))('openai');

let server;
let client;
before(async () => {
  server = await startServer();
  client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none', maxRetries: 0 });
});
after(async () => assert.equal(await server.stop(), 0));
after(killServers);

const question = [{ role: 'user', content: 'What is 12 * 34?' }];

test('models lists the loaded model', async () => {
  const models = [];
  for await (const model of client.models.list()) models.push(model);
  assert.equal(models.length, 1);
  assert.equal(models[0].id, 'lemma-mini');
  assert.equal((await client.models.retrieve('lemma-mini')).id, 'lemma-mini');
});

test('chat answers with reasoning apart from content', async () => {
  const reply = await client.chat.completions.create({
    model: 'lemma-mini', messages: question, temperature: 0, max_tokens: 400,
  });
  const { message, finish_reason: reason } = reply.choices[0];
  assert.equal(reason, 'stop');
  assert.match(message.content, /\\boxed\{408\}/);
  assert.ok(message.reasoning_content.length > 0);
  assert.equal(message.reasoning, message.reasoning_content);
  assert.doesNotMatch(message.content, /<\/?think>/);
  const { usage } = reply;
  assert.equal(usage.total_tokens, usage.prompt_tokens + usage.completion_tokens);
  assert.ok(usage.completion_tokens_details.reasoning_tokens > 0);
});

test('streaming gives the same text, usage when asked, and ends', async () => {
  const request = { model: 'lemma-mini', messages: question, temperature: 0, max_tokens: 400 };
  const whole = await client.chat.completions.create(request);
  const stream = await client.chat.completions.create({
    ...request, stream: true, stream_options: { include_usage: true },
  });
  let content = '';
  let reasoning = '';
  let reason = null;
  let usage = null;
  for await (const chunk of stream) {
    if (chunk.usage) {
      assert.deepEqual(chunk.choices, []);
      usage = chunk.usage;
      continue;
    }
    const [choice] = chunk.choices;
    content += choice.delta.content ?? '';
    reasoning += choice.delta.reasoning_content ?? '';
    reason = choice.finish_reason ?? reason;
  }
  assert.equal(content, whole.choices[0].message.content);
  assert.equal(reasoning, whole.choices[0].message.reasoning_content);
  assert.equal(reason, 'stop');
  assert.deepEqual(usage, whole.usage);
});

test('no usage chunk comes unasked', async () => {
  const stream = await client.chat.completions.create({
    model: 'lemma-mini', messages: question, max_tokens: 5, stream: true,
  });
  for await (const chunk of stream) assert.ok(!chunk.usage);
});

test('n gives n choices, each greedy one as its own request would', async () => {
  const ask = async (n) => {
    const reply = await client.chat.completions.create({
      model: 'lemma-mini', messages: question, n, temperature: 0, max_tokens: 400,
    });
    assert.deepEqual(reply.choices.map((choice) => choice.index), [...Array(n).keys()]);
    return reply.choices.map((choice) => choice.message.content);
  };
  const [alone] = await ask(1);
  assert.deepEqual(await ask(3), [alone, alone, alone]);
});

test('n samples of a seed differ, repeat, and begin with that of n = 1', async () => {
  const ask = async (n) => {
    const reply = await client.completions.create({
      model: 'lemma-mini', prompt: 'The number', n, seed: 7, temperature: 2, max_tokens: 40,
    });
    assert.deepEqual(reply.choices.map((choice) => choice.index), [...Array(n).keys()]);
    return reply.choices.map((choice) => choice.text);
  };
  const [three, again, one] = [await ask(3), await ask(3), await ask(1)];
  assert.equal(new Set(three).size, 3);
  assert.deepEqual(again, three);
  assert.equal(one[0], three[0]);
});

test('the same seed gives the same text, another seed another stream', async () => {
  const ask = async (seed) => {
    const reply = await client.completions.create({
      model: 'lemma-mini', prompt: 'The number', seed, temperature: 2, max_tokens: 40,
    });
    return reply.choices[0].text;
  };
  const [first, again, other] = [await ask(7), await ask(7), await ask(8)];
  assert.equal(first, again);
  assert.notEqual(first, other);
});

test('stop strings end the content before them', async () => {
  const reply = await client.chat.completions.create({
    model: 'lemma-mini', messages: question, temperature: 0, max_tokens: 400, stop: ['\\boxed'],
  });
  assert.equal(reply.choices[0].finish_reason, 'stop');
  assert.doesNotMatch(reply.choices[0].message.content, /boxed/);
});

test('logprobs come with their alternatives, best first', async () => {
  const reply = await client.chat.completions.create({
    model: 'lemma-mini', messages: question, temperature: 0, max_tokens: 400,
    logprobs: true, top_logprobs: 3,
  });
  const { content } = reply.choices[0].logprobs;
  assert.ok(content.length > 8);
  for (const entry of content) {
    assert.ok(entry.logprob <= 0);
    assert.equal(entry.top_logprobs.length, 3);
    assert.ok(entry.top_logprobs[0].logprob >= entry.top_logprobs[2].logprob);
    assert.equal(entry.top_logprobs[0].logprob, entry.logprob, 'greedy takes the best');
  }
});

test('max_tokens cuts with reason length', async () => {
  const reply = await client.chat.completions.create({
    model: 'lemma-mini', messages: question, max_tokens: 3,
  });
  assert.equal(reply.choices[0].finish_reason, 'length');
  assert.equal(reply.usage.completion_tokens, 3);
});

test('errors name the field and map to the client\'s classes', async () => {
  const cases = [
    [{ messages: question, temperature: -1 }, OpenAI.BadRequestError, 'temperature'],
    [{ messages: question, max_tokens: 0 }, OpenAI.BadRequestError, 'max_tokens'],
    [{ messages: question, max_tokens: 'many' }, OpenAI.BadRequestError, 'max_tokens'],
    [{ messages: question, n: 1000000 }, OpenAI.BadRequestError, 'n'],
    [{ messages: question, top_logprobs: 99, logprobs: true }, OpenAI.BadRequestError, 'top_logprobs'],
    [{ messages: [] }, OpenAI.BadRequestError, 'messages'],
    [{ messages: [{ role: 'user', content: 7 }] }, OpenAI.BadRequestError, 'messages[0].content'],
    [{ messages: [{ role: 'judge', content: 'x' }] }, OpenAI.BadRequestError, 'messages[0].role'],
    [{ messages: question, stop_token_ids: [1000000] }, OpenAI.BadRequestError, 'stop_token_ids'],
    [{ messages: question, model: 'gpt-x' }, OpenAI.NotFoundError, 'model'],
    [{ messages: [{ role: 'user', content: 'x '.repeat(20000) }] }, OpenAI.BadRequestError, 'messages'],
  ];
  for (const [request, type, param] of cases) {
    await assert.rejects(
      client.chat.completions.create({ model: 'lemma-mini', ...request }),
      (error) => {
        assert.ok(error instanceof type, `${param}: ${error}`);
        assert.equal(error.param, param);
        return true;
      });
  }
});

test('an aborted stream frees its sequences', async () => {
  const countAborted = () =>
    metric(server.url, 'vllm:request_success_total', 'finished_reason="abort"');
  const abortedBefore = await countAborted();
  const stream = await client.chat.completions.create({
    model: 'lemma-mini', messages: question, stream: true, temperature: 2,
    // Keeps it from ending by itself before the worker learns of the abort: 24,000 tokens.
    n: 16, max_tokens: 1500, ignore_eos: true,
  });
  for await (const chunk of stream) {
    assert.ok(chunk);
    stream.controller.abort();
    break;
  }
  await eventually(async () => (await metric(server.url, 'vllm:num_requests_running')) === 0,
                   'the aborted request still runs');
  assert.ok((await countAborted()) > abortedBefore, 'it ended by itself');
});

test('fifty calls at once all end', async () => {
  const replies = await Promise.all(Array.from({ length: 50 }, (_, i) =>
    client.chat.completions.create({
      model: 'lemma-mini', messages: [{ role: 'user', content: `What is ${i} + 1?` }],
      temperature: 0, max_tokens: 20,
    })));
  assert.equal(replies.length, 50);
  for (const reply of replies) assert.ok(reply.usage.completion_tokens > 0);
});

test('with retries it waits as a 503 says, and asks a 504 once', async () => {
  const state = { isReady: false, isHeld: false };
  const replica = createServer((request, response) => {
    if (request.method === 'GET') return response.writeHead(state.isReady ? 200 : 503).end();
    if (state.isHeld) return; // for as long as anybody waits
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({
      object: 'chat.completion', choices: [{ index: 0, message: { role: 'assistant', content: '408' }, finish_reason: 'stop' }],
    }));
  });
  await new Promise((resolve) => replica.listen(0, '127.0.0.1', resolve));
  const front = await startServer(['--workers', '0', '--replica', `http://127.0.0.1:${replica.address().port},model=m`]);
  const statuses = [];
  const patient = new OpenAI({
    baseURL: `${front.url}/v1`, apiKey: 'none', maxRetries: 5,
    fetch: async (...call) => {
      const answer = await fetch(...call);
      statuses.push(answer.status);
      return answer;
    },
  });
  const begun = Date.now();
  const asked = patient.chat.completions.create({ model: 'm', messages: question });
  await eventually(() => statuses.length > 0, 'it is refused');
  state.isReady = true;
  assert.equal((await asked).choices[0].message.content, '408');
  assert.equal(statuses[0], 503);
  assert.ok(Date.now() - begun >= 1900, 'it waited as retry-after says');

  state.isHeld = true;
  statuses.length = 0;
  await assert.rejects(
    patient.chat.completions.create({ model: 'm', messages: question, deadline_ms: 200 }),
    (error) => error.status === 504 && error.code === 'deadline_exceeded');
  assert.deepEqual(statuses, [504]);
  assert.equal(await front.stop(), 0);
  replica.closeAllConnections();
  replica.close();
});
