// Task profiles in the console: written, previewed, compared, promoted, split and rolled back.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { eventually, killServers } from '../serve/server.mjs';
import { launchBrowser } from './browser.mjs';
import { assertAccessible, button, openConsole, picture, startConsole } from './console.mjs';

let server;
let browser;
before(async () => {
  server = await startConsole();
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  await server?.remove();
  killServers();
});

// Whether a version has answered by now, as the page tells.
async function hasAnswered(page, version, prompt = 'What is 47 * 36?') {
  await server.ask({ prompt });
  await page.reload();
  const results = page.getByRole('region', { name: 'Results by version, 30 days' });
  await results.waitFor();
  return (await results.getByRole('link', { name: version, exact: true }).count()) === 1;
}
const labelRow = (page, label) => page.locator('tr', { has: page.locator('td', { hasText: new RegExp(`^${label}$`) }) });

test('a version is written, previewed, compared, promoted, split and rolled back', async () => {
  const { page, faults } = await openConsole(browser, server, '#/profiles');
  await page.getByRole('link', { name: 'math', exact: true }).click();
  const editor = page.getByRole('textbox', { name: "The profile's file" });
  await editor.waitFor();
  await page.locator('pre.rendered', { hasText: 'What is 47 * 36?' }).waitFor();
  const count = () => page.locator('[role=status]', { hasText: 'tokens of lemma-mini' }).innerText();
  const before = await count();
  assert.ok(await button(page, 'Save as the next version').isDisabled());

  await editor.click();
  await page.keyboard.press('Control+End');
  await page.keyboard.type('\n[variables]\ntone = "dry"\n');
  await page.keyboard.press('Control+Home');
  await page.keyboard.type('wrong =\n');
  await button(page, 'Save as the next version').click();
  await page.locator('[role=alert]', { hasText: 'toml: line 1' }).waitFor();
  await page.keyboard.press('Tab'); // to the form below: the button keeps the focus
  await editor.click();
  await page.keyboard.press('Control+Home');
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Delete');
  await page.getByLabel("The user's text").fill('What is 47 * 36? And why?');
  await button(page, 'Preview').click();
  await page.locator('pre.rendered', { hasText: 'And why?' }).waitFor();
  await page.getByLabel('{{tone}}').fill('long');
  await button(page, 'Preview').click();
  assert.notEqual(await count(), before);

  await button(page, 'Save as the next version').click();
  await page.waitForURL(/version=2/);
  await page.getByLabel('Compare with version').selectOption('1');
  await page.locator('.difference .cm-changedLine', { hasText: 'tone' }).waitFor();
  await picture(page, 'profile', { height: 980 });
  const preview = page.getByRole('heading', { name: 'Preview' });
  await picture(page, 'profile-difference-dark', { colorScheme: 'dark', height: 1150, begin: preview });
  await assertAccessible(page, 'profile');

  const promote = page.locator('form', { hasText: 'Promote' });
  await promote.getByLabel('Version', { exact: true }).selectOption('2');
  await button(promote, 'Promote').click();
  await labelRow(page, 'production').locator('td', { hasText: /^2$/ }).waitFor();
  await eventually(() => hasAnswered(page, '2'), 'version 2 runs');
  await promote.getByLabel('for an A/B split').selectOption('1');
  await promote.getByLabel('Its share').fill('25');
  await button(promote, 'Promote').click();
  await labelRow(page, 'production').locator('td', { hasText: '2: 75%, 1: 25%' }).waitFor();
  let n = 0; // another prompt may get the other version
  await eventually(() => hasAnswered(page, '1', `What is ${++n} * 36?`), 'version 1 has its share');
  assert.ok(await hasAnswered(page, '2'), 'both have results');
  for (const left of ['2', '1']) {
    await button(labelRow(page, 'production'), 'Roll back').click();
    await button(page.locator('.confirm'), 'Roll back').click();
    await labelRow(page, 'production').locator('td', { hasText: new RegExp(`^${left}$`) }).waitFor();
  }
  await button(labelRow(page, 'production'), 'Roll back').click();
  await button(page.locator('.confirm'), 'Roll back').click();
  await page.locator('[role=alert]', { hasText: 'There is no earlier version to go back to.' }).waitFor();
  await eventually(async () => {
    const { data } = await (await fetch(`${server.url}/v1/profiles`)).json();
    return data.find(({ id }) => id === 'math').version === 1;
  }, 'version 1 runs again');
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('a new profile begins with a file that can be saved', async () => {
  const { page, faults } = await openConsole(browser, server, '#/profiles');
  await picture(page, 'profiles');
  await assertAccessible(page, 'profiles');
  await page.getByRole('link', { name: 'A new profile' }).click();
  await page.getByRole('textbox', { name: "The profile's file" }).waitFor();
  await page.locator('pre.rendered').waitFor();
  await assertAccessible(page, 'new-profile');
  await button(page, 'Save as the next version').click();
  await page.getByRole('heading', { name: 'my-profile' }).waitFor();
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('what is typed and not saved stays, whatever becomes of language, labels and the version shown', async () => {
  const { page, faults } = await openConsole(browser, server, '#/profiles/math');
  const editor = page.getByRole('textbox', { name: "The profile's file" });
  const typed = editor.filter({ hasText: '# not saved' });
  const shown = page.locator('section.panel > .field > select').first();
  await editor.click();
  await page.keyboard.press('Control+Home');
  await page.keyboard.type('# not saved\n');
  await typed.waitFor();
  await button(page, '中文').click();
  await page.getByRole('textbox', { name: '配置文件' }).filter({ hasText: '# not saved' }).waitFor();
  await button(page, 'English').click();
  await typed.waitFor();

  assert.equal(await shown.inputValue(), '1');
  const promote = page.locator('form', { hasText: 'Promote' });
  await promote.getByLabel('Version', { exact: true }).selectOption('2');
  await button(promote, 'Promote').click();
  await labelRow(page, 'production').locator('td', { hasText: /^2$/ }).waitFor();
  assert.equal(await shown.inputValue(), '1');
  await typed.waitFor();

  await shown.selectOption('2');
  await page.waitForURL(/version=2/);
  await typed.waitFor({ state: 'detached' });
  await editor.waitFor();
  await shown.selectOption('1');
  await typed.waitFor();
  await button(page, 'Save as the next version').click();
  await page.waitForURL(/version=3/);
  await editor.waitFor(); // the server keeps no comments
  await shown.selectOption('1');
  await page.waitForURL(/version=1/);
  await typed.waitFor({ state: 'detached' });
  await editor.waitFor();
  assert.deepEqual(faults, []);
  await page.context().close();
});
