// The console's frame, its overview and the replicas: by the keyboard alone, in Chinese, in the dark, on a phone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { killServers } from '../serve/server.mjs';
import { launchBrowser, openPage } from './browser.mjs';
import { button, password, startConsole } from './console.mjs';
import { inMenu, main, openOnPhone, region, retype, toPage } from './console_phone.mjs';
import { assertFocused, confirm, phoneInTheDark, press, type } from './keyboard.mjs';
import { startReplica } from './scripted_replica.mjs';

let elsewhere;
let server;
let browser;
before(async () => {
  elsewhere = await startReplica();
  server = await startConsole(['--workers', '1']);
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  await server?.remove();
  elsewhere?.stop();
  killServers();
});

test('one signs in, sees every page, chooses language and theme, and signs out', async () => {
  const { page, faults } = await openPage(browser, server.console, phoneInTheDark);
  await type(page, page.getByLabel('名称'), 'alice');
  await type(page, page.getByLabel('密码'), 'not the password');
  await page.keyboard.press('Enter');
  await page.locator('[role=alert]', { hasText: '不正确。' }).waitFor();
  await retype(page, page.getByLabel('密码'), password);
  await press(page, button(page, '登录'));
  await page.getByRole('heading', { name: '概览', level: 2 }).waitFor();
  await assertFocused(page, main(page)); // the form is gone
  const names = await page.locator('nav a').allInnerTexts();
  assert.equal(names.length, 12);
  for (const name of names) {
    await toPage(page, name);
    await page.getByRole('heading', { name, exact: true, level: 2 }).waitFor();
    await assertFocused(page, inMenu(page, name));
  }

  for (const [now, next, chosen] of [['跟随系统', '浅色', 'light'], ['浅色', '深色', 'dark'], ['深色', '跟随系统', 'auto']]) {
    await press(page, button(page, `主题:${now}`));
    await assertFocused(page, button(page, `主题:${next}`));
    assert.equal(await page.locator('html').getAttribute('data-theme'), chosen);
  }
  await press(page, button(page, 'English'));
  await page.getByRole('heading', { name: 'Settings', level: 2 }).waitFor();
  await assertFocused(page, button(page, '中文'));
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: '设置', level: 2 }).waitFor();
  await assertFocused(page, button(page, 'English'));
  await press(page, button(page, '退出 (alice)'));
  await page.locator('.sign-in').waitFor();
  await assertFocused(page, main(page)); // the button is gone
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('the overview shows another range and latency, hides a line, and leads to what it counts', async () => {
  const { page, faults } = await openOnPhone(browser, server);
  const range = page.getByLabel('时间', { exact: true });
  await press(page, range, 'Home');
  await page.waitForURL(/range=15m/);
  await page.keyboard.press('ArrowDown');
  await page.waitForURL(/range=1h/);
  await assertFocused(page, range);
  const latency = page.getByRole('combobox', { name: '延迟' });
  await press(page, latency, 'Home');
  await page.locator('figcaption', { hasText: '排队' }).waitFor();
  await assertFocused(page, latency);

  const line = page.locator('figure', { hasText: '每秒请求' }).locator('.u-series', { hasText: '错误' });
  const errors = button(line, '错误');
  for (const isShown of ['false', 'true']) {
    await press(page, errors, 'Space');
    await assertFocused(page, errors);
    assert.equal(await errors.getAttribute('aria-pressed'), isShown);
    assert.equal(await line.evaluate(({ classList }) => classList.contains('u-off')), isShown === 'false');
  }

  for (const [label, heading] of [['运行中', '请求'], ['等待中', '请求'], ['就绪副本', '副本'], ['最高 KV 占用', '副本'],
                                  ['最高 CPU 占用', '副本'], ['触发的告警', '告警']]) {
    const tile = page.locator('.tile', { has: page.getByText(label, { exact: true }) });
    await press(page, tile.getByRole('link'));
    await page.getByRole('heading', { name: heading, exact: true, level: 2 }).waitFor();
    await assertFocused(page, main(page)); // the link went with its page
    await page.goBack();
  }
  assert.deepEqual(faults, []);
  await page.context().close();
});

const rowOf = (page, name) =>
  page.locator('tbody tr', { has: page.getByRole('cell', { name, exact: true }) });
const isState = (row, state) => row.getByRole('cell', { name: state, exact: true }).waitFor();

test('a replica is added, drained, taken back and removed', async () => {
  const { page, faults } = await openOnPhone(browser, server, '#/replicas');
  const spec = page.getByLabel('写法同 --replica');
  const key = page.getByLabel('其 API 密钥(如需要)');
  const refused = page.locator('form [role=alert]');
  await type(page, spec, 'no address');
  await page.keyboard.press('Enter');
  await refused.filter({ hasText: '服务器不接受该请求。 (spec: ' }).waitFor();
  await assertFocused(page, spec);
  await retype(page, spec, `${elsewhere.url},name=worker-0`);
  await page.keyboard.press('Enter');
  await refused.filter({ hasText: 'a replica has the name' }).waitFor();
  await retype(page, spec, `${elsewhere.url},name=gpu1`);
  await type(page, key, 'sk-planted');
  await press(page, button(page, '添加'));
  const added = rowOf(page, 'gpu1');
  await isState(added, '就绪');
  await assertFocused(page, button(page, '添加'));
  assert.equal((await spec.inputValue()) + (await key.inputValue()), '');
  assert.equal(await refused.count(), 0);

  await press(page, button(added, '排空'));
  await isState(added, '排空中');
  await assertFocused(page, button(added, '恢复'));
  await page.keyboard.press('Enter');
  await isState(added, '就绪');
  await assertFocused(page, button(added, '排空'));
  await confirm(page, button(added, '删除'));
  await added.waitFor({ state: 'detached' });
  await assertFocused(page, region(page, '副本'));
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('a worker is restarted, once it is meant', async () => {
  const { page, faults } = await openOnPhone(browser, server, '#/replicas');
  const worker = rowOf(page, 'worker-0');
  await isState(worker, '就绪');
  const restarts = (n) => worker.locator('td').nth(9).filter({ hasText: new RegExp(`^${n}$`) }).waitFor();
  const restart = button(worker, '重启');
  await press(page, restart);
  await worker.getByRole('group', { name: '重启此工作进程?' }).waitFor();
  await assertFocused(page, button(worker, '取消'));
  await page.keyboard.press('Escape');
  await assertFocused(page, restart);
  await restarts(0);
  await confirm(page, restart);
  await assertFocused(page, restart);
  await restarts(1);
  await isState(worker, '就绪');
  assert.deepEqual(faults, []);
  await page.context().close();
});
