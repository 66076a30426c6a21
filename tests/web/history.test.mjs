// The history while something runs, and what is deleted from it: with a server that has jobs.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';

import { eventually } from '../serve/server.mjs';
import { ask, assertAccessible, openPage, status } from './browser.mjs';
import { inHalves } from './scripted_replica.mjs';
import { startScripted, startWithData, stopScripted } from './scripted_server.mjs';

let replica;
let server;
let browser;
before(async () => {
  ({ replica, server, browser } = await startScripted(startWithData));
});
after(stopScripted);

const answer = (page, text) => page.locator('.answer', { hasText: text }).waitFor();
const button = (page, name) => page.getByRole('button', { name, exact: true });
const past = (page, problem) => page.locator('.past', { hasText: problem });
const jobs = async () => (await (await fetch(`${server.url}/v1/jobs`)).json()).data;
const forgotten = () => eventually(async () => (await jobs()).length === 0, 'the server forgets it');

async function answered(page, problem, text) {
  replica.say([{ content: text }]);
  await ask(page, problem);
  await answer(page, text);
  await status(page, 'Done');
}

// One that has said half of its answer.
async function begun(page, problem) {
  const halves = inHalves(replica, 'It begins', ' and it ends.');
  await ask(page, problem);
  await halves.halfSaid;
  await answer(page, 'It begins');
  return halves;
}

