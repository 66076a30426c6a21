// Where the server has jobs, an answer goes on over what becomes of the page and of the server: it is
// loaded again, the connection breaks, the server is another one. The model is a scripted one.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { eventually, killServers, startServer } from '../serve/server.mjs';
import { ask, assertAccessibleEverywhere, launchBrowser, openPage, status } from './browser.mjs';
import { inHalves, startReplica } from './scripted_replica.mjs';

const root = mkdtempSync(join(tmpdir(), 'lemma-resume-'));
let replica;
let server;
let road; // between the browser and the server
let browser;
before(async () => {
  replica = await startReplica();
  server = await start();
  road = await startRoad();
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  road?.close();
  killServers();
  replica.stop();
  rmSync(root, { recursive: true });
});

const start = () =>
  startServer(['--workers', '0', '--replica', replica.url, '--data-dir', root]);

// Its connections lead to the server that runs then; blocked, it has none.
async function startRoad() {
  const sockets = new Set();
  const state = { isBlocked: false, refused: () => {} };
  const listener = createServer((near) => {
    if (state.isBlocked) {
      near.destroy();
      return state.refused();
    }
    const far = connect(Number(new URL(server.url).port), '127.0.0.1');
    for (const [from, to] of [[near, far], [far, near]]) {
      sockets.add(from);
      from.on('error', () => {});
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  });
  await new Promise((resolve) => listener.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${listener.address().port}`,
    // Resolves when somebody has tried to get through.
    block() {
      state.isBlocked = true;
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => (state.refused = resolve));
    },
    open: () => (state.isBlocked = false),
    close() {
      for (const socket of sockets) socket.destroy();
      listener.close();
    },
  };
}

const answer = (page, text) => page.locator('.answer', { hasText: text }).waitFor();
const jobs = async () => (await (await fetch(`${server.url}/v1/jobs`)).json()).data;
const forgotten = () => eventually(async () => (await jobs()).length === 0, 'the server forgets it');

test('a page that is loaded again in the middle goes on with the answer', async () => {
  const { page, faults } = await openPage(browser, road.url);
  const { halfSaid, go } = inHalves(replica, 'It begins', ' and it ends.');
  await ask(page, 'What is 1 + 1?');
  await halfSaid;
  await answer(page, 'It begins');
  await page.reload();
  await answer(page, 'It begins');
  await status(page, 'Answering');
  assert.equal(await page.getByLabel('Your problem').inputValue(), 'What is 1 + 1?');
  go();
  await answer(page, 'It begins and it ends.');
  await status(page, 'Done');
  assert.match(await page.locator('.thinking summary').innerText(), /^Thought · 13 characters$/); // how long, nobody has seen
  await forgotten(); // what the browser keeps, the server need not

  // What has ended is the history's: the next load begins with a new page.
  await page.reload();
  await page.getByText('Kinds of tasks: ').waitFor();
  assert.equal(await page.locator('.result').count(), 0);
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('a page that is loaded again before the server has said its job goes on with that very job', async () => {
  const { page, faults } = await openPage(browser, road.url);
  const { halfSaid, go } = inHalves(replica, 'It begins', ' and it ends.');
  const made = [];
  await page.route('**/v1/jobs', async (route) => {
    const response = await route.fetch();
    made.push((await response.json()).id);
    if (made.length > 1) await route.fulfill({ response }); // the page hears nothing of the first
  });
  await ask(page, 'What is 1 + 2?');
  await halfSaid;
  await eventually(() => made.length === 1, 'the job is made');
  await page.reload();
  await answer(page, 'It begins');
  go();
  await answer(page, 'It begins and it ends.');
  await status(page, 'Done');
  assert.equal(made.length, 2);
  assert.equal(made[0], made[1]);
  await forgotten();
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('a page that was closed in the middle finds the answer in its history', async () => {
  const { page } = await openPage(browser, road.url);
  const { halfSaid, go } = inHalves(replica, 'It begins', ' and it ends.');
  await ask(page, 'What is 2 + 1?');
  await halfSaid;
  await answer(page, 'It begins');
  const other = await page.context().newPage(); // another tab of the same browser
  await page.close();
  go();
  await other.goto(road.url);
  await other.getByText('Kinds of tasks: ').waitFor();
  await other.getByRole('button', { name: 'History' }).click();
  await other.locator('.past', { hasText: 'What is 2 + 1?' }).click();
  await answer(other, 'It begins and it ends.');
  await status(other, 'Done');
  await forgotten();
  await other.context().close();
});

test('two tabs that follow one answer both have it, whichever is the first to make the server forget it', async () => {
  const { page } = await openPage(browser, road.url);
  const { halfSaid, go } = inHalves(replica, 'It begins', ' and it ends.');
  await ask(page, 'What is 2 + 2?');
  await halfSaid;
  await answer(page, 'It begins');
  const other = await page.context().newPage();
  await other.goto(road.url);
  await other.getByText('Kinds of tasks: ').waitFor();
  await other.getByRole('button', { name: 'History' }).click();
  await other.route('**/events', (route) => route.abort()); // it comes too late
  await other.locator('.past', { hasText: 'What is 2 + 2?' }).click();
  await status(other, 'The connection is lost.');
  go();
  await status(page, 'Done');
  await forgotten();
  await other.unroute('**/events');
  await answer(other, 'It begins and it ends.');
  await status(other, 'Done');
  await page.context().close();
});

test('a connection that breaks in the middle is made again, and nothing is asked or said twice', async () => {
  const { page } = await openPage(browser, road.url);
  const { halfSaid, go } = inHalves(replica, 'It begins', ' and it ends.');
  let n_asked = 0;
  page.on('request', (request) => (n_asked += request.method() === 'POST' ? 1 : 0));
  await ask(page, 'What is 3 + 1?');
  await halfSaid;
  await answer(page, 'It begins');
  await road.block();
  await status(page, 'The connection is lost.');
  await answer(page, 'It begins'); // and it still stands there
  for (const [language, lost] of [['中文', '连接已断开。'], ['English', 'The connection is lost.']]) {
    await page.getByRole('button', { name: language }).click();
    await status(page, lost);
    await assertAccessibleEverywhere(page, `reconnecting, ${language}`);
  }
  go();
  const from = page.waitForRequest((request) => request.url().endsWith('/events'));
  road.open();
  assert.match((await from).headers()['last-event-id'], /^[1-9]\d*$/);
  await status(page, 'Done');
  assert.equal(await page.locator('.answer').innerText(), 'It begins and it ends.');
  assert.equal(n_asked, 1);
  await forgotten();
  await page.context().close();
});

test('a server that ends in the middle is waited for, and the next one gives the whole answer', async () => {
  const { page } = await openPage(browser, road.url);
  const { halfSaid } = inHalves(replica, 'It begins', ' and never ends.');
  await ask(page, 'What is 4 + 1?');
  await halfSaid;
  await answer(page, 'It begins');
  const refused = road.block();
  await server.stop();
  await refused;
  replica.say([{ content: 'Begun again,' }, { content: ' and ended.' }]);
  server = await start();
  road.open();
  await status(page, 'Done');
  assert.equal(await page.locator('.answer').innerText(), 'Begun again, and ended.');
  await forgotten();
  await page.context().close();
});

test('a vote goes on over a reload too', async () => {
  const { page } = await openPage(browser, road.url);
  const { halfSaid, go } = inHalves(replica, 'It is ', '\\boxed{2}.');
  await page.getByLabel('Vote', { exact: true }).check();
  await page.getByLabel('Number of votes').selectOption('3');
  await ask(page, 'What is 1 + 1?');
  await halfSaid;
  await answer(page, 'It is');
  await page.reload();
  await answer(page, 'It is');
  assert.equal(await page.locator('.lane').count(), 3);
  go();
  await status(page, 'Done');
  await page.getByText(/Agreed on by [23] of [23] attempts/).waitFor();
  await forgotten();
  await page.context().close();
});

test('what is stopped is stopped at the server, and what thinks can be asked for its answer', async () => {
  const { page } = await openPage(browser, road.url);
  replica.say([{ reasoning: 'Let me think.' }]);
  let held = replica.hold();
  await ask(page, 'What is 5 + 1?');
  await held;
  await status(page, 'Thinking');
  // The model holds 4096 tokens, however many it might think.
  await page.locator('.progress', { hasText: /· 1 of at most 4096 thinking tokens/ }).waitFor();
  await page.getByRole('button', { name: '中文' }).click();
  await page.locator('.progress', { hasText: '思考词元 1,至多 4096' }).waitFor();
  await page.getByRole('button', { name: 'English' }).click();
  await page.getByRole('button', { name: 'Answer now' }).click();
  await answer(page, 'Now the answer.');
  await status(page, 'Done');

  await page.getByLabel('Deep', { exact: true }).check(); // as many as the model holds
  held = replica.hold();
  await ask(page, 'What is 6 + 1?');
  await held;
  await status(page, 'Thinking');
  await page.locator('.progress', { hasText: /· 1 of at most 4096 thinking tokens/ }).waitFor();
  await page.getByRole('button', { name: 'Stop' }).click();
  await status(page, 'Stopped');
  await forgotten(); // once it has ended
  await page.context().close();
});

test('what is stopped or followed by another before the server has said its job leaves no job behind', async () => {
  const { page, faults } = await openPage(browser, road.url);
  replica.say([{ reasoning: 'Let me think.' }]);
  replica.hold();
  const forgets = [];
  page.on('request', (request) => request.method() === 'DELETE' && forgets.push(request.url()));
  let go;
  const goes = new Promise((resolve) => (go = resolve));
  const made = [];
  await page.route('**/v1/jobs', async (route) => {
    const response = await route.fetch(); // the server has it; the page does not know
    made.push((await response.json()).id);
    await goes;
    await route.fulfill({ response });
  });
  await ask(page, 'What is 7 + 1?');
  await eventually(() => made.length === 1, 'the first is made');
  await ask(page, 'What is 7 + 2?');
  await eventually(() => made.length === 2, 'the second is made');
  await page.getByRole('button', { name: 'Stop' }).click();
  await status(page, 'Stopped');
  go();
  await eventually(() => forgets.length === 2, 'both are forgotten');
  assert.deepEqual(forgets.map((url) => /job-[^?]*/.exec(url)[0]).sort(), made.sort());
  await forgotten();
  assert.deepEqual(faults, []);
  await page.context().close();
});

// One that has said half of its answer and goes on at the server, while the page shows another. The history
// knows as much.
async function leftInTheMiddle(page) {
  replica.say([{ content: 'Two.' }]);
  await ask(page, 'What is 1 + 1?');
  await status(page, 'Done');
  await forgotten();
  const { halfSaid, go } = inHalves(replica, 'It begins', ' and it ends.');
  await ask(page, 'What is 8 + 1?');
  await halfSaid;
  await answer(page, 'It begins');
  await page.getByRole('button', { name: 'History' }).click();
  await page.locator('.past', { hasText: 'What is 1 + 1?' }).click();
  await answer(page, 'Two.');
  await page.getByLabel('Search the history').fill('It begins');
  const past = page.locator('.past', { hasText: 'What is 8 + 1?' });
  await past.waitFor();
  return { past, go };
}

test('what is opened without its key is as it was, and goes on once the key is there', async () => {
  const { page, faults } = await openPage(browser, road.url);
  const { past, go } = await leftInTheMiddle(page);
  await page.route('**/v1/**', (route) => {
    const { authorization, ...headers } = route.request().headers();
    if (authorization === 'Bearer the-key') return route.continue({ headers });
    return route.fulfill({ status: 401, json: { error: { type: 'authentication_error', message: 'no valid key' } } });
  });
  for (const wrong of [null, 'another']) {
    if (wrong) {
      await page.getByLabel('API key').fill(wrong);
      await page.getByRole('button', { name: 'Use this key' }).click();
      await page.locator('.key [role=alert]').waitFor();
    }
    await past.click();
    await status(page, 'Interrupted');
    await page.locator('.result [role=alert]', { hasText: 'did not accept the API key. no valid key' }).waitFor();
    await answer(page, 'It begins');
  }
  await page.getByLabel('API key').fill('the-key');
  await page.getByRole('button', { name: 'Use this key' }).click();
  await status(page, 'Answering');
  await page.getByLabel('API key').waitFor({ state: 'detached' });
  go();
  await answer(page, 'It begins and it ends.');
  await status(page, 'Done');
  await forgotten();
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('what is not there for another key is as it was, and goes on when it is opened again', async () => {
  const { page, faults } = await openPage(browser, road.url);
  const { past, go } = await leftInTheMiddle(page);
  await page.evaluate(() => sessionStorage.setItem('lemma.key', 'another'));
  await page.route('**/v1/jobs/*/events', (route) => route.fulfill({
    status: 404, json: { error: { type: 'invalid_request_error', message: 'there is no such job' } } }));
  await past.click();
  await status(page, 'Interrupted');
  await page.locator('.result [role=alert]', { hasText: 'there is no such job' }).waitFor();
  await answer(page, 'It begins');
  await page.unroute('**/v1/jobs/*/events');
  await page.evaluate(() => sessionStorage.removeItem('lemma.key'));
  await past.click();
  go();
  await answer(page, 'It begins and it ends.');
  await status(page, 'Done');
  await forgotten();
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('what a job fails with is said', async () => {
  const { page } = await openPage(browser, road.url);
  await page.route('**/v1/jobs', (route) => {
    const { target, body } = route.request().postDataJSON();
    route.continue({ postData: JSON.stringify({ target, body: { ...body, profile: 'none-such' } }) });
  });
  await ask(page, 'What is 1 + 1?');
  await page.locator('.result [role=alert]', { hasText: 'none-such' }).waitFor();
  await status(page, 'The server did not accept this');
  await page.context().close();
});
