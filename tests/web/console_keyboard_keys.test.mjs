// Keys and usage in the console: by the keyboard alone, in Chinese, in the dark, on a phone.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';

import { eventually } from '../serve/server.mjs';
import { button, startConsole } from './console.mjs';
import { main, openOnPhone, region, retype, toPage } from './console_phone.mjs';
import { assertFocused, confirm, press, tabTo, type } from './keyboard.mjs';
import { startScripted, stopScripted } from './scripted_server.mjs';

let replica;
let server;
let browser;
before(async () => {
  ({ replica, server, browser } = await startScripted((args) => startConsole([...args, '--require-keys'])));
  replica.say([{ content: 'Two.' }]);
});
after(stopScripted);

const prompt = 'What is 1 + 1?';
const statusOf = async (key, profile = 'math') => (await server.ask({ prompt, profile }, key)).status;
const becomes = (key, status) => eventually(async () => (await statusOf(key)) === status, `${status} for ${key}`);

// What is shown once, and put away after it: it had the focus, and `place` gets it.
async function keptSecret(page, place) {
  const secret = page.locator('.secret');
  await secret.waitFor();
  await assertFocused(page, secret);
  const text = await secret.locator('pre').innerText();
  await press(page, button(secret, '复制'));
  await assertFocused(page, button(secret, '已复制'));
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), text);
  await press(page, button(secret, '我已保存'));
  await secret.waitFor({ state: 'detached' });
  await assertFocused(page, place);
  return text;
}

test('a key is made with all that it may do and how much, which holds', async () => {
  const permissions = ['clipboard-read', 'clipboard-write'];
  const { page, faults } = await openOnPhone(browser, server, '', 'alice', { permissions });
  await toPage(page, '密钥');
  const form = page.locator('form');
  await type(page, form.getByLabel('名称'), 'judge');
  await page.keyboard.press('Tab');
  await assertFocused(page, form.getByLabel('可用的任务类型'));
  await page.keyboard.type('math');
  await type(page, form.getByLabel('到期'), '90d');
  await type(page, form.getByLabel('每分钟请求'), '-1'); // the tab key selects what is there
  const others = { 每分钟词元: '100000', 每天词元: '1000000', 并发请求: '1', '最长回答时间(毫秒)': '60000', '优先级(-100 到 100)': '5' };
  for (const [label, value] of Object.entries(others)) await type(page, form.getByLabel(label), value);
  await press(page, form.getByLabel('指标', { exact: true }), 'Space');
  await press(page, form.getByLabel('保存提问与回答'), 'Space');
  const create = button(form, '创建');
  await press(page, create);
  await form.locator('[role=alert]', { hasText: 'rpm: ' }).waitFor();
  await assertFocused(page, create);
  await retype(page, form.getByLabel('每分钟请求'), '1000');
  await page.keyboard.press('Enter');
  const key = await keptSecret(page, main(page)); // its form was made anew
  await becomes(key, 200);
  assert.equal(await statusOf(key, 'algorithm'), 403);
  const isHeld = replica.hold();
  const first = await server.ask({ prompt, stream: true }, key);
  await isHeld;
  assert.equal(await statusOf(key), 429, 'one at once is answered');
  replica.say([{ content: 'Two.' }]);
  replica.release();
  assert.match(await first.text(), /Two\./);

  await press(page, page.getByRole('link', { name: 'judge' }));
  await page.getByRole('heading', { name: 'judge' }).waitFor();
  for (const [label, value] of Object.entries({ 可用的任务类型: 'math', 到期: '', 每分钟请求: '1000', ...others })) {
    assert.equal(await form.getByLabel(label).inputValue(), value, label);
  }
  for (const [label, isOn] of [['推理', true], ['指标', true], ['管理', false], ['保存提问与回答', true]]) {
    assert.equal(await form.getByLabel(label).isChecked(), isOn, label);
  }
  await retype(page, form.getByLabel('可用的任务类型'), '');
  const save = button(page, '保存');
  await press(page, save);
  await form.locator('[role=status]', { hasText: '已保存。' }).waitFor();
  await assertFocused(page, save);
  await eventually(async () => (await statusOf(key, 'algorithm')) === 200, 'every profile is allowed');
  assert.deepEqual(faults, []);
  await page.context().close();
});

