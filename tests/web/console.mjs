// A real `lemma serve` with its console, and people who use it in Chromium.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startServer } from '../serve/server.mjs';
import { openPage, picture as pictureOf } from './browser.mjs';

export const password = 'correct horse battery';

// Resolves to the server with `console` (the address of the page), `user(name, role)`, which makes
// one, `ask(body, key)`, which asks the model, `lemma(args, input)`, which runs a command on its data,
// `saveProfile(toml)`, which saves a version of one, and `remove()`, which ends it and its data.
export async function startConsole(args = []) {
  const root = mkdtempSync(join(tmpdir(), 'lemma-console-'));
  const data = ['--data-dir', join(root, 'data')];
  const lemma = (args, input = '') =>
    spawnSync(process.env.LEMMA_BINARY, [...args, ...data], { encoding: 'utf8', input, timeout: 60000 });
  const user = (name, role) => {
    const made = lemma(['admin', 'create-user', name, '--role', role], `${password}\n`);
    assert.equal(made.status, 0, made.stderr);
  };
  user('alice', 'owner');
  const server = await startServer([...data, '--admin-listen', '127.0.0.1:0', ...args]);
  return {
    ...server,
    user,
    lemma,
    console: /^\s*console\s+(http:\S+)/m.exec(server.stdout())[1],
    ask: (body, key) => fetch(`${server.url}/generate`, {
      method: 'POST', body: JSON.stringify({ profile: 'math', max_tokens: 24, ...body }),
      headers: { 'content-type': 'application/json', ...(key && { authorization: `Bearer ${key}` }) },
    }),
    saveProfile(toml) {
      const file = join(root, 'profile.toml');
      writeFileSync(file, toml);
      const saved = lemma(['profile', 'import', file]);
      assert.equal(saved.status, 0, saved.stderr);
    },
    async remove() {
      await server.stop();
      rmSync(root, { recursive: true });
    },
  };
}

// The console at `hash` ('#/keys'), signed in. Script errors and what the page itself logs as one
// are faults too; an answer that is no 2xx is the test's to judge.
export async function openConsole(browser, server, hash = '', name = 'alice', options = {}) {
  const { page, faults } = await openPage(browser, server.console + hash, options);
  page.on('console', (message) => {
    const isOfNetwork = message.text().startsWith('Failed to load resource');
    if (message.type() === 'error' && !isOfNetwork) faults.push(message.text());
  });
  page.setDefaultTimeout(120000); // password hashes and charts on a loaded machine
  await signIn(page, name);
  return { page, faults };
}

export async function signIn(page, name) {
  await page.locator('.sign-in input').nth(0).fill(name);
  await page.locator('.sign-in input[type=password]').fill(password);
  const menu = page.locator('nav');
  const refusal = page.locator('.sign-in [role=alert]');
  for (;;) {
    await page.locator('.sign-in button[type=submit]').click();
    await menu.or(refusal).first().waitFor();
    if (await menu.isVisible()) return;
    // Tests sign in more often than people do: five times a minute is all.
    const [, seconds] = /wait (\d+) s/.exec(await refusal.innerText()) ?? assert.fail(await refusal.innerText());
    await page.waitForTimeout(1000 * seconds);
  }
}

export { assertAccessibleEverywhere as assertAccessible } from './browser.mjs';

// As the documents show it: a window as wide as the tables want, from its top or from `begin` on.
export async function picture(page, name, { colorScheme = 'light', height = 750, begin } = {}) {
  await page.emulateMedia({ colorScheme });
  await page.setViewportSize({ width: 1200, height });
  await (begin ?? page.locator('header')).evaluate((element) => element.scrollIntoView());
  await pictureOf(page, `console-${name}`);
}

export const button = (scope, name) => scope.getByRole('button', { name, exact: true });
export const goTo = (page, name) => page.locator('nav').getByRole('link', { name, exact: true }).click();

// Once the version, and it alone, is what a profile's page says to be in production.
export const inProduction = (page, version) =>
  page.locator('tr', { hasText: /^production/ }).locator('td', { hasText: new RegExp(`^${version}$`) }).waitFor();
