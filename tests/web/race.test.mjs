// Votes and programs: several attempts race, and one of them wins. The model is a scripted one.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { eventually } from '../serve/server.mjs';
import { ask, openPage, status } from './browser.mjs';
import { startScripted, stopScripted } from './scripted_server.mjs';

let replica;
let server;
let browser;
before(async () => {
  ({ replica, server, browser } = await startScripted());
});
after(stopScripted);

test('answer now ends the thinking of each attempt of a vote', async () => {
  const { page, faults } = await openPage(browser, server.url);
  replica.say([{ reasoning: 'Let me think.' }]);
  const held = replica.hold(3);
  const before = replica.state.n_thinking_ended;
  await page.getByLabel('Vote', { exact: true }).check();
  await page.getByLabel('Number of votes').selectOption('3');
  await ask(page, 'What is 1 + 1?');
  await held;
  await status(page, 'Thinking');
  await page.locator('.progress', { hasText: '0 of 3 attempts ended' }).waitFor();
  const elapsed = async () => parseFloat(await page.locator('.progress').innerText());
  const early = await elapsed();
  await eventually(async () => (await elapsed()) > early + 0.3, 'its seconds go on while nothing is said');
  await page.getByRole('button', { name: '中文' }).click();
  await page.locator('.progress', { hasText: '3 次尝试中 0 次已结束' }).waitFor();
  await page.getByRole('button', { name: 'English' }).click();
  await page.getByRole('button', { name: 'Answer now' }).click();
  await status(page, 'Done');
  assert.equal(replica.state.n_thinking_ended - before, 3);
  assert.deepEqual(faults, []);
  await page.context().close();
});

// Three attempts, of which the first ends before the others.
async function vote(page, first, second, third) {
  let go;
  const goes = new Promise((resolve) => (go = resolve));
  replica.sayInTurn([{ content: first }], [() => goes, { content: second }], [() => goes, { content: third }]);
  await page.getByLabel('Vote', { exact: true }).check();
  await page.getByLabel('Number of votes').selectOption('3');
  await ask(page, 'What is 1 / 2?');
  await page.locator('.progress', { hasText: '1 of 3 attempts ended' }).waitFor();
  go();
  await status(page, 'Done');
}

test('a vote that is stopped says so of each attempt', async () => {
  const { page, faults } = await openPage(browser, server.url);
  replica.say([{ reasoning: 'Let me think.' }]);
  const held = replica.hold(3);
  await page.getByLabel('Vote', { exact: true }).check();
  await page.getByLabel('Number of votes').selectOption('3');
  await ask(page, 'What is 1 + 1?');
  await held;
  await page.locator('.lane').nth(2).waitFor();
  await page.getByRole('button', { name: 'Stop' }).click();
  await status(page, 'Stopped');
  assert.equal(await page.locator('.lane', { hasText: 'stopped' }).count(), 3);
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('equal answers of a vote stand together, another one apart, and one wins', async () => {
  const { page, faults } = await openPage(browser, server.url);
  await vote(page, 'It is \\boxed{3}.', 'It is \\boxed{1/2}.', 'It is \\boxed{0.5}.');
  const clusters = (await page.locator('.cluster').allInnerTexts()).map((text) => text.replace(/\s+/g, ' '));
  assert.equal(clusters.length, 2);
  assert.match(clusters[0], /^(1\/2|0\.5) 2 agree Winner$/);
  assert.equal(clusters[1], '3 1 agree');
  assert.equal(await page.locator('.lane.won').count(), 1);
  assert.match(await page.locator('.verified').innerText(), /^Agreed on by 2 of 3 attempts\./);
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('where no two answers agree none has won, and it is said', async () => {
  const { page, faults } = await openPage(browser, server.url);
  await vote(page, 'It is \\boxed{1}.', 'It is \\boxed{2}.', 'It is \\boxed{3}.');
  await page.locator('.note', { hasText: 'No two attempts agree' }).waitFor();
  assert.equal(await page.locator('.cluster').count(), 3);
  assert.equal(await page.locator('.won, .verified').count(), 0);
  assert.doesNotMatch(await page.locator('.samples').innerText(), /Winner|best/);
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('an attempt without an answer is one of those that did not agree', async () => {
  const { page, faults } = await openPage(browser, server.url);
  await vote(page, 'I cannot tell.', 'It is \\boxed{0.5}.', 'It is \\boxed{0.5}.');
  assert.equal(await page.locator('.cluster').count(), 1);
  assert.match(await page.locator('.verified').innerText(), /^Agreed on by 2 of 3 attempts\./);
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('a program whose events were more than the server keeps is shown with its verdicts', async () => {
  const { page, faults } = await openPage(browser, server.url);
  const verified = {
    by: 'tests', verdict: 'accepted', passed: 1, total: 1, verdicts: [{ test: '1', verdict: 'accepted' }],
  };
  const result = {
    votes: [], stopped: 'verified', agreement: null, tokens_saved: 0, solution: 'It prints.', reasoning: '',
    solution_sample: 0, usage: { prompt_tokens: 1, completion_tokens: 9 }, verified,
    samples: [{ index: 0, state: 'ended', answer: null, finish_reason: 'stop', completion_tokens: 9 }],
  };
  const job = { object: 'job', id: 'job-1', status: 'done', created_ms: 0, ended_ms: 1, result };
  let end;
  const ends = new Promise((resolve) => (end = resolve));
  const begun = [
    { type: 'attempt', attempt: 1 }, { type: 'start', profile: 'algorithm', samples: 1 },
    { type: 'delta', sample: 0, text: 'It' }, { type: 'truncated' },
  ];
  const sse = (events) => events.map(([id, event]) =>
    `id: ${id}\nevent: job\ndata: ${JSON.stringify(event)}\n\n`).join('');
  await page.route('**/v1/jobs', (route) => route.fulfill({ status: 202, json: { id: 'job-1' } }));
  await page.route('**/v1/jobs/job-1/events', async (route) => {
    const headers = { 'content-type': 'text/event-stream' };
    if (!route.request().headers()['last-event-id']) return route.fulfill({ headers, body: sse([...begun.entries()]) });
    await ends;
    return route.fulfill({ headers, body: sse([[4, job]]) });
  });
  await page.getByLabel('A program that passes my tests').check();
  await page.getByLabel('Input of test 1').fill('1');
  await ask(page, 'Print 1.');
  await page.getByText('The rest comes when it ends.').waitFor();
  end();
  await page.locator('.verified', { hasText: 'passes 1 of 1 tests' }).waitFor();
  await page.locator('.answer', { hasText: 'It prints.' }).waitFor();
  assert.equal(await page.getByText('The rest comes when it ends.').count(), 0);
  assert.deepEqual(faults, []);
  await page.context().close();
});
