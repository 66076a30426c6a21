// Evaluations in the console: a set of problems, versions evaluated on it by the server, and a gate
// that lets the good one into production and not the bad one.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';

import { killServers } from '../serve/server.mjs';
import { launchBrowser } from './browser.mjs';
import { assertAccessible, button, goTo, inProduction, openConsole, picture, startConsole } from './console.mjs';

let server;
let browser;
before(async () => {
  server = await startConsole(['--require-keys']); // evaluations have none
  server.user('vera', 'viewer');
  server.user('edith', 'prompt_editor');
  const shipped = server.lemma(['profile', 'export', 'math']).stdout;
  assert.doesNotMatch(shipped, /\[user\]/);
  // Version 2 makes the model answer another question.
  server.saveProfile(`${shipped}\n[user]\nen = 'What is 2 + 3? {{prompt}}'\n`);
  server.saveProfile(`${shipped}\n[variables]\ntone = "dry"\n`); // version 3 asks as version 1 does
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  await server?.remove();
  killServers();
});

const problems = Array.from({ length: 10 }, (_, i) =>
  JSON.stringify({ problem: `What is ${11 + i} * ${3 + i}?`, answer: String((11 + i) * (3 + i)) }));

const fact = (page, name, value) => page.locator('.facts div', { hasText: new RegExp(`^${name}${value}`) });
const form = (page, heading) => page.locator('form', { has: page.getByRole('heading', { name: heading }) });
const alert = (page, text) => page.locator('[role=alert]', { hasText: text }).waitFor();

async function promote(page, version) {
  const promotion = form(page, 'Promote');
  await promotion.getByLabel('Version', { exact: true }).selectOption(version);
  await button(promotion, 'Promote').click();
}

// At the page of an evaluation that was just begun.
async function waitUntilDone(page) {
  await page.waitForURL(/#\/evaluations\/eval_/);
  await fact(page, 'State', 'done').waitFor();
  await page.getByRole('heading', { name: 'Report' }).waitFor();
}

test('a set is made; a bad version is evaluated and refused, a good one promoted', async () => {
  const { page, faults } = await openConsole(browser, server, '#/evaluations', 'edith');
  await assertAccessible(page, 'evaluations-empty');
  const newSet = form(page, 'A new set');
  await newSet.getByLabel('Name').fill('products');
  await newSet.getByLabel('a JSON object a line').fill(`${problems[0]}\n{"problem": "What?"}`);
  await button(newSet, 'Create').click();
  await alert(page, 'problems: line 2: answer is missing');
  await newSet.getByLabel('From a file').setInputFiles({
    name: 'products.jsonl', mimeType: 'application/jsonl', buffer: Buffer.from(problems.join('\n')) });
  await button(newSet, 'Create').click();
  const [set] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'products' }).click()]);
  const parsed = (lines) => lines.map((line) => JSON.parse(line)).map(({ problem, answer }) => [problem, answer]);
  const saved = readFileSync(await set.path(), 'utf8').trim().split('\n');
  assert.deepEqual(parsed(saved), parsed(problems));

  const evaluation = form(page, 'A new evaluation');
  await evaluation.getByLabel('Profile').selectOption('math');
  await evaluation.getByLabel('Version').selectOption('2');
  await button(evaluation, 'Evaluate').click();
  await waitUntilDone(page);
  await fact(page, 'Right', '0%').waitFor();
  await fact(page, 'Model', 'lemma-mini').waitFor();
  await assertAccessible(page, 'evaluation');
  const [download] = await Promise.all([
    page.waitForEvent('download'), page.getByRole('link', { name: 'HTML' }).click()]);
  assert.match(readFileSync(await download.path(), 'utf8'), /Evaluation of lemma-mini on products/);

  const owner = await openConsole(browser, server, '#/profiles/math?version=2');
  await owner.page.getByText('There is no gate').waitFor();
  await owner.page.getByLabel('Accepted loss of pass@1, %').fill('7');
  await button(owner.page, 'Set the gate').click();
  await owner.page.getByText('It is saved.').waitFor();
  await owner.page.locator('[role=status]', { hasText: 'The version in production has no such evaluation' }).waitFor();
  await owner.page.locator('[role=status]', { hasText: 'math@1, which is in production, has no' }).waitFor();

  await page.goto(`${server.console}#/profiles/math?version=2`);
  await promote(page, '2');
  await alert(page, 'now runs it: try again when it is done');
  assert.equal(await page.getByLabel('Promote all the same').count(), 0, 'not for editors');
  await form(page, 'Promote').getByRole('link', { name: 'Evaluations' }).click();
  await page.waitForURL(/profile=math/);
  const ofProduction = page.locator('tr', { hasText: 'math@1' });
  await ofProduction.filter({ hasText: 'done' }).waitFor();
  await picture(page, 'evaluations');
  await assertAccessible(page, 'evaluations');
  await page.getByRole('link', { name: 'remove this filter' }).click();
  await page.waitForURL(/#\/evaluations$/);
  await ofProduction.waitFor();
  assert.equal(await page.getByRole('link', { name: 'remove this filter' }).count(), 0);

  await page.goto(`${server.console}#/profiles/math?version=2`);
  await promote(page, '2');
  await alert(page, 'math@2 does worse than math@1 on the set "products"');
  await page.reload();
  await page.locator('[role=status]', { hasText: 'math@2 does worse than math@1' }).waitFor();
  await button(page, '中文').click();
  await page.locator('[role=status]', { hasText: '这个版本不如生产中的版本。 (math@2 does worse than math@1' }).waitFor();
  await button(page, 'English').click();
  await assertAccessible(page, 'gate');
  await page.getByRole('link', { name: 'Compare', exact: true }).click();
  await page.locator('[role=status]', { hasText: 'A significant regression' }).waitFor();
  await page.getByRole('region', { name: 'Settings' }).getByRole('row', { name: 'Profile math@1 math@2' }).waitFor();
  await picture(page, 'comparison', { height: 1480 });
  await assertAccessible(page, 'comparison');
  const refused = server.lemma(['profile', 'promote', 'math', '2']);
  assert.notEqual(refused.status, 0);
  assert.match(refused.stderr, /the gate refuses it: math@2 does worse than math@1.*--override/);

  await page.goto(`${server.console}#/profiles/math?version=3`);
  await page.locator('[role=status]', { hasText: 'This version has no finished evaluation' }).waitFor();
  await button(form(page, 'A new evaluation'), 'Evaluate').click();
  await waitUntilDone(page);
  await page.getByLabel('With an earlier evaluation').selectOption({ index: 1 });
  await page.locator('.panel [role=status]', { hasText: 'No significant regression' }).waitFor();
  await page.goto(`${server.console}#/profiles/math?version=3`);
  await page.getByText('This version may be promoted.').waitFor();
  await promote(page, '3');
  await inProduction(page, '3');

  await owner.page.reload();
  const tolerance = owner.page.getByLabel('Accepted loss of pass@1, %');
  await tolerance.waitFor();
  assert.equal(await tolerance.inputValue(), '7');
  await promote(owner.page, '2');
  await owner.page.getByLabel('Promote all the same').check();
  await button(form(owner.page, 'Promote'), 'Promote').click();
  await inProduction(owner.page, '2');
  await goTo(owner.page, 'Audit');
  await owner.page.locator('tr', { hasText: 'profile.move_label' }).filter({ hasText: 'overridden' }).waitFor();
  assert.deepEqual([...faults, ...owner.faults], []);
  await page.context().close();
  await owner.page.context().close();
});