test("a key's text is made anew, the old one accepted for as long as is said, and the key is revoked", async () => {
  const old = server.lemma(['key', 'create', '--name', 'classroom']).stdout.trim();
  const permissions = ['clipboard-read', 'clipboard-write'];
  const { page, faults } = await openOnPhone(browser, server, '#/keys', 'alice', { permissions });
  await press(page, page.getByRole('link', { name: 'classroom' }));
  await page.getByRole('heading', { name: 'classroom' }).waitFor();
  await assertFocused(page, main(page)); // the link went with its list
  const grace = page.getByLabel('旧文本继续有效');
  const rotate = button(page, '轮换');
  await type(page, grace, '1h');
  await confirm(page, rotate);
  const next = await keptSecret(page, rotate);
  await becomes(next, 200);
  assert.equal(await statusOf(old), 200);
  await retype(page, grace, '0');
  await confirm(page, rotate);
  const last = await keptSecret(page, rotate);
  await becomes(next, 401);
  assert.equal(await statusOf(last), 200);

  const revoke = button(page, '吊销');
  await press(page, revoke);
  await assertFocused(page, button(page, '取消'));
  await page.keyboard.press('Escape');
  await assertFocused(page, revoke);
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter'); // on the no
  await assertFocused(page, revoke);
  await confirm(page, revoke);
  await page.getByText('· 已吊销 ·').waitFor();
  await assertFocused(page, main(page)); // the button went with its form
  await becomes(last, 401);

  await press(page, main(page).getByRole('link', { name: '用量' }));
  await button(page, '密钥: classroom ✕ 移除此筛选').waitFor();
  await assertFocused(page, main(page));
  await page.goBack();
  await press(page, main(page).getByRole('link', { name: '请求' }));
  await page.waitForURL(/#\/requests\?key_id=key_/);
  await page.getByRole('heading', { name: '搜索' }).waitFor();
  await page.goBack();
  await press(page, main(page).getByRole('link', { name: '密钥' }));
  await page.getByRole('heading', { name: '新建密钥' }).waitFor();
  await assertFocused(page, main(page));
  assert.deepEqual(faults, []);
  await page.context().close();
});

// The choice that `key` makes in a field where each counts at once, and keeps the focus.
async function choose(page, field, key, address) {
  await press(page, field, key);
  await page.waitForURL(address);
  await assertFocused(page, field);
}

// By two keys, in two profiles, and by nobody.
async function useKeys() {
  for (const name of ['contest', 'museum']) {
    const key = server.lemma(['key', 'create', '--name', name]).stdout.trim();
    await becomes(key, 200);
    assert.equal(await statusOf(key, 'algorithm'), 200);
  }
  assert.equal(await statusOf(''), 401);
}

test('usage is turned around by up to four, and taken away as a file', async () => {
  await useKeys();
  const { page, faults } = await openOnPhone(browser, server);
  await toPage(page, '用量');
  const rowsBy = page.getByLabel('按', { exact: true });
  const thenBy = page.getByLabel('再按', { exact: true });
  const third = page.getByLabel('再按(3)');
  const fourth = page.getByLabel('再按(4)');
  await choose(page, rowsBy, 'ArrowUp', /by=key_id/);
  await choose(page, rowsBy, 'ArrowDown', /by=profile/);
  await choose(page, thenBy, 'ArrowDown', /then=time/);
  await choose(page, thenBy, 'ArrowDown', /then=key_id/);
  await choose(page, thenBy, 'ArrowDown', /then=profile_version/); // past what the rows are by already
  await choose(page, third, 'End', /third=reason/);
  await choose(page, fourth, 'End', /fourth=status/);
  await page.locator('th', { hasText: '状态码' }).waitFor();
  assert.deepEqual((await page.locator('th').allInnerTexts()).slice(0, 5), ['任务类型', '版本', '原因', '状态码', '请求']);
  await choose(page, fourth, 'Home', (url) => !url.hash.includes('fourth'));
  await choose(page, third, 'Home', (url) => !url.hash.includes('third'));
  await fourth.waitFor({ state: 'detached' });
  await choose(page, thenBy, 'Home', (url) => !url.hash.includes('then'));

  await choose(page, page.getByLabel('时间', { exact: true }), 'Home', /range=15m/);
  await choose(page, page.getByLabel('排序'), 'End', /order=duration_ms/);
  await choose(page, page.getByLabel('行数'), 'Home', /top=10/);
  for (const [format, begin] of [['CSV', /^profile,requests,/], ['JSON', /^\{"total":/]]) {
    const link = page.getByRole('link', { name: format });
    await tabTo(page, link);
    const [file] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')]);
    assert.match(await readFile(await file.path(), 'utf8'), begin);
    await assertFocused(page, link);
  }
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('rows of usage are looked into, by one value and another, and left', async () => {
  const { page, faults } = await openOnPhone(browser, server, '#/usage?by=key_id&then=reason');
  const rows = page.locator('tbody');
  await eventually(async () => {
    await page.reload();
    await page.locator('td', { hasText: '合计' }).waitFor();
    return (await button(rows, 'museum').count()) === 1 && (await button(rows, '密钥无效').count()) > 0;
  }, 'all of it is counted');
  const refused = button(rows, '密钥无效').first();
  await press(page, refused);
  await page.waitForURL(/reason=unauthenticated/);
  await button(rows, 'museum').waitFor({ state: 'detached' });
  await assertFocused(page, refused);
  await press(page, button(page, '原因: 密钥无效 ✕ 移除此筛选'));
  const museum = button(rows, 'museum');
  await museum.waitFor();
  await assertFocused(page, main(page)); // the filter is gone
  await press(page, museum);
  await page.waitForURL(/key_id=key_/);
  await button(rows, 'contest').waitFor({ state: 'detached' });
  await assertFocused(page, museum);
  await press(page, button(page, '密钥: museum ✕ 移除此筛选'));
  await button(rows, 'contest').first().waitFor();
  const table = region(page, '用量'); // wider than the screen
  await press(page, table, 'ArrowRight');
  await eventually(() => table.evaluate(({ scrollLeft }) => scrollLeft > 0), 'it is scrolled');
  assert.deepEqual(faults, []);
  await page.context().close();
});