test('what runs is in the history, and opening it there only shows it', async () => {
  const { page, faults } = await openPage(browser, server.url);
  const { go } = await begun(page, 'What is 1 + 1?');
  await button(page, 'History').click();
  await past(page, 'What is 1 + 1?').click();
  await past(page, 'What is 1 + 1?').click();
  await status(page, 'Answering');
  await button(page, 'Stop').waitFor();
  go();
  await answer(page, 'It begins and it ends.');
  await status(page, 'Done');
  await past(page, 'What is 1 + 1?').click();
  await answer(page, 'It begins and it ends.');
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('who presses twice has asked once', async () => {
  const { page, faults } = await openPage(browser, server.url);
  const { halfSaid, go } = inHalves(replica, 'It begins', ' and it ends.');
  await page.getByLabel('Your problem').fill('What is 1 + 1?');
  await button(page, 'Solve').evaluate(async (solve) => {
    solve.click();
    await new Promise((next) => setTimeout(next)); // the page has taken the first one
    solve.click();
  });
  await halfSaid;
  go();
  await answer(page, 'It begins and it ends.');
  await status(page, 'Done');
  await button(page, 'History').click();
  await past(page, 'What is 1 + 1?').waitFor();
  assert.equal(await page.locator('.past').count(), 1);
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('what runs goes on at the server while another is looked at, and is found again', async () => {
  const { page, faults } = await openPage(browser, server.url);
  await answered(page, 'What is 1 + 1?', 'Two.');
  await forgotten();
  const { go } = await begun(page, 'What is 2 + 1?');
  await button(page, 'History').click();
  await past(page, 'What is 1 + 1?').click();
  await answer(page, 'Two.');
  await past(page, 'What is 2 + 1?').click();
  await answer(page, 'It begins');
  await status(page, 'Answering');
  await past(page, 'What is 1 + 1?').click();
  await answer(page, 'Two.');
  assert.deepEqual((await jobs()).map((job) => job.status), ['running']);
  go();
  await eventually(async () => (await jobs())[0].status === 'done', 'the job ends');
  await past(page, 'What is 2 + 1?').click();
  await answer(page, 'It begins and it ends.');
  await status(page, 'Done');
  await forgotten();
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('what is deleted is forgotten by the server; what runs of it ends and does not come back', async () => {
  const { page, faults } = await openPage(browser, server.url);
  await begun(page, 'What is 3 + 1?');
  const other = await page.context().newPage(); // another tab follows it too
  await other.goto(server.url);
  await button(other, 'History').click();
  await past(other, 'What is 3 + 1?').click();
  await answer(other, 'It begins');
  await button(page, 'History').click();
  await button(page, 'Delete: What is 3 + 1?').click();
  await page.locator('.result').waitFor({ state: 'detached' });
  await page.getByText('Nothing yet.').waitFor();
  await forgotten();
  await button(other, 'Stop').waitFor({ state: 'detached' });
  await page.reload();
  await button(page, 'History').click();
  await page.getByText('Nothing yet.').waitFor();
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('what is deleted before the server has said its job leaves no job behind, and does not come back', async () => {
  const { page, faults } = await openPage(browser, server.url);
  await answered(page, 'What is 1 + 1?', 'Two.');
  replica.say([{ reasoning: 'Let me think.' }]);
  replica.hold();
  let go;
  const goes = new Promise((resolve) => (go = resolve));
  const made = [];
  await page.route('**/v1/jobs', async (route) => {
    const response = await route.fetch();
    made.push((await response.json()).id);
    await goes;
    await route.fulfill({ response });
  });
  await ask(page, 'What is 7 + 1?');
  await eventually(() => made.length === 1, 'the job is made');
  await button(page, 'History').click();
  await past(page, 'What is 1 + 1?').click();
  await button(page, 'Delete: What is 7 + 1?').click();
  await past(page, 'What is 7 + 1?').waitFor({ state: 'detached' });
  await eventually(() => made.length === 2, 'which it is is asked');
  assert.equal(made[0], made[1]);
  go();
  await forgotten();
  await page.reload();
  await button(page, 'History').click();
  await past(page, 'What is 1 + 1?').waitFor();
  assert.equal(await page.locator('.past').count(), 1);
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('all is deleted once it is asked for twice: what waits at the server and what runs here too', async () => {
  const { page, faults } = await openPage(browser, server.url);
  await begun(page, 'What is 4 + 1?');
  await page.reload();
  await answer(page, 'It begins');
  await button(page, 'History').click();
  await begun(page, 'What is 5 + 1?');
  await past(page, 'What is 4 + 1?').click(); // 5 + 1 goes on at the server
  await status(page, 'Stopped'); // 5 + 1 was asked in its place
  await past(page, 'What is 5 + 1?').click();
  await answer(page, 'It begins');
  await past(page, 'What is 4 + 1?').click();
  await begun(page, 'What is 6 + 1?');
  const areTwo = async () => (await jobs()).filter((job) => job.status === 'running').length === 2;
  await eventually(areTwo, '5 + 1 and 6 + 1 run');

  await button(page, 'Delete all').click();
  await page.getByText('Delete all answers (3)?').waitFor();
  await assertAccessible(page, 'the question');
  await page.keyboard.press('Escape');
  await page.getByText('Delete all answers').waitFor({ state: 'detached' });
  await status(page, 'Answering'); // the no is to the question alone
  assert.equal(await page.locator('.past').count(), 3);
  await button(page, 'Delete all').click();
  await button(page, 'Cancel').click();
  assert.equal(await page.locator('.past').count(), 3);
  await button(page, 'Delete all').click();
  await button(page, 'Delete all').click();
  await page.getByText('Nothing yet.').waitFor();
  assert.equal(await page.locator('.result').count(), 0);
  await forgotten();
  await page.reload();
  await button(page, 'History').click();
  await page.getByText('Nothing yet.').waitFor();
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('the history is taken away as JSON, with all that was asked and answered', async () => {
  const { page } = await openPage(browser, server.url);
  await page.getByLabel('Quick').check();
  await answered(page, 'What is 1 + 1?', 'Two.');
  await answered(page, 'What is 1 + 2?', 'Three, 因为.');
  await button(page, 'History').click();
  const [file] = await Promise.all([page.waitForEvent('download'), button(page, 'Export JSON').click()]);
  assert.equal(file.suggestedFilename(), 'lemma.json');
  const entries = JSON.parse(await readFile(await file.path(), 'utf8'));
  assert.deepEqual(entries.map(({ task, run }) => [task.problem, task.effort, run.state, run.samples[0].text]), [
    ['What is 1 + 2?', 'quick', 'done', 'Three, 因为.'],
    ['What is 1 + 1?', 'quick', 'done', 'Two.'],
  ]);
  await page.context().close();
});
