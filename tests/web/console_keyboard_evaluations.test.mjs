// Sets of problems, evaluations and gates in the console by the keyboard alone: in Chinese, in the dark, on a phone.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';

import { button, inProduction, startConsole } from './console.mjs';
import { main, openOnPhone, region, toPage } from './console_phone.mjs';
import { assertFocused, choose, confirm, press, tabTo, type } from './keyboard.mjs';
import { inHalves } from './scripted_replica.mjs';
import { startScripted, stopScripted } from './scripted_server.mjs';

let replica;
let server;
let browser;
before(async () => {
  ({ replica, server, browser } = await startScripted(startConsole));
  server.user('edith', 'prompt_editor');
  const shipped = server.lemma(['profile', 'export', 'math']).stdout;
  server.saveProfile(`${shipped}\n[variables]\ntone = "dry"\n`); // version 2
});
after(stopScripted);

const problems = Array.from({ length: 10 }, (_, i) =>
  JSON.stringify({ problem: `What is ${12 + i} - ${10 + i}?`, answer: '2' }));

const open = (hash, name = 'edith') => openOnPhone(browser, server, hash, name);
const named = (scope, role, name) => scope.getByRole(role, { name, exact: true });
const link = (page, name) => named(main(page), 'link', name);
const form = (page, heading) => page.locator('form', { has: named(page, 'heading', heading) });
const panel = (page, heading) => page.locator('section.panel', { has: named(page, 'heading', heading) });
const sets = (page) => region(page, '题集');
const rowOf = (table, name) => table.locator('tbody tr', { hasText: name });
// The first so named: a report repeats some.
const fact = (page, name, value) => page.locator('.facts div', { hasText: new RegExp(`^${name}${value}`) }).first();
const failure = (scope, text) => scope.locator('[role=alert]', { hasText: text }).waitFor();
const standing = (page, text) => page.locator('[role=status]', { hasText: text }).waitFor();

// The dialogue with the files is the browser's own.
async function chooseFile(page, field, name, text) {
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), press(page, field, 'Space')]);
  await chooser.setFiles({ name, mimeType: 'application/json', buffer: Buffer.from(text) });
}

// The text of the file that a link gives.
async function download(page, target) {
  const [file] = await Promise.all([page.waitForEvent('download'), press(page, target)]);
  await assertFocused(page, target);
  return readFileSync(await file.path(), 'utf8');
}

