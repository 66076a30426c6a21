// Requests and jobs in the console: by the keyboard alone, in Chinese, in the dark, on a phone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { eventually } from '../serve/server.mjs';
import { button, startConsole } from './console.mjs';
import { main, openOnPhone, region, retype, toPage } from './console_phone.mjs';
import { assertFocused, confirm, press, tabTo, type } from './keyboard.mjs';
import { startScripted, stopScripted } from './scripted_server.mjs';

let replica;
let server;
let browser;
let key;
before(async () => {
  ({ replica, server, browser } = await startScripted(startConsole));
  server.user('vera', 'viewer'); // nobody signs in more than five times at once
  key = server.lemma(['key', 'create', '--name', 'judge']).stdout.trim();
  replica.say([{ content: 'Two.' }]);
  await eventually(async () => (await server.ask({ prompt }, key)).status === 200, 'the key is known');
});
after(stopScripted);

const prompt = 'What is 1 + 1?';
const link = (scope, name) => scope.getByRole('link', { name, exact: true });

// A list of `n` goes on. Its button comes after more stops than a page is to have, and is its last: the keyboard comes
// to it from behind.
async function showsAll(page, rows, n) {
  await page.reload(); // nothing has the focus
  await eventually(async () => (await rows.count()) === 50, 'a part of them');
  await page.keyboard.press('Shift+Tab');
  await assertFocused(page, button(page, '更多'));
  await page.keyboard.press('Enter');
  await eventually(async () => (await rows.count()) === n, 'the rest');
  await assertFocused(page, page.getByText('已全部显示。'));
  await page.keyboard.press('Shift+Tab'); // the keyboard goes on from where the list went on
  await assertFocused(page, rows.last().getByRole('link').last());
}

test('a request is followed, and no more, and ended', async () => {
  replica.say([{ content: 'It is' }]);
  const isHeld = replica.hold();
  const first = await server.ask({ prompt, stream: true }, key);
  await isHeld;
  const { page, faults } = await openOnPhone(browser, server);
  await toPage(page, '请求');
  const now = region(page, '现在');
  const rows = now.locator('tbody tr');
  await press(page, link(now, 'judge'));
  await page.getByRole('heading', { name: 'judge' }).waitFor();
  await page.goBack();
  await press(page, rows.getByRole('link').first());
  await page.locator('.facts').getByRole('status').filter({ hasText: '回答' }).waitFor();
  await confirm(page, button(now, '结束'));
  await rows.waitFor({ state: 'detached' });
  await assertFocused(page, now);
  await page.locator('.facts', { hasText: '已被手动结束' }).waitFor(); // as the log has it
  await press(page, link(main(page), '搜索'));
  await page.getByRole('heading', { name: '搜索' }).waitFor();
  assert.match(await first.text(), /event: error[^]*cancelled/);

  const isNextHeld = replica.hold();
  const next = await server.ask({ prompt, stream: true }, key);
  await isNextHeld;
  await rows.waitFor();
  const follow = page.getByLabel('跟随');
  await press(page, follow, 'Space');
  assert.equal(await follow.isChecked(), false);
  await page.waitForTimeout(3000); // what it asked until then is answered
  replica.release();
  assert.match(await next.text(), /Now the answer/);
  await page.waitForTimeout(1500); // longer than from one look to the next
  assert.equal(await rows.count(), 1, 'nobody looks');
  await assertFocused(page, follow);
  await page.keyboard.press('Space');
  await rows.waitFor({ state: 'detached' });
  assert.deepEqual(faults, []);
  await page.context().close();
});

// What the tests of the log find: a good one with a key, one without, and those that failed.
const nFailed = 60;
async function fillLog() {
  replica.say([{ content: 'Two.' }]);
  assert.equal((await server.ask({ prompt, profile: 'algorithm' }, key)).status, 200);
  assert.equal((await server.ask({ prompt })).status, 200);
  await Promise.all(Array.from({ length: nFailed }, () => server.ask({ prompt, profile: 'none' })));
}

