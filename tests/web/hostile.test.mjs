// The solve page before a model that says what it likes: nothing of it runs, nothing is fetched.
// And what a scripted model makes sure of: thinking, its end on demand, stop, money and formulas.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { noSandbox } from '../serve/server.mjs';
import { ask, loadLibraries, openPage, picture, status } from './browser.mjs';
import { assertHarmless, assertNeverBlocked, nameOf, tokens } from './hostile.mjs';
import { hostileTexts } from './hostile_texts.mjs';
import { startScripted, stopScripted } from './scripted_server.mjs';

let replica;
let server;
let browser;
before(async () => {
  ({ replica, server, browser } = await startScripted());
});
after(stopScripted);

// The text as an answer, or as a thinking that is looked at while it comes; and what became of it.
async function stream(page, index, text, shown) {
  const end = { content: `\n\nThat was ${index}.` };
  if (index % 8 === 0) {
    let open;
    const isOpen = new Promise((resolve) => (open = resolve));
    replica.say([{ reasoning: 'Well.\n\n' }, () => isOpen, ...tokens(text, 'reasoning'), end]);
    await ask(page, `${index} + 1`);
    await page.locator('.thinking summary').click();
    await page.locator('.thinking .typeset', { hasText: 'Well.' }).waitFor();
    open();
  } else {
    replica.say([...tokens(text, 'content'), end]);
    await ask(page, `${index} + 1`);
  }
  await page.locator('.answer', { hasText: `That was ${index}.` }).waitFor();
  await status(page, 'Done');
  await assertHarmless(page, '.result', shown);
}

test('there are at least 200 hostile texts', () => {
  assert.ok(Object.values(hostileTexts).flat().length >= 200);
});

for (const [family, texts] of Object.entries(hostileTexts)) {
  test(`hostile ${family}, token by token, runs, fetches and blocks nothing`, async () => {
    const { page, faults } = await openPage(browser, server.url);
    await loadLibraries(page, replica);
    const names = texts.map((text, index) => nameOf(family, index, text));
    await assertNeverBlocked(browser, page, names, async (index) => {
      await stream(page, index, texts[index], names[index]);
      assert.deepEqual(faults, [], names[index]);
    });
    await page.context().close();
  });
}

test('formulas are typeset once closed, money is not, code is coloured', async () => {
  const { page, faults } = await openPage(browser, server.url);
  const text = 'It costs $40 or $50.\n\n\\(x^2\\), $y_1$ and\n\n\\[\n\\frac{1}{2}\n\n= z\n\\]\n\n' +
    '84 = 2*36 + 12, 36 = 3*12\n\n```python\ndef f(): return 1\n```\n\nAnswer: \\boxed{\\frac12}';
  replica.say(tokens(text, 'content'));
  await ask(page, 'typeset $a^2$');
  await status(page, 'Done');
  const answer = page.locator('.answer');
  await answer.locator('.hljs-keyword').first().waitFor();
  await answer.locator('.katex').nth(3).waitFor();
  assert.equal(await answer.locator('.katex').count(), 4);
  assert.equal(await answer.locator('.katex-display').count(), 1);
  assert.equal(await answer.locator('em').count(), 0);
  assert.match(await answer.innerText(), /It costs \$40 or \$50\./);
  await page.locator('.preview .katex').waitFor();
  replica.say(tokens('not closed: \\(x^2', 'content'));
  await ask(page, 'again');
  await page.locator('.answer', { hasText: 'not closed: (x^2' }).waitFor();
  assert.equal(await answer.locator('.katex').count(), 0);
  const code = ['go\nfunc f() {}', 'rust\nfn f() {}', 'csharp\nclass A {}', 'bash\nif true; then exit; fi'];
  replica.say([{ content: code.map((text) => `\`\`\`${text}\n\`\`\``).join('\n\n') }]);
  await ask(page, 'and coloured');
  await page.locator('.answer pre').nth(3).locator('.hljs-keyword').first().waitFor();
  assert.equal(await page.locator('.answer pre:has(.hljs-keyword)').count(), 4);
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('thinking is folded and can be ended; what runs can be stopped', async () => {
  const { page, faults } = await openPage(browser, server.url);
  replica.say(tokens('Let me think about it.', 'reasoning'));
  let held = replica.hold();
  await ask(page, '1 + 1');
  await held;
  await status(page, 'Thinking');
  assert.equal(await page.locator('.thinking').getAttribute('open'), null);
  await page.getByRole('button', { name: 'Answer now' }).click();
  await page.locator('.answer', { hasText: 'Now the answer.' }).waitFor();
  await status(page, 'Done');
  assert.match(await page.locator('.thinking summary').innerText(), /Thought · 22 characters · \d/);
  assert.equal(replica.state.n_thinking_ended, 1);

  replica.say(tokens('It begins', 'content'));
  held = replica.hold();
  await ask(page, '1 + 2');
  await held;
  await page.locator('.answer', { hasText: 'It begins' }).waitFor();
  await page.keyboard.press('Escape');
  await status(page, 'Stopped');
  assert.match(await page.locator('.answer').innerText(), /It begins/);
  await page.getByRole('button', { name: 'Retry' }).waitFor();

  replica.say([{ reasoning: 'Hm.' }]);
  await ask(page, '1 + 3');
  await page.locator('.note', { hasText: /^no answer$/ }).waitFor();
  await status(page, 'Done');
  assert.match(await page.locator('.thinking summary').innerText(), /Thought · 3 characters/);
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('a program is run against the tests, and each verdict is shown', { skip: noSandbox() }, async () => {
  const { page, faults } = await openPage(browser, server.url);
  const program = '```python\nprint(int(input()) + 1)\n```';
  replica.say(tokens(program, 'content'));
  await page.getByLabel('A program that passes my tests').check();
  await page.getByLabel('Quick').check();
  await page.getByLabel('Input of test 1').fill('1');
  await page.getByLabel('Expected output of test 1').fill('2');
  await page.getByRole('button', { name: 'Add a test' }).click();
  await page.getByLabel('Input of test 2').fill('5');
  await page.getByLabel('Expected output of test 2').fill('7');
  await ask(page, 'Read n, print n + 1.');
  await status(page, 'Done');
  assert.match(await page.locator('.note').innerText(), /passes 1 of 2 tests/);
  assert.match((await page.locator('.verdicts li').allInnerTexts()).join(), /passed,.*wrong answer/);
  assert.equal(await page.locator('.won').count(), 0);
  assert.match(await page.locator('.lanes').innerText(), /Attempt \d[^\n]* · the best one/);
  await page.setViewportSize({ width: 1280, height: 1060 });
  await page.locator('.verdicts').scrollIntoViewIfNeeded(); // what is out of sight is not laid out
  await page.evaluate(() => scrollTo(0, 0));
  await picture(page, 'program');
  await page.getByRole('button', { name: '中文' }).click();
  assert.match((await page.locator('.verdicts li').allInnerTexts()).join(), /通过,.*答案错误/);
  await page.getByRole('button', { name: 'English' }).click();
  await page.getByLabel('Expected output of test 2').fill('6');
  await ask(page, 'Read n, print n + 1.');
  await page.locator('.verified', { hasText: 'passes 2 of 2 tests' }).waitFor();
  assert.match(await page.locator('.lane.won').innerText(), /Winner[^]*passed/);
  assert.deepEqual(faults, []);
  await page.context().close();
});
