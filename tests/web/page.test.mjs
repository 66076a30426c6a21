// The solve page as people use it: Chromium, a real `lemma serve`, lemma-mini. With
// LEMMA_SCREENSHOTS=DIR the pictures of the documents are taken.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { eventually, killServers, startServer } from '../serve/server.mjs';
import { ask, assertAccessible, assertAccessibleEverywhere, launchBrowser, openPage, picture as pictureOf, status } from './browser.mjs';
import { startReplica } from './scripted_replica.mjs';

let server;
let browser;
before(async () => {
  server = await startServer();
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  killServers();
});

const picture = (page, name) => pictureOf(page, name, { fullPage: true });
const problem = 'Solve the system 3x + 2y = 16, x - y = 2';

test('a problem is asked and answered, and is in the history after a reload', async () => {
  const { page, faults } = await openPage(browser, server.url);
  await page.getByText('lemma-mini is the small model').waitFor();
  await picture(page, 'welcome');
  await page.getByRole('button', { name: problem }).click();
  await page.getByRole('button', { name: 'Solve', exact: true }).click();
  await status(page, 'Done');
  await page.locator('.answer .katex').waitFor(); // its \boxed{}
  assert.match(await page.locator('.answer').innerText(), /x = 20\/5 = \d/);
  assert.match(await page.locator('.progress').innerText(), /[1-9]\d* tokens · Mathematics, a final answer/);
  await picture(page, 'solve');
  assert.deepEqual(faults, []);
  await assertAccessible(page);

  await page.reload();
  await page.getByRole('button', { name: 'History' }).click();
  await page.getByLabel('Search the history').fill('nothing like it');
  await page.locator('.history [role=status]', { hasText: 'Nothing found.' }).waitFor();
  assert.equal(await page.locator('.past').count(), 0);
  await page.getByLabel('Search the history').fill('SYSTEM 3x');
  await page.getByText('Nothing found.').waitFor({ state: 'detached' });
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export Markdown' }).click(),
  ]);
  assert.match(await readFile(await file.path(), 'utf8'), /x = \d/);
  await page.locator('.past').click();
  await page.locator('.answer', { hasText: /x = 20\/5 = \d/ }).waitFor();
  assert.deepEqual(faults, []);
  await page.context().close();
});