test('what went wrong is looked into by its reason, and one request opened, its key and the list again', async () => {
  await fillLog();
  const { page, faults } = await openOnPhone(browser, server, '#/requests');
  const counted = region(page, '按原因统计错误').locator('tr', { hasText: '请求有误' });
  const reason = link(counted, '请求有误');
  await eventually(async () => {
    await page.reload();
    await region(page, '结果').first().waitFor();
    return (await counted.getByRole('cell', { name: `${nFailed}`, exact: true }).count()) === 1;
  }, 'the failures are counted');
  await press(page, reason);
  await page.waitForURL(/reason=bad_request&status=400|status=400&reason=bad_request/);
  await assertFocused(page, reason);
  const rows = region(page, '结果').last().locator('tbody tr');
  await showsAll(page, rows, nFailed);

  const form = page.locator('form');
  await type(page, form.getByLabel('任务类型'), 'algorithm');
  await type(page, form.getByLabel('状态码'), '200'); // in the place of what is there
  await press(page, form.getByLabel('原因'), 'Home'); // all of them
  await press(page, button(form, '搜索'));
  await page.waitForURL((url) => !url.hash.includes('reason'));
  await eventually(async () => (await rows.count()) === 1, 'the good one');
  await assertFocused(page, main(page)); // the form was made anew
  await press(page, rows.getByRole('link').first());
  const facts = page.locator('.facts', { hasText: 'scripted' });
  await facts.waitFor();
  await assertFocused(page, main(page)); // the link went with the list
  const pieces = page.locator('pre.plain', { hasText: '未保存:其密钥未开启保存。' });
  for (const piece of [pieces.first(), pieces.last()]) await tabTo(page, piece); // each may be long, and is scrolled
  await press(page, link(facts, 'judge'));
  await page.getByRole('heading', { name: 'judge' }).waitFor();
  await page.goBack();
  await press(page, link(main(page), '搜索'));
  await page.getByRole('heading', { name: '搜索' }).waitFor();
  await assertFocused(page, main(page));
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('requests are searched for by each of their marks', async () => {
  const { page, faults } = await openOnPhone(browser, server, '#/requests?profile=algorithm&status=200', 'vera');
  const rows = region(page, '结果').last().locator('tbody tr');
  const idOf = async (anchor) => (await anchor.getAttribute('href')).split('/').at(-1);
  const id = await idOf(rows.getByRole('link').first());
  const keyId = await idOf(link(rows, 'judge'));
  const form = page.locator('form');
  const search = button(form, '搜索');
  const nothing = region(page, '结果').last().getByText('没有内容。');
  const marks = { 编号: id, 密钥编号: keyId, 任务类型: 'algorithm', 模型: 'scripted', 副本: 'none-such', 状态码: '200' };
  const field = (label) => form.getByLabel(label, { exact: true });
  for (const [label, value] of Object.entries(marks)) await retype(page, field(label), value);
  await press(page, form.getByLabel('时间'), 'Home');
  await press(page, search);
  await page.waitForURL((url) => url.hash.endsWith(
    `range=15m&id=${id}&key_id=${keyId}&profile=algorithm&model=scripted&replica=none-such&status=200`));
  await nothing.waitFor();
  await assertFocused(page, main(page)); // the form was made anew
  await retype(page, field('副本'), '');
  await page.keyboard.press('Enter');
  await page.waitForURL((url) => !url.hash.includes('replica'));
  await eventually(async () => (await rows.count()) === 1, 'it is found');
  await press(page, form.getByLabel('原因'), 'ArrowDown');
  await press(page, search);
  await page.waitForURL(/reason=any/);
  await nothing.waitFor();
  assert.deepEqual(faults, []);
  await page.context().close();
});

async function startJob(target, body) {
  const response = await fetch(`${server.url}/v1/jobs`, {
    method: 'POST', body: JSON.stringify({ target, body }),
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
  });
  assert.equal(response.status, 202);
  return (await response.json()).id;
}

test('a job is found by how it stands, opened, and cancelled', async () => {
  replica.say([{ content: 'It is' }]);
  const isHeld = replica.hold();
  const id = await startJob('/generate', { prompt });
  await isHeld;
  const { page, faults } = await openOnPhone(browser, server);
  await toPage(page, '作业');
  const form = page.locator('form');
  const state = form.getByLabel('状态');
  const keyId = form.getByLabel('密钥编号');
  const nothing = region(page, '作业').getByText('没有内容。');
  await press(page, state, 'End');
  await page.waitForURL(/status=cancelled/);
  await nothing.waitFor();
  await assertFocused(page, state);
  await press(page, state, 'Home');
  await page.waitForURL((url) => !url.hash.includes('status'));
  await press(page, form.getByLabel('接口'), 'End');
  await page.waitForURL(/target=%2Fgenerate/);
  await link(region(page, '作业'), id).waitFor();
  await type(page, keyId, 'key_of_nobody');
  await page.keyboard.press('Enter');
  await page.waitForURL(/key_id=key_of_nobody/);
  await nothing.waitFor();
  await assertFocused(page, keyId);
  await retype(page, keyId, '');
  await press(page, button(form, '搜索'));
  await page.waitForURL((url) => !url.hash.includes('key_id'));

  await press(page, link(page, id));
  const fact = page.locator('.facts').getByRole('status');
  await fact.filter({ hasText: '运行中' }).waitFor();
  await assertFocused(page, main(page)); // the link went with its list
  await tabTo(page, page.locator('pre.plain'));
  await confirm(page, button(page, '取消作业'));
  await fact.filter({ hasText: '已取消' }).waitFor();
  await button(page, '取消作业').waitFor({ state: 'detached' });
  await assertFocused(page, main(page));
  await press(page, link(page.locator('.facts'), 'judge'));
  await page.getByRole('heading', { name: 'judge' }).waitFor();
  await page.goBack();
  await press(page, link(main(page), '作业'));
  await page.getByRole('heading', { name: '作业', level: 2 }).waitFor();
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('jobs go on on demand, to the first of them', async () => {
  replica.say([{ content: 'Two.' }]);
  const target = '/v1/chat/completions';
  for (let i = 0; i < 51; ++i) await startJob(target, { messages: [{ role: 'user', content: prompt }] });
  const { page, faults } = await openOnPhone(browser, server, `#/jobs?target=${target}`, 'vera');
  const rows = region(page, '作业').locator('tbody tr');
  await showsAll(page, rows, 51);
  assert.deepEqual(faults, []);
  await page.context().close();
});
