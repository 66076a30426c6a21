// Jobs in the console: found, followed while they run, cancelled; what was said for those who may.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { eventually, killServers } from '../serve/server.mjs';
import { launchBrowser } from './browser.mjs';
import { assertAccessible, button, openConsole, picture, startConsole } from './console.mjs';
import { startReplica } from './scripted_replica.mjs';

let replica;
let server;
let browser;
before(async () => {
  replica = await startReplica();
  server = await startConsole(['--workers', '0', '--replica', replica.url]);
  server.user('vera', 'viewer');
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  await server?.remove();
  replica?.stop();
  killServers();
});

async function startJob(target, body) {
  const response = await fetch(`${server.url}/v1/jobs`, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ target, body }),
  });
  assert.equal(response.status, 202);
  return (await response.json()).id;
}

const fact = (page, name, value) => page.locator('.facts div', { hasText: new RegExp(`^${name}${value}`) });

test('a job is found by how it stands, followed, and cancelled; the audit log says by whom', async () => {
  replica.say([{ content: 'It ' }, { content: 'is' }]);
  const isHeld = replica.hold();
  const id = await startJob('/generate', { prompt: 'What is 47 * 36?' });
  await isHeld;
  const { page, faults } = await openConsole(browser, server, '#/jobs');
  await assertAccessible(page, 'jobs');
  await page.getByLabel('State').selectOption('done');
  await page.waitForURL(/status=done/);
  await page.getByText('Nothing here.').waitFor();
  await page.getByLabel('State').selectOption('running');
  await page.getByLabel('Asked of').selectOption('/v1/solve');
  await page.waitForURL(/target=/);
  await page.getByText('Nothing here.').waitFor();
  await page.getByLabel('Asked of').selectOption('/generate');
  await page.getByRole('link', { name: id }).waitFor();
  await page.getByLabel("Key's id").fill('key_of_nobody');
  await button(page, 'Search').click();
  await page.waitForURL(/key_id=key_of_nobody/);
  await page.getByText('Nothing here.').waitFor();
  await page.getByLabel("Key's id").fill('');
  await button(page, 'Search').click();
  await page.getByRole('link', { name: id }).click();
  await fact(page, 'State', 'running').waitFor();
  // What changes each second is not read out: how it stands is.
  assert.equal(await page.locator('.facts').getByRole('status').innerText(), 'running');
  assert.equal(await page.locator('[aria-live]').count(), 0);
  await fact(page, 'Tokens', '[1-9]').waitFor();
  await page.getByText('Not kept').waitFor(); // nobody's key keeps it
  await picture(page, 'job', { height: 560 });
  await assertAccessible(page, 'job');
  await button(page, 'Cancel the job').click();
  await button(page.locator('.confirm'), 'Cancel the job').click();
  await fact(page, 'State', 'cancelled').waitFor();
  await eventually(() => replica.state.n_left === 1, 'the replica is told');
  await page.locator('nav').getByRole('link', { name: 'Audit' }).click();
  await page.locator('tr', { hasText: 'job.cancel' }).filter({ hasText: id }).waitFor();
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('the page follows a job to its end; a viewer sees no button to cancel', async () => {
  const body = { messages: [{ role: 'user', content: 'What is 47 * 36?' }] };
  replica.say([{ content: 'It is 1692.' }]);
  await startJob('/v1/chat/completions', body);
  await startJob('/generate', { prompt: 'What is 47 * 36?' });
  const { page, faults } = await openConsole(browser, server, '#/jobs', 'vera', { locale: 'zh-CN' });
  await page.locator('tbody tr', { hasText: '完成' }).nth(1).waitFor();
  const isHeld = replica.hold();
  const id = await startJob('/v1/chat/completions', body);
  await isHeld;
  await page.locator('tbody tr', { hasText: '运行中' }).waitFor();
  await picture(page, 'jobs-zh', { height: 560 });
  await page.getByRole('link', { name: id }).click();
  await fact(page, '状态', '运行中').waitFor();
  assert.equal(await button(page, '取消作业').count(), 0);
  replica.release();
  await fact(page, '状态', '完成').waitFor();
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('jobs are shown in parts, and more on demand', async () => {
  replica.say([{ content: 'Two.' }]);
  const ids = [];
  for (let i = 0; i < 51; ++i) ids.push(await startJob('/generate', { prompt: 'What is 1 + 1?' }));
  const { page, faults } = await openConsole(browser, server, '#/jobs?target=/generate', 'vera');
  const rows = page.locator('tbody tr');
  await eventually(async () => (await rows.count()) === 50, 'a part of them');
  const oldest = page.getByRole('link', { name: ids[0], exact: true });
  assert.equal(await oldest.count(), 0, 'the newest are the first');
  await button(page, 'More').click();
  await oldest.waitFor();
  await button(page, 'More').waitFor({ state: 'detached' });
  assert.ok((await rows.count()) > 50);
  assert.deepEqual(faults, []);
  await page.context().close();
});
