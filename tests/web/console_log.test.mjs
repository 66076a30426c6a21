// The log of requests in the console: their time lines, and how it goes on.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { eventually } from '../serve/server.mjs';
import { button, goTo, openConsole, startConsole } from './console.mjs';
import { startScripted, stopScripted } from './scripted_server.mjs';

let replica;
let server;
let browser;
before(async () => {
  ({ replica, server, browser } = await startScripted(startConsole));
});
after(stopScripted);

const loggedRow = {
  started: '2026-01-31T12:00:00Z', key_id: '', profile: 'math', profile_version: 1, task: 'math', model: 'm', replica: 'r',
  status: 200, finish_reason: 'stop', reason: '', queue_ms: 5, first_token_ms: 25, answer_ms: 125, per_token_us: 1000,
  duration_ms: 225, prompt_tokens: 9, completion_tokens: 200, thinking_tokens: 100, looped: false,
};

// How a request went by the log, and what its time line says.
const courses = [
  ['streamed', {}, 'Queue 5 ms, Prefill 20 ms, Thinking 100 ms, Answer 100 ms'],
  ['stopped while it thought', { answer_ms: 0, duration_ms: 125, completion_tokens: 100 },
   'Queue 5 ms, Prefill 20 ms, Thinking 100 ms'],
  ['with a ping before its first token', { answer_ms: 825, duration_ms: 925 },
   'Queue 5 ms, Prefill 720 ms, Thinking 100 ms, Answer 100 ms'],
  ['without thinking, its first chunk empty', { thinking_tokens: 0, per_token_us: 0 },
   'Queue 5 ms, Prefill 20 ms, Answer 200 ms'],
  ['without thinking, after a ping', { thinking_tokens: 0, answer_ms: 725, duration_ms: 925 },
   'Queue 5 ms, Prefill 720 ms, Answer 200 ms'],
  ['not streamed', { first_token_ms: 225, answer_ms: 225 }, 'Queue 5 ms, Prefill 20 ms, Thinking 100 ms, Answer 100 ms'],
  ['not streamed, without thinking', { first_token_ms: 225, answer_ms: 225, thinking_tokens: 0 },
   'Queue 5 ms, Prefill 20 ms, Answer 200 ms'],
  ['not streamed, by a server that tells no times', { first_token_ms: 225, answer_ms: 225, per_token_us: 0 },
   'Queue 5 ms, Thinking 110 ms, Answer 110 ms'],
  ['failed', { status: 500, first_token_ms: 0, answer_ms: 0, completion_tokens: 0, thinking_tokens: 0 },
   'Queue 5 ms, Prefill 220 ms'],
  ['by a server that tells more thinking than tokens', { first_token_ms: 225, answer_ms: 225, thinking_tokens: 900 },
   'Queue 5 ms, Prefill 20 ms, Thinking 200 ms'],
];

test('a time line has the phases that there were, and no others', async () => {
  const requests = courses.map(([id, fields]) => ({ ...loggedRow, id, ...fields }));
  const { page, faults } = await openConsole(browser, server, '#/keys');
  await page.route('**/admin/api/requests?*', (route) => route.fulfill({ json: { requests, next: null } }));
  await page.locator('nav').getByRole('link', { name: 'Requests' }).click();
  const lines = page.getByRole('region', { name: 'Found' }).last().getByRole('img');
  await lines.nth(courses.length - 1).waitFor();
  const labels = await lines.evaluateAll((all) => all.map((line) => line.ariaLabel));
  assert.deepEqual(courses.map(([id], i) => [id, labels[i]]), courses.map(([id, , label]) => [id, label]));
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('who has not thought is not said to have, however late the answer came after the first chunk', async () => {
  const pause = () => new Promise((resolve) => setTimeout(resolve, 40));
  replica.say([pause, { content: 'It is 1692.' },
               { usage: { prompt_tokens: 54, completion_tokens: 9, completion_tokens_details: { reasoning_tokens: 0 } } }]);
  await (await server.ask({ prompt: 'What is 47 * 36?', profile: 'debug-hint', stream: true })).text();
  const { page, faults } = await openConsole(browser, server, '#/requests?profile=debug-hint');
  const line = page.getByRole('region', { name: 'Found' }).last().getByRole('img');
  await eventually(async () => {
    await page.reload();
    await page.getByRole('region', { name: 'Found' }).first().waitFor();
    return (await line.count()) === 1;
  }, 'it is found');
  assert.match(await line.getAttribute('aria-label'), /^(Queue [^,]+, )?(Prefill [^,]+, )?Answer \d\S* m?s$/);
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('what is found is shown in parts, and more on demand', async () => {
  const nFailed = 70;
  await Promise.all(Array.from({ length: nFailed }, () => server.ask({ prompt: 'What?', profile: 'more' })));
  const { page, faults } = await openConsole(browser, server, '#/requests?status=400');
  const rows = page.getByRole('region', { name: 'Found' }).last().locator('tbody tr');
  await eventually(async () => {
    await page.reload();
    await rows.first().waitFor();
    return (await rows.count()) === 50;
  }, 'a part of what is found');
  await button(page, 'More').click();
  await eventually(async () => (await rows.count()) === nFailed, 'the rest');
  assert.equal(await button(page, 'More').count(), 0);
  assert.deepEqual(faults, []);
  await page.context().close();
});

// The log in three parts; `calls` gets the cursor of each call, and what `refuses` says yes to is refused.
async function openParts(calls, refuses = () => false) {
  const opened = await openConsole(browser, server, '#/keys');
  await opened.page.route('**/admin/api/requests?*', (route) => {
    const cursor = new URL(route.request().url()).searchParams.get('cursor') ?? '';
    calls.push(cursor);
    if (refuses(cursor)) return route.fulfill({ status: 400, json: { error: { message: 'gone', param: 'cursor' } } });
    const part = Number(cursor);
    const requests = [1, 2].map((i) => ({ ...loggedRow, id: `req-${part}-${i}`, model: `m-${part}-${i}` }));
    return route.fulfill({ json: { requests, next: part < 2 ? String(part + 1) : null } });
  });
  await goTo(opened.page, 'Requests');
  const rows = opened.page.getByRole('region', { name: 'Found' }).last().locator('tbody tr');
  return { ...opened, shows: (n) => eventually(async () => (await rows.count()) === n, `${n} rows`) };
}

test('a list goes on with a call for each part', async () => {
  const calls = [];
  const { page, faults, shows } = await openParts(calls);
  for (const n of [4, 6]) {
    await button(page, 'More').click();
    await shows(n);
  }
  await page.getByText('That is all.').waitFor();
  assert.deepEqual(calls, ['', '1', '2']);
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('a list whose next part is not found is read from its begin; what fails can be asked for again', async () => {
  const calls = [];
  let n_refused = 0;
  const { page, faults, shows } = await openParts(calls, (cursor) => cursor === '1' && ++n_refused < 4);
  await shows(2);
  await button(page, 'More').click();
  await page.locator('main [role=alert]').first().waitFor();
  assert.deepEqual(calls, ['', '1', '', '1']);
  await button(page, 'More').click();
  await shows(4);
  assert.deepEqual(calls.slice(4), ['1', '', '1']);
  assert.equal(await page.locator('main [role=alert]').count(), 0);
  assert.deepEqual(faults, []);
  await page.context().close();
});
