// The solve page by the keyboard alone, in Chinese, in the dark, on a phone: what is asked. What has the focus is
// seen to have it, and it is never lost.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { noSandbox } from '../serve/server.mjs';
import { assertAccessibleEverywhere, openPage, status } from './browser.mjs';
import { startConsole } from './console.mjs';
import { assertFocused, focusName, phoneInTheDark, press, solve, tabTo, type } from './keyboard.mjs';
import { startScripted, stopScripted } from './scripted_server.mjs';

let replica;
let server;
let browser;
before(async () => {
  ({ replica, server, browser } = await startScripted());
});
after(stopScripted);

const button = (page, name) => page.getByRole('button', { name, exact: true });
const choice = (page, name) => page.getByRole('radio', { name, exact: true });
const problem = (page) => page.getByLabel('题目');

test('the tab key goes through the page in the order it is read, and shows where it is', async () => {
  const { page } = await openPage(browser, server.url, phoneInTheDark);
  await page.getByText('任务类型:').waitFor();
  const names = [];
  for (let i = 0; i < 9; ++i) {
    await page.keyboard.press('Tab');
    names.push(await focusName(page));
  }
  assert.deepEqual(names.slice(0, 7), ['历史', 'English', '主题:跟随系统', '题目', '一个答案', '任务类型', '标准']);
  assert.match(names[7], /^小于 1000 的正整数/); // an example: without a problem there is nothing to solve
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Shift+Tab');
  assert.equal(await focusName(page), '标准');
  await page.context().close();
});

