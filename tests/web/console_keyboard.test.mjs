// What an operator does most, by the keyboard alone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { button, inProduction, openConsole, password, startConsole } from './console.mjs';
import { assertFocused, confirm, press, tabTo, type } from './keyboard.mjs';
import { startReplica } from './scripted_replica.mjs';
import { startScripted, stopScripted } from './scripted_server.mjs';

let replica;
let elsewhere;
let server;
let browser;
before(async () => {
  elsewhere = await startReplica();
  ({ replica, server, browser } = await startScripted(startConsole));
});
after(async () => {
  await stopScripted();
  elsewhere?.stop();
});

const table = (page, name) => page.getByRole('region', { name, exact: true });
const toPage = (page, name) => press(page, page.locator('nav').getByRole('link', { name, exact: true }));

test('a key is made, kept and revoked, and a no leaves the focus where it was', async () => {
  const { page, faults } = await openConsole(browser, server);
  await toPage(page, 'Keys');
  await tabTo(page, page.locator('form').getByLabel('Name'));
  await page.keyboard.type('judge');
  await page.keyboard.press('Enter');
  const secret = page.locator('.secret');
  await secret.waitFor();
  await assertFocused(page, secret);
  await press(page, button(page, 'I have kept it'));
  await secret.waitFor({ state: 'detached' });
  await assertFocused(page, page.locator('main')); // its form was made anew
  await press(page, page.getByRole('link', { name: 'judge' }));

  const revoke = button(page, 'Revoke');
  await press(page, revoke);
  await assertFocused(page, button(page, 'Cancel'));
  await page.keyboard.press('Escape');
  await assertFocused(page, revoke);
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter'); // on Cancel
  await assertFocused(page, revoke);
  await page.keyboard.press('Enter');
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Enter');
  await page.getByText('· revoked ·').waitFor();
  await assertFocused(page, page.locator('main')); // the button went with its form
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('a replica is drained and taken back with the focus on its button', async () => {
  const { page, faults } = await openConsole(browser, server);
  await toPage(page, 'Replicas');
  await press(page, button(page, 'Drain'));
  await button(page, 'Take back').waitFor();
  await assertFocused(page, button(page, 'Take back'));
  await page.keyboard.press('Enter');
  await button(page, 'Drain').waitFor();
  await assertFocused(page, button(page, 'Drain'));
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('a user is made and changed, and a second factor set up', async () => {
  const { page, faults } = await openConsole(browser, server);
  await toPage(page, 'Users');
  const form = page.locator('main > form');
  await tabTo(page, form.getByLabel('Name'));
  await page.keyboard.type('bob');
  await tabTo(page, form.getByLabel('Password'));
  await page.keyboard.type(password);
  await page.keyboard.press('Enter');
  const row = page.locator('tbody tr', { hasText: 'bob' });
  await row.waitFor();
  await assertFocused(page, page.locator('main')); // its form was made anew
  await press(page, row.locator('summary'));
  await press(page, button(row, 'Disable'));
  await page.keyboard.press('Escape');
  await assertFocused(page, button(row, 'Disable'));
  await confirm(page, button(row, 'Disable'));
  await button(row, 'Let in again').waitFor();
  await assertFocused(page, table(page, 'Users'));

  await toPage(page, 'Settings');
  const factor = page.locator('section', { hasText: 'Second factor' });
  await tabTo(page, factor.getByLabel('Present password'));
  await page.keyboard.type(password);
  await page.keyboard.press('Enter');
  await factor.getByLabel('Code', { exact: true }).waitFor();
  await assertFocused(page, factor.getByLabel('Code', { exact: true }));
  await press(page, button(page, 'Sign out (alice)'));
  await page.locator('.sign-in').waitFor();
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('a profile is edited, previewed, compared, saved, promoted and rolled back', async () => {
  server.user('edith', 'prompt_editor');
  const { page, faults } = await openConsole(browser, server, '#/profiles', 'edith');
  await press(page, page.getByRole('link', { name: 'math', exact: true }));
  const editor = page.getByRole('textbox', { name: "The profile's file" });
  await editor.waitFor();
  await assertFocused(page, page.locator('main')); // the link went with the list
  await tabTo(page, editor);
  await page.keyboard.press('Control+End');
  await page.keyboard.type('\n[variables]\ntone = "dry"\n');
  await page.getByText('Tab leaves the editor.').waitFor();
  await page.keyboard.press('Tab');
  const save = button(page, 'Save as the next version');
  await assertFocused(page, save);

  const prompt = page.getByLabel("The user's text");
  await tabTo(page, prompt);
  await page.keyboard.press('Control+A');
  await page.keyboard.type('What is 2 + 3?');
  await page.keyboard.press('Enter');
  await page.locator('pre.rendered', { hasText: 'What is 2 + 3?' }).waitFor();
  await assertFocused(page, prompt);
  const compare = page.getByLabel('Compare with version');
  await press(page, compare, '1');
  await page.locator('.difference .cm-changedLine', { hasText: 'tone' }).waitFor();
  await assertFocused(page, compare);
  await tabTo(page, page.getByRole('textbox', { name: '1 - 1' }));
  await page.keyboard.press('Shift+Tab');
  await assertFocused(page, compare);

  await press(page, save);
  await page.waitForURL(/version=2/);
  const version = page.locator('section.panel').getByLabel('Version', { exact: true });
  await editor.waitFor();
  await assertFocused(page, version);
  assert.equal(await version.inputValue(), '2');
  await press(page, button(page, 'Promote'));
  await inProduction(page, '2');
  await assertFocused(page, button(page, 'Promote'));
  await press(page, button(page, 'Roll back'));
  await assertFocused(page, button(page, 'Cancel'));
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Enter');
  await inProduction(page, '1');
  await assertFocused(page, button(page, 'Roll back'));
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('what is removed, ended or cancelled leaves the focus on what was around it', async () => {
  const { page, faults } = await openConsole(browser, server, '#/replicas');
  await type(page, page.getByLabel('As --replica takes it'), `${elsewhere.url},name=gpu1`);
  await page.keyboard.press('Enter');
  const added = page.locator('tbody tr', { hasText: 'gpu1' });
  await confirm(page, button(added, 'Remove'));
  await added.waitFor({ state: 'detached' });
  await assertFocused(page, table(page, 'Replicas'));

  await toPage(page, 'Alerts');
  await type(page, page.getByLabel('Name'), 'slow');
  await type(page, page.getByLabel('Webhook'), 'https://hook.invalid/');
  await page.keyboard.press('Enter');
  await press(page, button(page, 'I have kept it'));
  await confirm(page, button(page, 'Remove'));
  await button(page, 'Remove').waitFor({ state: 'detached' });
  await assertFocused(page, table(page, 'Alerts'));

  await toPage(page, 'Evaluations');
  await type(page, page.getByLabel('Name'), 'sums');
  await type(page, page.getByLabel('Problems, a JSON object a line'), '{"problem": "1 + 1", "answer": "2"}');
  await press(page, button(page, 'Create'));
  await confirm(page, button(page, 'Remove'));
  await button(page, 'Remove').waitFor({ state: 'detached' });
  await assertFocused(page, table(page, 'Sets of problems'));

  replica.say([{ content: 'It is' }]);
  const isHeld = replica.hold();
  const body = JSON.stringify({ target: '/generate', body: { prompt: 'What is 47 * 36?' } });
  const { id } = await (await fetch(`${server.url}/v1/jobs`, { method: 'POST', body })).json();
  await isHeld;
  await toPage(page, 'Requests');
  await confirm(page, button(page, 'End'));
  await button(page, 'End').waitFor({ state: 'detached' });
  await assertFocused(page, table(page, 'Now'));

  const another = replica.hold();
  const next = await (await fetch(`${server.url}/v1/jobs`, { method: 'POST', body })).json();
  await another;
  await page.evaluate((hash) => (location.hash = hash), `#/jobs/${next.id}`);
  assert.notEqual(next.id, id);
  await confirm(page, button(page, 'Cancel the job'));
  await button(page, 'Cancel the job').waitFor({ state: 'detached' });
  await assertFocused(page, page.locator('main'));
  assert.deepEqual(faults, []);
  await page.context().close();
});
