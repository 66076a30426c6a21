// The solve page in each of its states, in both languages and themes, at a desk and on a phone: axe
// finds nothing serious. And what its reader chose is there again.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { eventually } from '../serve/server.mjs';
import { assertAccessibleEverywhere, blockStorage, delayTimers, openPage } from './browser.mjs';
import { startScripted, stopScripted } from './scripted_server.mjs';

let replica;
let server;
let browser;
before(async () => {
  ({ replica, server, browser } = await startScripted());
});
after(stopScripted);

const words = {
  'en-US': {
    done: 'Done', thinking: 'Thinking', answering: 'Answering', votes: 'Number of votes', stop: 'Stop',
    stopped: 'Stopped', offDomain: 'this looks like neither', busy: 'no room or no model ready',
    history: 'History', share: 'Share', link: 'The link holds all of it',
    tests: 'Give at least one test', checked: 'Nothing else was checked', retry: 'Retry', version: 'Version 2 of 2',
    interrupted: 'Interrupted', broken: 'This link is damaged', opened: 'From a link.',
    failed: 'passes 1 of 2 tests',
  },
  'zh-CN': {
    done: '完成', thinking: '思考中', answering: '回答中', votes: '投票次数', stop: '停止', stopped: '已停止',
    offDomain: '这看起来两者都不是', busy: '没有空位', history: '历史', share: '分享', link: '全部内容都在链接里',
    tests: '请至少给出一个测试', checked: '未作其他检验', retry: '重试', version: '第 2 版,共 2 版',
    interrupted: '已中断', broken: '此链接已损坏', opened: '来自链接。', failed: '2 个测试中的 1 个',
  },
};

// What comes of a program that passes one of two tests (docs/solve.md).
const failedProgram = {
  type: 'result', votes: [], stopped: 'all_ended', agreement: null, tokens_saved: 0, reasoning: '',
  solution: '```python\nprint(1)\n```', solution_sample: 1, usage: { prompt_tokens: 1, completion_tokens: 9 },
  samples: [0, 1].map((index) => ({ index, state: 'ended', answer: null, completion_tokens: 9 })),
  verified: {
    by: 'tests', verdict: 'wrong_answer', passed: 1, total: 2,
    verdicts: [{ test: '1', verdict: 'accepted' }, { test: '2', verdict: 'wrong_answer' }],
    failed: { test: '2', verdict: 'wrong_answer', message: 'expected 2, got 1' },
  },
};

async function ask(page, problem) {
  await page.locator('#problem').fill(problem);
  await page.locator('.task button.main').click();
}
const status = (page, text) => page.locator('.status', { hasText: text }).waitFor();
const button = (page, name) => page.getByRole('button', { name, exact: true });
const choose = (page, name, index) => page.locator(`input[name=${name}]`).nth(index).check();