// At the page of an evaluation that was just begun.
async function waitUntilDone(page, share) {
  await page.waitForURL(/#\/evaluations\/eval_/);
  await assertFocused(page, main(page)); // the form went with its page
  await fact(page, '状态', '完成').waitFor();
  await fact(page, '正确', share).waitFor();
  await named(page, 'heading', '报告').waitFor();
}

test('a set is made by hand and one of a file, one is kept and one removed', async () => {
  const { page, faults } = await open('#/evaluations');
  const newSet = form(page, '新建题集');
  const name = newSet.getByLabel('名称');
  const create = button(newSet, '创建');
  await type(page, name, 'spare');
  const lines = newSet.getByLabel('题目,每行一个 JSON 对象');
  await type(page, lines, '{"problem": "What?"}');
  await page.keyboard.press('Tab');
  await assertFocused(page, create);
  await page.keyboard.press('Enter');
  await failure(newSet, 'problems: line 1: answer is missing');
  await assertFocused(page, create);
  await page.keyboard.press('Shift+Tab');
  await assertFocused(page, lines);
  await page.keyboard.press('Control+A');
  await page.keyboard.type(`${problems[0]}\n${problems[1]}`);
  await press(page, create);
  await rowOf(sets(page), 'spare').waitFor();
  await assertFocused(page, create);
  assert.equal(await name.inputValue(), '');

  await type(page, name, 'sums');
  const file = newSet.getByLabel('从文件');
  await chooseFile(page, file, 'sums.jsonl', problems.join('\n'));
  await assertFocused(page, file);
  await press(page, create);
  const row = rowOf(sets(page), 'sums');
  await row.waitFor();
  const saved = (await download(page, named(row, 'link', 'sums'))).trim().split('\n');
  const parsed = (list) => list.map((line) => JSON.parse(line)).map(({ problem, answer }) => [problem, answer]);
  assert.deepEqual(parsed(saved), parsed(problems));

  await confirm(page, button(rowOf(sets(page), 'spare'), '删除'));
  await rowOf(sets(page), 'spare').waitFor({ state: 'detached' });
  await assertFocused(page, sets(page)); // the button went with its row
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('versions are evaluated, followed, compared, and their reports saved and brought in', async () => {
  const { halfSaid, go } = inHalves(replica, 'It is ', '\\boxed{2}.');
  const { page, faults } = await open('#/evaluations');
  const evaluation = form(page, '新建评测');
  await choose(page, evaluation.getByLabel('任务类型'), 'math');
  await choose(page, evaluation.getByLabel('版本'), '1');
  await choose(page, evaluation.getByLabel('题集'), 'sums');
  await type(page, evaluation.getByLabel('每题样本数'), '1');
  await press(page, button(evaluation, '评测'));
  await page.waitForURL(/#\/evaluations\/eval_/);
  await halfSaid;
  await fact(page, '状态', '运行中').waitFor();
  await page.getByRole('progressbar', { name: '样本' }).waitFor();
  go();
  await waitUntilDone(page, '100%');

  await press(page, link(page, 'math@1'));
  await page.waitForURL(/#\/profiles\/math\?version=1/);
  await assertFocused(page, main(page));
  const shown = page.locator('section.panel').getByLabel('版本', { exact: true });
  await choose(page, shown, '2');
  replica.say([{ content: 'It is \\boxed{3}.' }]);
  await press(page, button(form(page, '新建评测'), '评测')); // of the version that is shown
  await waitUntilDone(page, '0%');
  assert.match(await download(page, link(page, 'HTML')), /Evaluation of scripted on sums/);
  const report = await download(page, link(page, 'JSON'));
  await press(page, page.locator('summary', { hasText: '题目' }));
  await rowOf(region(page, '题目'), '0 / 1').first().waitFor();

  const other = page.getByLabel('与较早的评测');
  await press(page, other, 'ArrowDown');
  await page.waitForURL(/with=eval_/);
  await standing(panel(page, '比较'), '显著退步');
  await assertFocused(page, other);
  await tabTo(page, region(page, '比较'));
  await tabTo(page, region(page, '有差异的题目'));

  await press(page, link(page, '评测'));
  const elsewhere = panel(page, '导入别处的报告');
  await choose(page, elsewhere.getByLabel('题集'), 'sums');
  const file = elsewhere.getByLabel('报告,OUT.json');
  await chooseFile(page, file, 'OUT.json', '{');
  await failure(elsewhere, '这个文件不是 JSON。');
  await assertFocused(page, file);
  await chooseFile(page, file, 'OUT.json', report);
  await page.waitForURL(/#\/evaluations\/eval_/);
  await fact(page, '状态', '导入').waitFor();
  await assertFocused(page, main(page)); // the field went with its page
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('an evaluation that runs is cancelled, and found in the list', async () => {
  const { halfSaid, go } = inHalves(replica, 'It is ', '\\boxed{2}.');
  const { page, faults } = await open('#/evaluations');
  const evaluation = form(page, '新建评测');
  await choose(page, evaluation.getByLabel('任务类型'), 'math');
  await press(page, button(evaluation, '评测'));
  await halfSaid;
  await fact(page, '状态', '运行中').waitFor();
  await tabTo(page, button(page, '取消评测'));
  await confirm(page, button(page, '取消评测'));
  await fact(page, '状态', '已取消').waitFor();
  await assertFocused(page, main(page)); // the button is gone
  go();

  await toPage(page, '评测');
  const cancelled = rowOf(region(page, '评测'), '已取消');
  await press(page, cancelled.getByRole('link'));
  await fact(page, '状态', '已取消').waitFor();
  await assertFocused(page, main(page));
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('a gate is set, refuses a version, is overridden and removed', async () => {
  const { page, faults } = await open('#/profiles/math?version=2', 'alice');
  await page.getByText('没有门禁').waitFor();
  const gate = page.locator('form', { has: button(page, '设置门禁') });
  await choose(page, gate.getByLabel('题集'), 'sums');
  const tolerance = gate.getByLabel('可接受的 pass@1 损失,%');
  await type(page, tolerance, '7');
  await page.keyboard.press('Enter');
  await standing(gate, '已保存。');
  await assertFocused(page, tolerance);
  await standing(page, '这个版本不如生产中的版本。');

  const promotion = form(page, '发布');
  const promote = button(promotion, '发布');
  await press(page, promote);
  await failure(promotion, 'math@2 does worse than math@1');
  await assertFocused(page, promote);
  await press(page, named(promotion, 'link', '评测'));
  await page.waitForURL(/profile=math/);
  await assertFocused(page, main(page)); // the link went with its page
  await press(page, link(page, '移除此筛选'));
  await page.waitForURL(/#\/evaluations$/);
  await assertFocused(page, main(page)); // there is no filter

  const remove = button(rowOf(sets(page), 'sums'), '删除');
  await confirm(page, remove);
  await failure(page, 'gate');
  await assertFocused(page, remove);
  await press(page, rowOf(region(page, '评测'), 'math@2').getByRole('link').last());
  await press(page, link(page, 'math@2'));
  await press(page, link(page, '比较'));
  await page.waitForURL(/with=eval_/);
  await standing(panel(page, '比较'), '显著退步');
  await press(page, link(page, 'math@2'));

  await press(page, promote);
  await failure(promotion, 'math@2 does worse than math@1');
  const override = promotion.getByLabel('仍然发布;审计日志会记录');
  await press(page, override, 'Space');
  assert.ok(await override.isChecked());
  await assertFocused(page, override);
  await page.keyboard.press('Tab');
  await assertFocused(page, promote);
  await page.keyboard.press('Enter');
  await inProduction(page, '2');
  await assertFocused(page, promote);

  await confirm(page, button(gate, '移除门禁'));
  await page.getByText('没有门禁').waitFor();
  await assertFocused(page, main(page)); // the button is gone
  assert.deepEqual(faults, []);
  await page.context().close();
});

// So many that the list has two pieces: reports that were made elsewhere, of a set that has one.
const bringInMany = (page) => page.evaluate(async () => {
  const { csrf_token } = await (await fetch('/admin/api/me')).json();
  const { evaluations } = await (await fetch('/admin/api/evaluations?status=done&limit=1')).json();
  const [{ id, set }] = evaluations;
  const report = await (await fetch(`/admin/api/evaluations/${id}/report`)).json();
  for (let i = 0; i < 50; ++i) {
    await fetch('/admin/api/evaluations/import', {
      method: 'POST', body: JSON.stringify({ set, report }),
      headers: { 'content-type': 'application/json', 'x-csrf-token': csrf_token },
    });
  }
});

test('the list goes on on demand', async () => {
  const { page, faults } = await open('');
  await bringInMany(page);
  await toPage(page, '评测');
  const more = button(page, '更多');
  await more.waitFor();
  await tabTo(page, more, 'Shift+Tab'); // from the end: before it are 50 links
  await page.keyboard.press('Enter');
  await more.waitFor({ state: 'detached' });
  await assertFocused(page, page.getByText('已全部显示。')); // where the button was
  assert.deepEqual(faults, []);
  await page.context().close();
});