const phone = { locale: 'zh-CN', viewport: { width: 360, height: 900 } }; // with all of the first answer
// What the answers to the examples have in them, in their order.
const examples = [
  ['a desk, in English', {}, [/x = 20\/5 = 4/, /1692/, /9x\^2 - 2/, /n \+ 1|k \+ 1/, /while y != 0/]],
  ['a phone, in Chinese', phone, [/x = 20\/5 = 4/, /1692/, /9x\^2 - 2/, /return \[/]],
];

for (const [device, options, answers] of examples) {
  test(`each example that a newcomer is offered is answered on ${device}`, async () => {
    const { page, faults } = await openPage(browser, server.url, options);
    const offered = page.locator('.welcome li button');
    await offered.first().waitFor();
    assert.equal(await offered.count(), answers.length);
    for (const [index, expected] of answers.entries()) {
      await offered.nth(index).click();
      const asked = await page.locator('#problem').inputValue();
      await page.locator('.task button.main').click();
      await page.locator('.status', { hasText: /^(Done|完成)$/ }).waitFor();
      // With the source of its formulas, and what is below the screen.
      const answer = () => page.locator('.answer').textContent();
      await eventually(async () => expected.test(await answer()), `the answer to: ${asked}`);
      const [content, screen] = await page.evaluate(() => [document.scrollingElement.scrollWidth, innerWidth]);
      assert.ok(content <= screen, `${content} pixels wide, the answer to: ${asked}`);
      if (options === phone && index === 0) await picture(page, 'phone-zh');
      await page.reload(); // where the examples are offered again
    }
    assert.deepEqual(faults, []);
    await page.context().close();
  });
}

test('the samples of a vote race, and the winner says what was verified', async () => {
  const { page, faults } = await openPage(browser, server.url, { colorScheme: 'dark' });
  await page.getByLabel('Vote', { exact: true }).check();
  await page.getByLabel('Number of votes').selectOption('3');
  await ask(page, problem);
  await status(page, 'Done');
  assert.equal(await page.locator('.lane').count(), 3);
  assert.match(await page.locator('.cluster.won').innerText(), /x = \d[^]*Winner/);
  assert.match(await page.locator('.verified').innerText(), /Agreed on by [23] of [23]/);
  const paper = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  assert.equal(paper, 'rgb(20, 23, 31)');
  await picture(page, 'vote-dark');
  assert.deepEqual(faults, []);
  await assertAccessible(page);
  await page.context().close();
});

test('what is off-domain is said to be so', async () => {
  const { page } = await openPage(browser, server.url);
  await ask(page, 'Write a poem about love.');
  await page.getByText('this looks like neither').waitFor();
  await page.context().close();
});

test('of several models the reader chooses the one that is asked', async () => {
  const replica = await startReplica();
  const both = await startServer(['--replica', replica.url]);
  const served = async () => (await (await fetch(`${both.url}/v1/models`)).json()).data;
  await eventually(async () => (await served()).length === 2, 'both have said what they serve');
  const { page, faults } = await openPage(browser, both.url);
  await page.locator('header', { hasText: 'lemma-mini, scripted' }).waitFor();
  await page.getByText('lemma-mini is the small model').waitFor();
  const kinds = page.getByLabel('Kind of task').locator('option');
  await eventually(async () => (await kinds.count()) === 3, 'the kinds that lemma-mini knows');
  await page.getByLabel('Kind of task').selectOption('math');
  await page.getByLabel('Model', { exact: true }).selectOption('scripted');
  await page.getByText('scripted answers problems').waitFor();
  assert.ok((await kinds.count()) > 10);
  assert.equal(await page.getByLabel('Kind of task').inputValue(), '');
  await assertAccessibleEverywhere(page, 'several models');

  replica.say([{ reasoning: 'Let me think.' }]);
  const held = replica.hold();
  await ask(page, 'What is 47 * 36?');
  await held;
  await page.locator('.progress', { hasText: 'of at most 4096 thinking tokens' }).waitFor();
  assert.equal(replica.state.body.model, 'scripted');
  replica.release();
  await page.locator('.answer', { hasText: 'Now the answer.' }).waitFor();
  await page.getByLabel('Model', { exact: true }).selectOption('lemma-mini');
  await ask(page, 'What is 47 * 36?');
  await page.locator('.answer', { hasText: '1692' }).waitFor();
  assert.deepEqual(faults, []);
  await page.context().close();
  assert.equal(await both.stop(), 0);
  replica.stop();
});

test('the first load is under 300 KB, and its files are kept', async () => {
  const html = await fetch(server.url, { headers: { accept: 'text/html' } });
  assert.match(html.headers.get('content-security-policy'), /default-src 'none'/);
  assert.equal(html.headers.get('x-content-type-options'), 'nosniff');
  const assets = [...(await html.text()).matchAll(/"(\/assets\/[^"]+)"/g)].map((found) => found[1]);
  assert.ok(assets.length >= 2, assets.join());
  let n_bytes = Number(html.headers.get('content-length'));
  for (const path of assets) {
    const asset = await fetch(server.url + path);
    assert.equal(asset.headers.get('content-encoding'), 'gzip');
    assert.match(asset.headers.get('cache-control'), /immutable/);
    n_bytes += Number(asset.headers.get('content-length'));
    const again = await fetch(server.url + path, {
      headers: { 'if-none-match': asset.headers.get('etag') },
    });
    assert.equal(again.status, 304);
  }
  assert.ok(n_bytes < 300_000, `${n_bytes} bytes`);
  assert.match(await (await fetch(server.url, { headers: { accept: '*/*' } })).text(), /curl http/);
});

test('a server with keys asks for one, keeps none, and who is at its limits waits', async () => {
  const root = await mkdtemp(join(tmpdir(), 'lemma-page-'));
  const data = ['--data-dir', root];
  const made = spawnSync(process.env.LEMMA_BINARY, ['key', 'create', ...data, '--name', 'p', '--rpm', '1', '--json'],
                         { encoding: 'utf8' });
  const { key } = JSON.parse(made.stdout);
  const locked = await startServer(['--require-keys', ...data]);
  const { page, faults } = await openPage(browser, locked.url);
  await page.getByLabel('API key').waitFor();
  const refused = page.locator('.key [role=alert]', { hasText: 'did not accept the API key' });
  assert.equal(await refused.count(), 0, 'none was given yet');
  await ask(page, 'What is 47 * 36?');
  await status(page, 'The server did not accept the API key.');
  for (const wrong of [`${key.slice(0, -1)}?`, 'none']) {
    await page.getByLabel('API key').fill(wrong);
    await page.getByRole('button', { name: 'Use this key' }).click();
    await refused.waitFor();
  }
  await assertAccessibleEverywhere(page, 'a wrong key');
  await page.getByLabel('API key').fill(key);
  await page.getByRole('button', { name: 'Use this key' }).click();
  await page.locator('header', { hasText: 'lemma-mini' }).waitFor();
  await page.getByLabel('API key').waitFor({ state: 'detached' });
  await ask(page, 'What is 47 * 36?');
  await status(page, 'Done');
  await page.getByRole('button', { name: 'Retry' }).click();
  await status(page, 'Your key is over its limit.');
  await page.getByRole('alert').getByText(/It begins by itself, at the earliest in \d+ s\./).waitFor();
  locked.process.kill('SIGSTOP'); // it must not begin while it is looked at
  await assertAccessibleEverywhere(page, 'at its limits');
  await page.getByRole('button', { name: 'Stop' }).click();
  await status(page, 'Stopped');
  locked.process.kill('SIGCONT');
  assert.deepEqual(faults, []);
  assert.equal(await page.evaluate(() => JSON.stringify(localStorage).includes('lemma_')), false);
  await page.context().close();
  assert.equal(await locked.stop(), 0);
  await rm(root, { recursive: true });
});
