// The replicas of a running server in the console: a worker of its own, and one elsewhere that comes and
// goes.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { eventually, killServers } from '../serve/server.mjs';
import { launchBrowser } from './browser.mjs';
import { assertAccessible, button, openConsole, picture, startConsole } from './console.mjs';
import { startReplica } from './scripted_replica.mjs';

let elsewhere;
let server;
let browser;
before(async () => {
  elsewhere = await startReplica();
  elsewhere.say([{ content: 'From elsewhere.' }]);
  server = await startConsole(['--workers', '1']);
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  await server?.remove();
  elsewhere?.stop();
  killServers();
});

// A replica as the server tells it, asked with the page's own session.
const told = (page, name) => page.evaluate(async (wanted) => {
  const { replicas } = await (await fetch('/admin/api/replicas')).json();
  return replicas.find((replica) => replica.name === wanted);
}, name);

const rowOf = (page, name) =>
  page.locator('tbody tr', { has: page.getByRole('cell', { name, exact: true }) });
const isState = (row, state) => row.getByRole('cell', { name: state, exact: true }).waitFor();

async function confirm(row, action) {
  await button(row, action).click();
  await button(row.locator('.confirm'), action).click();
}

const askElsewhere = () => fetch(`${server.url}/v1/chat/completions`, {
  method: 'POST',
  body: JSON.stringify({ model: 'scripted', stream: true, messages: [{ role: 'user', content: '1 + 1?' }] }),
});

test('a replica elsewhere is added, drained, taken back and removed', async () => {
  const { page, faults } = await openConsole(browser, server, '#/replicas');
  const worker = rowOf(page, 'worker-0');
  await isState(worker, 'ready');
  await eventually(async () => (await worker.getByRole('cell', { name: /^\d\S*%$/ }).count()) === 2,
                   'its KV and CPU use are shown');
  const spec = page.getByLabel('As --replica takes it');
  await spec.fill('no address');
  await button(page, 'Add').click();
  await page.locator('form [role=alert]', { hasText: 'spec' }).waitFor();
  await spec.fill(`${elsewhere.url},name=worker-0`);
  await button(page, 'Add').click();
  await page.locator('form [role=alert]', { hasText: 'a replica has the name' }).waitFor();
  await spec.fill(`${elsewhere.url},name=gpu1`);
  await page.getByLabel('Its API key').fill('sk-planted');
  await button(page, 'Add').click();
  const added = rowOf(page, 'gpu1');
  await isState(added, 'ready');
  assert.equal(await spec.inputValue() + (await page.getByLabel('Its API key').inputValue()), '');
  assert.match(await added.innerText(), /scripted/);
  assert.ok(!(await page.content()).includes('sk-planted'));
  assert.match(await (await askElsewhere()).text(), /From elsewhere/);
  await assertAccessible(page, 'replicas');
  await picture(page, 'replicas');

  await button(added, 'Drain').click();
  await isState(added, 'draining');
  assert.equal((await told(page, 'gpu1')).draining, true);
  await button(added, 'Take back').click();
  await isState(added, 'ready');
  await button(added, 'Drain').waitFor();
  assert.match(await (await askElsewhere()).text(), /From elsewhere/);

  assert.equal(await button(added, 'Restart').count() + (await button(worker, 'Remove').count()), 0);
  await confirm(added, 'Remove');
  await added.waitFor({ state: 'detached' });
  assert.equal(await told(page, 'gpu1'), undefined);
  assert.equal((await askElsewhere()).status, 404);
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('a worker is drained, taken back and restarted, and answers after it', async () => {
  const { page, faults } = await openConsole(browser, server, '#/replicas');
  const worker = rowOf(page, 'worker-0');
  await isState(worker, 'ready');
  await button(worker, 'Drain').click();
  await isState(worker, 'draining');
  await button(worker, 'Take back').click();
  await isState(worker, 'ready');
  const { pid } = await told(page, 'worker-0');
  await confirm(worker, 'Restart');
  await eventually(async () => {
    const now = await told(page, 'worker-0');
    return now.pid !== pid && now.state === 'ready';
  }, 'another process answers');
  await isState(worker, 'ready');
  assert.equal((await server.ask({ prompt: 'What is 47 * 36?' })).status, 200);
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('a replica whose name nobody knows is shown, and can be removed', async () => {
  const { page, faults } = await openConsole(browser, server, '#/replicas');
  await page.getByLabel('As --replica takes it').fill('http://nowhere.invalid:1/v1,name=lost');
  await button(page, 'Add').click();
  const row = rowOf(page, 'lost');
  await isState(row, 'no address yet');
  await confirm(row, 'Remove');
  await row.waitFor({ state: 'detached' });
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('a breaker opens, tries and closes as its replica breaks and mends', async () => {
  const { page, faults } = await openConsole(browser, server, '#/replicas');
  await page.getByLabel('As --replica takes it').fill(`${elsewhere.url},name=gpu2`);
  await button(page, 'Add').click();
  const row = rowOf(page, 'gpu2');
  await isState(row, 'ready');
  const isBreaker = (word) => row.getByRole('cell', { name: word, exact: true }).waitFor();
  await isBreaker('closed');
  elsewhere.state.isBroken = true;
  for (let i = 0; i < 5; ++i) assert.ok((await askElsewhere()).status >= 500);
  await isBreaker(/^(half )?open$/); // open for five seconds, and the page looks every two
  elsewhere.state.isBroken = false;
  await isBreaker('half open');
  for (let i = 0; i < 2; ++i) assert.match(await (await askElsewhere()).text(), /From elsewhere/);
  await isBreaker('closed');
  await confirm(row, 'Remove');
  await row.waitFor({ state: 'detached' });
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('who may only look is offered nothing to do', async () => {
  server.user('vera', 'viewer');
  const { page, faults } = await openConsole(browser, server, '#/replicas', 'vera');
  const worker = rowOf(page, 'worker-0');
  await isState(worker, 'ready');
  assert.equal(await page.locator('main').getByRole('button').count(), 0);
  assert.deepEqual(faults, []);
  await page.context().close();
});
