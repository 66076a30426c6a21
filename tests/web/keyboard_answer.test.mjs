// The solve page by the keyboard alone, in Chinese, in the dark, on a phone: what is done with an answer.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { openPage, status } from './browser.mjs';
import { assertFocused, phoneInTheDark, press, solve } from './keyboard.mjs';
import { startScripted, stopScripted } from './scripted_server.mjs';

let replica;
let server;
let browser;
before(async () => {
  ({ replica, server, browser } = await startScripted());
});
after(stopScripted);

const button = (page, name) => page.getByRole('button', { name, exact: true });
const problem = (page) => page.getByLabel('题目');
const answer = (page, text) => page.locator('.answer', { hasText: text }).waitFor();

async function answered(page, asked, text) {
  replica.say([{ content: text }]);
  await solve(page, asked);
  await answer(page, text);
  await status(page, '完成');
}

test('an answer is hastened, its thinking read, asked again and stopped', async () => {
  const { page, faults } = await openPage(browser, server.url, phoneInTheDark);
  replica.say([{ reasoning: '想一想。' }]);
  let held = replica.hold();
  await solve(page, '1 + 1 等于多少?');
  await held;
  await status(page, '思考中');
  await press(page, page.locator('.thinking summary')); // while it thinks
  await page.locator('.thinking .typeset', { hasText: '想一想。' }).waitFor();
  await press(page, button(page, '立即回答'));
  await status(page, '完成');
  await assertFocused(page, page.locator('.status')); // the button is gone
  await press(page, page.locator('.thinking summary'));
  await page.locator('.thinking .typeset').waitFor({ state: 'detached' });

  held = replica.hold();
  await press(page, button(page, '重试'));
  await held;
  await status(page, '思考中');
  await assertFocused(page, page.locator('.status'));
  await page.keyboard.press('Escape');
  await status(page, '已停止');
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('an answer is edited into a version or a task of its own, and its versions are gone through', async () => {
  const { page, faults } = await openPage(browser, server.url, phoneInTheDark);
  await answered(page, '1 + 1 等于多少?', '得二。');
  await press(page, button(page, '编辑'));
  await assertFocused(page, problem(page));
  await page.getByText('求解将产生下方任务的新版本').waitFor();
  await answered(page, '1 + 2 等于多少?', '得三。');
  await page.getByText('第 2 版,共 2 版').waitFor();
  const [previous, next] = [button(page, '上一版'), button(page, '下一版')];
  await press(page, previous);
  await answer(page, '得二。');
  await assertFocused(page, previous);
  await page.keyboard.press('Enter'); // there is none
  await assertFocused(page, previous);
  await press(page, next);
  await answer(page, '得三。');
  await assertFocused(page, next);

  await press(page, button(page, '编辑'));
  await press(page, button(page, '改为新任务'));
  await page.getByText('求解将产生下方任务的新版本').waitFor({ state: 'detached' });
  await assertFocused(page, problem(page));
  await answered(page, '2 + 2 等于多少?', '得四。');
  assert.equal(await page.locator('.versions').count(), 0);
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('an answer is shared, its link copied, and who opens it makes it their own', async () => {
  const permissions = ['clipboard-read', 'clipboard-write'];
  const { page, faults } = await openPage(browser, server.url, { ...phoneInTheDark, permissions });
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
  await answered(page, '1 + 1 等于多少?', '得二。');
  await press(page, button(page, '分享'));
  await page.locator('.shared', { hasText: '链接已复制到剪贴板' }).waitFor();
  await assertFocused(page, button(page, '分享'));
  const link = await clipboard();
  assert.ok(link.startsWith(`${server.url}/#task=`), link);
  await page.evaluate(() => navigator.clipboard.writeText(''));
  await press(page, page.getByLabel('此任务与答案的链接'), 'Control+C'); // all of it is selected
  assert.equal(await clipboard(), link);
  await page.context().close();

  const other = await openPage(browser, link, phoneInTheDark);
  await answer(other.page, '得二。');
  await other.page.getByText('来自链接。').waitFor();
  await press(other.page, button(other.page, '编辑'));
  await assertFocused(other.page, problem(other.page));
  assert.equal(await problem(other.page).inputValue(), '1 + 1 等于多少?');
  await answered(other.page, '1 + 3 等于多少?', '得四。');
  assert.ok(!other.page.url().includes('#'));
  assert.equal(await other.page.locator('.versions').count(), 0);
  assert.deepEqual([...faults, ...other.faults], []);
  await other.page.context().close();
});

test('a formula wider than the phone is scrolled, and a link in an answer followed', async () => {
  const { page, faults } = await openPage(browser, server.url, phoneInTheDark);
  const sum = Array.from({ length: 30 }, (_, i) => `x_{${i}}`).join(' + ');
  replica.say([{ content: `见[此处](${server.url}/readyz)。\n\n\\[ ${sum} \\]` }]);
  await solve(page, '写出一个很长的和。');
  await status(page, '完成');
  await page.locator('.answer .katex').waitFor();
  const opened = page.context().waitForEvent('page');
  await press(page, page.locator('.answer a'));
  await (await opened).waitForURL(`${server.url}/readyz`);
  await page.bringToFront();
  const wide = page.locator('.answer .blocks > div', { has: page.locator('.katex') });
  await press(page, wide, 'ArrowRight');
  await page.waitForFunction((element) => element.scrollLeft > 0, await wide.elementHandle());
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('what broke off, had no room or is off-domain is asked again or edited', async () => {
  const { page, faults } = await openPage(browser, server.url, phoneInTheDark);
  const chats = '**/v1/chat/completions';
  await page.route(chats, (route) => route.fulfill({
    contentType: 'text/event-stream', body: 'data: {"choices": [{"index": 0, "delta": {"content": "得"}}]}\n\n',
  }));
  await solve(page, '1 + 1 等于多少?');
  await status(page, '已中断');
  await page.unroute(chats);
  await page.route(chats, (route) => route.fulfill({
    status: 503, json: { error: { type: 'unavailable_error', message: 'too many wait' } },
  }));
  await press(page, button(page, '重试'));
  await status(page, '没有空位');
  await assertFocused(page, page.locator('.status'));
  await page.unroute(chats);
  replica.say([{ content: '得二。' }]);
  await press(page, button(page, '重试'));
  await answer(page, '得二。');
  await page.getByText('第 3 版,共 3 版').waitFor();

  await solve(page, '写一首关于爱情的诗。');
  await page.getByText('这看起来两者都不是').waitFor();
  await press(page, button(page, '编辑'));
  await answered(page, '1 + 2 等于多少?', '得三。');
  assert.deepEqual(faults, []);
  await page.context().close();
});
