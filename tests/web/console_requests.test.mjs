// Requests in the console: followed, ended, found again.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { eventually } from '../serve/server.mjs';
import { assertAccessible, button, openConsole, picture, startConsole } from './console.mjs';
import { startScripted, stopScripted } from './scripted_server.mjs';

let replica;
let server;
let browser;
before(async () => {
  const oneAtATime = (args) => startConsole([...args.slice(0, -1), `${args.at(-1)},slots=1`]);
  ({ replica, server, browser } = await startScripted(oneAtATime));
});
after(stopScripted);

const pause = () => new Promise((resolve) => setTimeout(resolve, 40)); // each phase takes its time
const stream = (prompt, profile = 'math') => server.ask({ prompt, profile, stream: true });

test('a request is followed while it runs, and ended', async () => {
  replica.say([{ reasoning: 'Hm. ' }, { content: 'It ' }, { content: 'is' }]);
  const isHeld = replica.hold();
  const reply = await stream('What is 47 * 36?');
  await isHeld;
  const { page, faults } = await openConsole(browser, server, '#/requests');
  const live = page.getByRole('region', { name: 'Now' });
  await live.locator('tbody tr', { hasText: 'answering' }).waitFor();
  let n_asked = 0;
  page.on('request', (request) => (n_asked += request.url().endsWith('/live') ? 1 : 0));
  await page.getByLabel('Follow').uncheck();
  await page.waitForTimeout(3000); // what it asked until then is answered, and nothing comes of it
  const n_before = n_asked;
  await page.waitForTimeout(2500); // more than twice as long as from one look to the next
  assert.equal(n_asked, n_before, 'nobody looks');
  await page.getByLabel('Follow').check();
  await eventually(() => n_asked > n_before + 1, 'it is followed again');
  await live.locator('tbody').getByRole('link').first().click();
  const facts = page.locator('.facts');
  await facts.getByRole('status').filter({ hasText: 'answering' }).waitFor();
  const before = await facts.innerText(); // with how long it has run
  await eventually(async () => (await facts.innerText()) !== before, 'it is looked at again');
  await button(live, 'End').click();
  await assertAccessible(page, 'live');
  await button(live.locator('.confirm'), 'End').click();
  await live.locator('tbody tr').waitFor({ state: 'detached' });
  await facts.filter({ hasText: 'ended by somebody' }).waitFor(); // as the log has it, by itself
  assert.match(await reply.text(), /event: error[^]*cancelled/);
  await eventually(() => replica.state.n_left === 1, 'the replica is told');
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('a request that waited is found by profile and model, and its time line says how long in words', async () => {
  replica.say([{ content: 'It is 1692.' }]);
  replica.state.prefillMs = 50;
  const isHeld = replica.hold();
  const first = await stream('What is 1 + 1?');
  await isHeld;
  const second = stream('What is 1 + 2?', 'explain-error');
  const { page, faults } = await openConsole(browser, server, '#/requests');
  await page.getByRole('region', { name: 'Now' }).getByRole('cell', { name: 'waiting' }).waitFor();
  replica.say([{ content: 'It is 1692.' }]); // what is asked from now on is not held
  replica.release();
  for (const reply of [first, await second]) assert.match(await reply.text(), /1692/);
  replica.state.prefillMs = 0;

  const form = page.locator('form');
  const found = page.getByRole('region', { name: 'Found' }).last().locator('tbody tr');
  const search = async (fields, address) => {
    for (const [label, text] of Object.entries(fields)) await form.getByLabel(label).fill(text);
    await button(form, 'Search').click();
    await page.waitForURL(address);
  };
  await search({ Profile: 'explain-error', Model: 'none-such' }, /profile=explain-error&model=none-such/);
  await page.getByRole('region', { name: 'Found' }).last().getByText('Nothing here.').waitFor();
  await search({ Model: 'scripted' }, /model=scripted/);
  await eventually(async () => {
    await page.reload();
    await page.getByRole('region', { name: 'Found' }).first().waitFor();
    return (await found.count()) === 1;
  }, 'it alone is found');
  assert.match(await found.getByRole('img').getAttribute('aria-label'), /^Queue \d\S* m?s, Prefill (\d,)?\d{2,} ms\b/);

  await form.getByLabel('Reason').selectOption({ label: 'whatever went wrong' });
  await search({ Profile: '', Model: '' }, /range=1d&reason=any/);
  await found.filter({ hasText: 'ended by somebody' }).waitFor(); // by the test before
  assert.equal(await found.filter({ hasText: /\t200\t/ }).count(), 0);
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('what went wrong is counted by its reason, and found in the log with its time line', async () => {
  for (const [profile, n_thoughts] of [['math-proof', 50], ['algorithm', 8], ['math', 30]]) {
    replica.say([...Array(n_thoughts).fill({ reasoning: 'Hm. ' }), pause, ...Array(9).fill({ content: 'It is 1692.' }), pause,
                 { usage: { prompt_tokens: 54, completion_tokens: n_thoughts + 9,
                            completion_tokens_details: { reasoning_tokens: n_thoughts } } }]);
    await (await server.ask({ prompt: 'What is 47 * 36?', profile, stream: true })).text();
  }
  assert.equal((await server.ask({ prompt: 'What?', profile: 'none' })).status, 400);
  const { page, faults } = await openConsole(browser, server, '#/requests');
  const reason = page.getByRole('region', { name: 'Errors by reason' }).getByRole('link', { name: 'bad request' });
  await eventually(async () => {
    await page.reload();
    await page.getByRole('region', { name: 'Found' }).first().waitFor();
    return (await reason.count()) === 1;
  }, 'the failure is counted');
  await reason.click();
  await page.waitForURL(/reason=bad_request/);
  const found = page.getByRole('region', { name: 'Found' }).last().locator('tbody tr');
  await eventually(async () => (await found.count()) === 1, 'the failed one alone');
  assert.match(await found.innerText(), /bad request/);
  await page.locator('form').getByLabel('Reason').selectOption('');
  await page.locator('form').getByLabel('Status').fill('200');
  await button(page.locator('form'), 'Search').click();
  await page.waitForURL(/status=200/);
  const good = found.filter({ hasText: 'math' }).first();
  assert.match(await good.getByRole('img').getAttribute('aria-label'), /Thinking \d.* m?s, Answer \d.* m?s$/);
  await picture(page, 'requests', { height: 980 });
  await assertAccessible(page, 'requests');
  await good.getByRole('link').click();
  await page.locator('.facts', { hasText: 'scripted' }).waitFor();
  await page.getByText('Not kept').first().waitFor();
  await picture(page, 'request');
  await assertAccessible(page, 'request');
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('a request that is not there is said to be missing, to everybody', async () => {
  server.user('victor', 'viewer');
  for (const name of ['alice', 'victor']) {
    const { page, faults } = await openConsole(browser, server, '#/requests/none-such', name);
    await page.locator('main [role=alert]', { hasText: 'There is no such thing.' }).waitFor();
    assert.deepEqual(faults, []);
    await page.context().close();
  }
});