test('a formula is seen as it is typed, and the kind of task and the effort are chosen', async () => {
  const { page, faults } = await openPage(browser, server.url, phoneInTheDark);
  await page.getByText('任务类型:').waitFor();
  replica.say([{ content: '$2x$' }]);
  const sent = async () => {
    const call = page.waitForRequest('**/v1/chat/completions');
    await press(page, button(page, '求解'));
    await status(page, '完成');
    return (await call).postDataJSON();
  };
  await type(page, problem(page), '求 $x^2$ 的导数。');
  await page.locator('.preview .katex').waitFor();
  await press(page, choice(page, '标准'), 'ArrowLeft');
  assert.equal((await sent()).profile, undefined);
  assert.equal(replica.state.body.reasoning_effort, 'minimal');
  const { data } = await (await fetch(`${server.url}/v1/profiles`)).json();
  await press(page, page.getByLabel('任务类型'), 'ArrowDown');
  await press(page, choice(page, '快速'), 'ArrowRight');
  await page.keyboard.press('ArrowRight');
  await assertFocused(page, choice(page, '深入'));
  assert.equal((await sent()).profile, data[0].id);
  assert.equal(replica.state.body.reasoning_effort, 'high');
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('an example is taken, its answer stopped, and the code copied that came until then', async () => {
  const permissions = ['clipboard-read', 'clipboard-write'];
  const { page, faults } = await openPage(browser, server.url, { ...phoneInTheDark, permissions });
  replica.say([{ content: '```python\nprint(1)\n```\n\n即' }]);
  const held = replica.hold();
  // One of those for other models than lemma-mini.
  const example = page.locator('.welcome li button', { hasText: '各位数字之和为奇数' });
  await example.waitFor();
  const offered = await example.innerText();
  await press(page, example);
  await assertFocused(page, problem(page));
  assert.equal(await problem(page).inputValue(), offered);
  await press(page, button(page, '求解'));
  await held;
  await status(page, '回答中');
  await press(page, button(page, '停止'));
  await status(page, '已停止');
  await assertFocused(page, page.locator('.status')); // the button is gone
  await tabTo(page, page.locator('.answer pre')); // which the arrow keys scroll
  await press(page, button(page, '复制'));
  await button(page, '已复制').waitFor();
  await assertFocused(page, button(page, '已复制'));
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
  assert.equal(await clipboard(), 'print(1)\n');

  // Where the browser refuses that, it is selected.
  await page.evaluate(() => navigator.clipboard.writeText('').then(() => {
    navigator.clipboard.writeText = () => Promise.reject(new Error('refused'));
  }));
  await page.keyboard.press('Enter');
  await button(page, '已选中,请手动复制').waitFor();
  await page.keyboard.press('Control+C');
  assert.equal((await clipboard()).trim(), 'print(1)');
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('tests are added, removed and kept, and a program is asked for that passes them', async () => {
  const { page, faults } = await openPage(browser, server.url, phoneInTheDark);
  const input = (n) => page.getByLabel(`测试输入 ${n}`);
  await press(page, choice(page, '一个答案'), 'ArrowRight');
  await input(1).waitFor();
  await solve(page, '读入 n,输出 n + 1。');
  await page.getByRole('alert').filter({ hasText: '请至少给出一个测试' }).waitFor();
  await assertFocused(page, problem(page));
  await press(page, button(page, '添加测试'));
  await type(page, input(2), '1');
  await page.keyboard.press('Tab');
  await page.keyboard.type('2');
  await press(page, button(page, '删除测试 1'));
  await assertFocused(page, button(page, '添加测试'));
  await press(page, choice(page, '能通过我的测试的程序'), 'ArrowLeft');
  await input(1).waitFor({ state: 'detached' });
  await page.keyboard.press('ArrowRight');
  assert.equal(await input(1).inputValue(), '1', 'what was typed is there');
  assert.equal(await page.getByLabel('测试期望输出 1').inputValue(), '2');
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('a program is judged by the tests, and each verdict is read', { skip: noSandbox() }, async () => {
  const { page, faults } = await openPage(browser, server.url, phoneInTheDark);
  await press(page, choice(page, '一个答案'), 'ArrowRight');
  await type(page, page.getByLabel('测试输入 1'), '1');
  await type(page, page.getByLabel('测试期望输出 1'), '2');
  replica.say([{ content: '```python\nprint(int(input()) + missing)\n```' }]);
  await solve(page, '读入 n,输出 n + 1。');
  await page.locator('.note', { hasText: '未通过验证:程序通过了 1 个测试中的 0 个。' }).waitFor();
  await page.locator('.verdicts', { hasText: '运行时错误' }).waitFor();
  await tabTo(page, page.locator('.note pre', { hasText: 'missing' }));
  replica.say([{ content: '```python\nprint(int(input()) + 1)\n```' }]);
  await press(page, button(page, '重试'));
  await page.locator('.verified', { hasText: '程序在沙箱中通过了 1 个测试中的 1 个' }).waitFor();
  await page.locator('.verdicts', { hasText: '通过' }).waitFor();
  await assertFocused(page, page.locator('.status'));
  await assertAccessibleEverywhere(page, 'a program');
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('a vote has the number that is chosen, races, and is told to answer now', async () => {
  const { page, faults } = await openPage(browser, server.url, phoneInTheDark);
  replica.say([{ reasoning: '想一想。' }, { content: '' }]);
  const held = replica.hold(3);
  await press(page, choice(page, '标准'), 'ArrowRight');
  await page.keyboard.press('ArrowRight');
  await press(page, page.getByLabel('投票次数'), 'Home');
  await solve(page, '1 + 1 等于多少?');
  await held;
  await status(page, '思考中');
  assert.equal(await page.locator('.lane').count(), 3);
  const before = replica.state.n_thinking_ended;
  await press(page, button(page, '立即回答'));
  await status(page, '完成');
  assert.equal(replica.state.n_thinking_ended - before, 3);
  await assertFocused(page, page.locator('.status'));
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('language and theme are chosen, and the focus stays on their buttons', async () => {
  const { page, faults } = await openPage(browser, server.url, phoneInTheDark);
  await press(page, button(page, 'English'));
  await assertFocused(page, button(page, '中文'));
  assert.equal(await page.locator('html').getAttribute('lang'), 'en');
  await press(page, button(page, '中文'));
  await press(page, button(page, '主题:跟随系统'));
  await assertFocused(page, button(page, '主题:浅色'));
  assert.equal(await page.locator('html').getAttribute('data-theme'), 'light');
  await page.keyboard.press('Enter');
  await assertFocused(page, button(page, '主题:深色'));
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('a key is asked for, refused and taken, and who is at its limits need not wait', async () => {
  const locked = await startConsole(['--require-keys', '--workers', '0', '--replica', replica.url]);
  const { key } = JSON.parse(locked.lemma(['key', 'create', '--name', 'p', '--rpm', '1', '--json']).stdout);
  const { page, faults } = await openPage(browser, locked.url, phoneInTheDark);
  replica.say([{ content: '2。' }]);
  const field = page.getByLabel('API 密钥');
  await field.waitFor();
  await type(page, field, 'none');
  await page.keyboard.press('Enter');
  await page.locator('.key [role=alert]', { hasText: '服务器不接受此 API 密钥。' }).waitFor();
  await assertFocused(page, field);
  await page.keyboard.press('Control+A');
  await page.keyboard.type(key);
  await press(page, button(page, '使用此密钥'));
  await field.waitFor({ state: 'detached' });
  await assertFocused(page, problem(page));
  await solve(page, '1 + 1 等于多少?');
  await status(page, '完成');
  await press(page, button(page, '重试'));
  await status(page, '您的密钥超出了限额。');
  await press(page, button(page, '停止'));
  await status(page, '已停止');
  await assertFocused(page, page.locator('.status'));
  assert.deepEqual(faults, []);
  await page.context().close();
  await locked.remove();
});
