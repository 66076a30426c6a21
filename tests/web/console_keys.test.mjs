// Keys and usage in the console: made, changed, rotated and ended; what they used, as a pivot.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';

import { eventually, killServers } from '../serve/server.mjs';
import { launchBrowser } from './browser.mjs';
import { assertAccessible, button, goTo, openConsole, picture, startConsole } from './console.mjs';

let server;
let browser;
let keys;
before(async () => {
  server = await startConsole(['--require-keys']);
  keys = ['contest', 'classroom'].map((name) =>
    server.lemma(['key', 'create', '--name', name, '--rpm', '1000', '--expires', '90d']).stdout.trim());
  server.user('vera', 'viewer');
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  await server?.remove();
  killServers();
});

const prompt = 'What is 47 * 36?';
const statusOf = async (key) => (await server.ask({ prompt }, key)).status;

test('a key is made, shown once, used, limited, rotated and revoked', async () => {
  const { page, faults } = await openConsole(browser, server, '#/keys');
  const form = page.locator('form');
  await form.getByLabel('Name').fill('judge');
  await form.getByLabel('Requests a minute').fill('-1');
  await button(form, 'Create').click();
  const refusal = form.locator('[role=alert]', { hasText: 'rpm: ' });
  await refusal.waitFor();
  assert.equal((await refusal.innerText()).split('rpm: ').length, 2, 'the field is named once');
  await form.getByLabel('Requests a minute').fill('1000');
  await button(form, 'Create').click();
  const secret = page.locator('.secret pre');
  const key = await secret.innerText();
  assert.match(key, /^lemma_[0-9A-Za-z]{44}$/);
  await assertAccessible(page, 'keys');
  await button(page, 'I have kept it').click();
  assert.equal((await page.content()).includes(key), false, 'shown once');
  await eventually(async () => (await statusOf(key)) === 200, 'the new key opens the door');

  await page.getByRole('link', { name: 'judge' }).click();
  await page.getByRole('heading', { name: 'judge' }).waitFor();
  await button(page, 'Rotate').click();
  await page.locator('.confirm', { hasText: 'A new text' }).waitFor();
  await button(page, 'Cancel').click();
  await page.getByLabel('The old text is accepted for').fill('0');
  await button(page, 'Rotate').click();
  await button(page.locator('.confirm'), 'Rotate').click();
  const next = await secret.innerText();
  assert.notEqual(next, key);
  await eventually(async () => (await statusOf(key)) === 401, 'the old text is refused');
  await page.locator('form').getByLabel('Profiles it may use').fill('algorithm');
  const expires = page.locator('form').getByLabel('Expires');
  await expires.fill('90d');
  await button(page.locator('form'), 'Save').click();
  await page.locator('form [role=status]', { hasText: 'It is saved.' }).waitFor();
  assert.equal(await expires.inputValue(), '', 'the next save leaves the expiry as it is');
  await eventually(async () => (await statusOf(next)) === 403, 'held to another profile');
  await eventually(async () => {
    await page.reload();
    await page.locator('td', { hasText: 'lemma-mini' }).waitFor();
    return true;
  }, 'its use is shown');
  await picture(page, 'key', { height: 960 });
  await assertAccessible(page, 'key');
  await button(page, 'Revoke').click();
  await button(page.locator('.confirm'), 'Revoke').click();
  await page.getByText('· revoked ·').waitFor();
  await eventually(async () => (await statusOf(next)) === 401, 'it is refused');
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('usage is turned around, filtered, and taken away as a file', async () => {
  for (const profile of ['math', 'algorithm', 'math', 'math-proof', 'math']) {
    for (const key of keys) await server.ask({ prompt, profile, max_tokens: 128 }, key);
  }
  const { page, faults } = await openConsole(browser, server, '#/keys');
  await eventually(async () => {
    await page.reload();
    return /\t5\t\S+\t\d/.test(await page.locator('tr', { hasText: 'contest' }).innerText());
  }, 'their use is counted');
  await picture(page, 'keys');
  await goTo(page, 'Usage');
  await page.getByLabel('and by').selectOption('reason');
  await page.locator('td', { hasText: 'not allowed' }).waitFor();
  await picture(page, 'usage-dark', { colorScheme: 'dark' });
  const headings = () => page.locator('th').allInnerTexts();
  await page.getByLabel('Rows by').selectOption('reason');
  await page.getByLabel('and by').selectOption('status');
  await page.locator('td', { hasText: /^401$/ }).waitFor();
  assert.deepEqual((await headings()).slice(0, 3), ['Reason', 'Status', 'Requests']);
  await page.getByLabel('then by (3)').selectOption('profile');
  await page.getByLabel('then by (4)').selectOption('key_id');
  await page.waitForURL(/by=reason&then=status&third=profile&fourth=key_id/);
  await page.locator('th', { hasText: /^Key$/ }).waitFor();
  assert.deepEqual((await headings()).slice(0, 5), ['Reason', 'Status', 'Profile', 'Key', 'Requests']);
  await page.locator('tbody tr', { has: button(page, 'contest') }).filter({ has: button(page, 'algorithm') }).first().waitFor();
  await page.getByLabel('then by (4)').selectOption('');
  await page.getByLabel('then by (3)').selectOption('');
  await page.getByLabel('then by (4)').waitFor({ state: 'detached' });
  await page.getByLabel('and by').selectOption('');
  for (const [kind, heading, value] of [['profile_version', 'Version', '1'], ['task', 'Task', 'proof'],
                                        ['model', 'Model', 'lemma-mini'], ['replica', 'Replica', 'worker-0']]) {
    await page.getByLabel('Rows by').selectOption(kind);
    await button(page.locator('tbody'), value).waitFor();
    assert.deepEqual((await headings()).slice(0, 2), [heading, 'Requests']);
  }
  await page.getByLabel('Rows by').selectOption('reason');
  await page.getByLabel('and by').selectOption('status');
  await page.getByRole('button', { name: 'no valid key' }).click();
  await page.waitForURL(/reason=unauthenticated/);
  await page.locator('td', { hasText: 'not allowed' }).waitFor({ state: 'detached' });
  await button(page.getByRole('main'), 'Reason: no valid key ✕ remove this filter').click();
  await page.locator('td', { hasText: 'not allowed' }).waitFor();
  for (const range of ['15m', '30d']) await page.getByLabel('Time', { exact: true }).selectOption(range);
  await page.getByLabel('Largest first by').selectOption('completion_tokens');
  await page.getByLabel('Rows', { exact: true }).selectOption('10');
  await page.waitForURL(/order=completion_tokens.*top=10/);
  for (const [format, begin] of [['CSV', /^reason,status,requests,/], ['JSON', /^\{"total":/]]) {
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: format }).click()]);
    assert.match(await readFile(await file.path(), 'utf8'), begin);
  }
  await page.reload();
  assert.equal(await page.getByLabel('Rows by').inputValue(), 'reason', 'the address keeps the pivot');
  await page.locator('td').first().waitFor();
  await assertAccessible(page, 'usage');
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('usage by time is by minutes, hours or days, and keys have their names', async () => {
  const { page, faults } = await openConsole(browser, server, '#/usage?range=1h&by=time&then=key_id');
  const ofKey = page.locator('tbody tr', { has: page.getByRole('button', { name: 'contest', exact: true }) }).first();
  await ofKey.waitFor();
  assert.deepEqual((await page.locator('th').allInnerTexts()).slice(0, 3), ['When', 'Key', 'Requests']);
  assert.match(await ofKey.locator('td').first().innerText(), /^\d\d\/\d\d\/\d{4},\s\d\d:\d\d:00$/);
  assert.match(await button(ofKey, 'contest').getAttribute('title'), /key_/);
  await button(ofKey, 'contest').click();
  await page.waitForURL(/key_id=key_/);
  await button(page.getByRole('main'), 'Key: contest ✕ remove this filter').click();
  await page.getByLabel('and by').selectOption('');
  await eventually(async () => {
    const rows = (await page.locator('tbody tr').allInnerTexts()).map((row) => row.split('\t'));
    const total = rows.pop();
    return total[1] > 0 && rows.reduce((sum, row) => sum + Number(row[1]), 0) === Number(total[1]);
  }, 'the minutes add up to the total');
  for (const [range, minutes] of [['30d', 1440], ['1d', 60], ['1h', 1]]) {
    await page.getByLabel('Time', { exact: true }).selectOption(range);
    await page.waitForURL(new RegExp(`range=${range}`));
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'JSON' }).click()]);
    const { groups } = JSON.parse(await readFile(await file.path(), 'utf8'));
    assert.ok(groups.length > 0 && groups.every(({ begin_ms }) => begin_ms % (minutes * 60_000) === 0), range);
  }
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('a limit that the console sets holds; the page of its key leads to its usage and its requests', async () => {
  const { page, faults } = await openConsole(browser, server, '#/keys', 'alice',
                                             { permissions: ['clipboard-read', 'clipboard-write'] });
  const form = page.locator('form');
  await form.getByLabel('Name').fill('limited');
  await form.getByLabel('Requests a minute').fill('1');
  await button(form, 'Create').click();
  await button(page, 'Copy').click();
  await button(page, 'Copied').waitFor();
  const key = await page.evaluate(() => navigator.clipboard.readText());
  assert.equal(key, await page.locator('.secret pre').innerText());
  await eventually(async () => (await statusOf(key)) === 200, 'the new key opens the door');
  assert.equal(await statusOf(key), 429);

  await page.getByRole('link', { name: 'limited' }).click();
  const use = page.locator('section', { has: page.getByRole('heading', { name: 'Used for, 30 days' }) });
  await use.getByRole('link', { name: 'Usage' }).click();
  await page.waitForURL(/#\/usage\?key_id=key_.*range=30d/);
  await button(page, 'Key: limited ✕ remove this filter').waitFor();
  await page.goBack();
  await use.getByRole('link', { name: 'Requests' }).click();
  await page.waitForURL(/#\/requests\?key_id=key_/);
  const keyId = page.locator('form').getByLabel("Key's id");
  assert.match(await keyId.inputValue(), /^key_/);
  const found = page.getByRole('region', { name: 'Found' }).last().locator('tbody tr');
  const limited = found.filter({ hasText: "over the key's limits" });
  await eventually(async () => {
    await page.reload();
    await page.getByRole('region', { name: 'Found' }).first().waitFor();
    return (await found.count()) > 1;
  }, 'they are in the log');
  assert.equal(await found.filter({ hasText: 'limited' }).count(), await found.count(), 'of this key alone');
  assert.ok((await limited.count()) > 0);
  await keyId.fill('');
  await button(page.locator('form'), 'Search').click();
  await page.waitForURL((url) => !url.hash.includes('key_id'));
  await found.filter({ hasText: 'contest' }).first().waitFor();
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('as many rows are shown as are wanted, and the total holds the others', async () => {
  for (let i = 0; i < 11; ++i) {
    const key = server.lemma(['key', 'create', '--name', `pupil-${i}`]).stdout.trim();
    await eventually(async () => (await server.ask({ prompt, profile: 'none' }, key)).status === 400, 'the key is known');
  }
  const { page, faults } = await openConsole(browser, server, '#/usage?range=1h&by=key_id&top=10');
  const rows = page.locator('tbody tr');
  await page.getByText('more rows are in the total alone').waitFor();
  assert.equal(await rows.count(), 11, 'ten and the total');
  await page.getByLabel('Rows', { exact: true }).selectOption('25');
  await page.getByText('more rows are in the total alone').waitFor({ state: 'detached' });
  assert.ok((await rows.count()) > 11);
  await rows.filter({ hasText: 'pupil-10' }).waitFor();
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('what was asked and answered is shown where the key keeps it', async () => {
  const { page, faults } = await openConsole(browser, server, '#/keys');
  const form = page.locator('form');
  await form.getByLabel('Name').fill('kept');
  await form.getByLabel('Prompts and answers are stored').check();
  await button(form, 'Create').click();
  const key = await page.locator('.secret pre').innerText();
  await eventually(async () => (await statusOf(key)) === 200, 'the new key opens the door');
  await goTo(page, 'Requests');
  const row = page.locator('tr', { has: page.getByRole('link', { name: 'kept', exact: true }) }).filter({ hasText: '200' });
  await eventually(async () => {
    await page.reload();
    await page.getByRole('region', { name: 'Found' }).first().waitFor();
    return (await row.count()) > 0;
  }, 'it is in the log, under its name');
  await row.first().getByRole('link').first().click();
  const texts = page.locator('pre.plain');
  await texts.filter({ hasText: prompt }).waitFor();
  assert.match(await texts.last().innerText(), /\S/);
  assert.doesNotMatch(await texts.last().innerText(), /Not kept/);
  await page.locator('.facts').getByRole('link', { name: 'kept' }).click();
  await page.getByRole('heading', { name: 'kept' }).waitFor();
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('a viewer is offered nothing that a viewer may not do', async () => {
  const { page, faults } = await openConsole(browser, server, '#/keys', 'vera', { locale: 'zh-CN' });
  await page.getByRole('link', { name: 'judge' }).waitFor();
  assert.equal(await page.locator('main form, main button').count(), 0);
  const menu = await page.locator('nav a').allInnerTexts();
  assert.deepEqual(menu, ['概览', '密钥', '用量', '任务类型', '评测', '请求', '作业', '副本', '设置']);
  await goTo(page, '用量');
  await page.getByRole('heading', { name: '用量' }).waitFor();
  assert.deepEqual(faults, []);
  await page.context().close();
});