for (const [locale, say] of Object.entries(words)) {
  test(`every state is accessible (${locale})`, async () => {
    const { page, faults } = await openPage(browser, server.url, { locale });
    const check = (state) => assertAccessibleEverywhere(page, `${state}, ${locale}`);
    await page.locator('.welcome').waitFor();
    await check('welcome');

    replica.say([{ reasoning: 'Let me think of $x^2$.' }]);
    const thinks = replica.hold();
    await ask(page, 'What is $1 + 1$?');
    await thinks;
    await status(page, say.thinking);
    await page.locator('.thinking summary').click();
    await page.locator('.thinking .katex').waitFor();
    await check('thinking');
    replica.release();
    await status(page, say.done);
    await check('done');
    await button(page, say.share).click();
    await page.locator('.shared', { hasText: say.link }).waitFor();
    const link = await page.locator('.shared input').inputValue();
    await check('shared');
    replica.say([{ content: 'Two.' }]);
    await button(page, say.retry).click();
    await page.getByText(say.version).waitFor();
    await check('versions');

    const program = '```python\ndef f(x): return "a" + str(x)  # so\n```';
    const table = '| i | f(i) |\n|---|---|\n| 1 | $x^2$ |\n';
    replica.say([{ content: `It is \\boxed{2}, for $40.\n\n\\[ x^2 \\]\n\n${program}\n\n${table}` }]);
    const answers = replica.hold();
    await ask(page, 'What is 1 + 1?');
    await answers;
    await status(page, say.answering);
    await page.locator('.answer .hljs-keyword').first().waitFor();
    await page.locator('.answer .katex').nth(2).waitFor();
    await check('answering');
    await button(page, say.stop).click();
    await status(page, say.stopped);
    await check('stopped');

    await choose(page, 'effort', 3);
    await page.getByLabel(say.votes).selectOption('3');
    const races = replica.hold(3);
    await ask(page, 'What is 1 + 1?');
    await races;
    await page.locator('.lane').nth(2).waitFor();
    await check('racing');
    replica.say([{ content: 'It is \\boxed{2}.' }]);
    replica.release();
    await status(page, say.done);
    await page.getByText(say.checked).waitFor();
    await check('voted');
    await choose(page, 'effort', 1);

    await ask(page, 'Tell me about the weather in Paris');
    await page.getByText(say.offDomain).waitFor();
    await check('off domain');

    await page.route('**/v1/chat/completions', (route) => route.fulfill({
      status: 503, headers: { 'retry-after': '3' },
      json: { error: { type: 'unavailable_error', message: 'too many wait' } },
    }));
    await ask(page, 'What is 2 + 2?');
    await status(page, say.busy);
    await check('failed');
    await page.unroute('**/v1/chat/completions');
    await page.route('**/v1/chat/completions', (route) => route.fulfill({
      contentType: 'text/event-stream', body: 'data: {"choices": [{"index": 0, "delta": {"content": "It"}}]}\n\n',
    }));
    await ask(page, 'What is 2 + 3?');
    await status(page, say.interrupted);
    await check('interrupted');

    await button(page, say.history).click();
    await page.locator('.past').first().waitFor();
    await check('history');
    await page.keyboard.press('Escape');

    await choose(page, 'mode', 1);
    await ask(page, 'Print 1 + 1.');
    await page.getByRole('alert').filter({ hasText: say.tests }).waitFor();
    await check('without tests');
    await page.route('**/v1/solve', (route) => route.fulfill({
      contentType: 'text/event-stream', body: `data: ${JSON.stringify(failedProgram)}\n\ndata: [DONE]\n\n`,
    }));
    await page.locator('.test textarea').first().fill('1');
    await ask(page, 'Print 1 + 1.');
    await page.locator('.note', { hasText: say.failed }).waitFor();
    await page.locator('.answer .hljs-built_in').waitFor();
    await check("a program's verdicts");

    await page.goto(link);
    await page.getByText(say.opened).waitFor();
    await check('an opened link');
    await page.goto(`${server.url}/#task=none`);
    await page.getByRole('alert').filter({ hasText: say.broken }).waitFor();
    await check('a broken link');
    assert.deepEqual(faults, []);
    await page.context().close();
  });
}

test('on a phone, all examples are seen, and what begins below the screen comes into view', async () => {
  const { page, faults } = await openPage(browser, server.url, { viewport: { width: 360, height: 740 } });
  await page.locator('.welcome', { hasText: 'scripted' }).waitFor();
  const examples = page.locator('.welcome ul');
  assert.ok(await examples.evaluate((list) => list.scrollHeight <= list.clientHeight), 'each example is seen');
  assert.doesNotMatch(await examples.innerText(), /[\\{}$]/, 'in plain characters');
  await page.locator('#problem').fill('Real numbers satisfy $x + y = 5$\nand $x^3 + y^3 = 65$.\nFind $x^4 + y^4$.');
  await page.locator('.preview .katex').nth(2).waitFor();
  await page.evaluate(() => scrollTo(0, 0));
  replica.say([{ reasoning: 'Let me think.' }]);
  const held = replica.hold();
  await page.keyboard.press('Control+Enter');
  await held;
  await status(page, 'Thinking');
  await page.locator('.asked .katex').nth(2).waitFor();
  const place = () => page.locator('.status').evaluate((line) => line.getBoundingClientRect().bottom);
  await eventually(async () => (await place()) < 740, 'the status is seen');
  assert.ok((await place()) + (await page.evaluate(() => scrollY)) > 740, 'it was below');
  replica.release();
  await status(page, 'Done');
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('language and theme are those that were chosen, also after a reload', async () => {
  const { page, faults } = await openPage(browser, server.url, { colorScheme: 'light' });
  await delayTimers(page); // its colours do not come after its words
  await page.reload();
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await background();
  await button(page, 'Theme: as the system').click();
  await button(page, 'Theme: light').click();
  await button(page, 'Theme: dark').waitFor();
  const dark = await background();
  assert.notEqual(dark, light);
  await button(page, '中文').click();
  await page.reload();
  await button(page, '主题:深色').waitFor();
  assert.equal(await background(), dark);
  assert.equal(await page.locator('html').getAttribute('lang'), 'zh-CN');
  await button(page, '主题:深色').click();
  await page.emulateMedia({ colorScheme: 'dark' });
  assert.equal(await background(), dark, 'as the system');
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('where the browser keeps nothing, the page answers all the same', async () => {
  const { page, faults } = await openPage(browser, server.url);
  await blockStorage(page);
  await page.reload();
  replica.say([{ content: 'Two.' }]);
  await ask(page, 'What is 1 + 1?');
  await page.locator('.answer', { hasText: 'Two.' }).waitFor();
  await status(page, 'Done');
  await button(page, '中文').click();
  await button(page, '主题:跟随系统').click();
  await button(page, '主题:浅色').waitFor();
  assert.deepEqual(faults, []);
  await page.context().close();
});