test('a viewer reads, in Chinese too, and changes nothing', async () => {
  const { page, faults } = await openConsole(browser, server, '#/evaluations', 'vera', { locale: 'zh-CN' });
  await page.getByRole('heading', { name: '题集' }).waitFor();
  assert.equal(await page.locator('form').count(), 0);
  await page.locator('tr', { hasText: 'math@2' }).getByRole('link').click();
  await fact(page, '状态', '完成').waitFor();
  await assertAccessible(page, 'evaluation-zh');
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('an evaluation is cancelled, a report brought in; sets and the gate are removed', async () => {
  const { page, faults } = await openConsole(browser, server, '#/evaluations', 'edith');
  const evaluation = form(page, 'A new evaluation');
  await evaluation.getByLabel('Profile').selectOption('math');
  await evaluation.getByLabel('Samples of each problem').fill('64');
  await button(evaluation, 'Evaluate').click();
  await page.waitForURL(/#\/evaluations\/eval_/);
  await fact(page, 'State', 'running').waitFor();
  await button(page, 'Cancel the evaluation').click(); // before it is done
  await button(page.locator('.confirm'), 'Cancel the evaluation').click();
  await fact(page, 'State', 'cancelled').waitFor();
  await assertAccessible(page, 'evaluation-cancelled');

  await goTo(page, 'Evaluations');
  await page.locator('tr', { hasText: 'math@1' }).filter({ hasText: 'done' }).getByRole('link').click();
  const [download] = await Promise.all([
    page.waitForEvent('download'), page.getByRole('link', { name: 'JSON' }).click()]);
  const report = readFileSync(await download.path());
  await goTo(page, 'Evaluations');
  const bringIn = (buffer) => page.getByLabel('The report, OUT.json').setInputFiles({
    name: 'OUT.json', mimeType: 'application/json', buffer });
  await bringIn(Buffer.from('{'));
  await alert(page, 'This file is not JSON.');
  await bringIn(Buffer.from('{}'));
  await alert(page, 'report');
  await bringIn(report);
  await page.waitForURL(/#\/evaluations\/eval_/);
  await fact(page, 'State', 'imported').waitFor();

  await goTo(page, 'Evaluations');
  const newSet = form(page, 'A new set');
  await newSet.getByLabel('Name').fill('spare');
  await newSet.getByLabel('a JSON object a line').fill(problems[0]);
  await button(newSet, 'Create').click();
  const remove = async (name) => {
    const row = page.getByRole('region', { name: 'Sets of problems' }).locator('tr', { hasText: name });
    await button(row, 'Remove').click();
    await button(row.locator('.confirm'), 'Remove').click();
    return row;
  };
  const chosen = [form(page, 'A new evaluation'),
                  page.locator('section.panel', { has: page.getByRole('heading', { name: 'A report made elsewhere' }) })]
    .map((part) => part.getByLabel('Set of problems'));
  for (const select of chosen) await select.selectOption({ label: 'spare' });
  await (await remove('spare')).waitFor({ state: 'detached' });
  for (const select of chosen) {
    assert.equal(await select.evaluate(({ selectedOptions }) => selectedOptions[0]?.textContent), 'products');
  }
  await remove('products');
  await alert(page, 'gate');

  const owner = await openConsole(browser, server, '#/profiles/math?version=2');
  await button(owner.page, 'Remove the gate').click();
  await button(owner.page.locator('.confirm'), 'Remove the gate').click();
  await owner.page.getByText('There is no gate').waitFor();
  await owner.page.context().close();
  await (await remove('products')).waitFor({ state: 'detached' });
  assert.deepEqual([...faults, ...owner.faults], []);
  await page.context().close();
});
