// Hostile texts in the console: what clients, models, replicas and people who make things call them, on every page.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { eventually } from '../serve/server.mjs';
import { openConsole, password, startConsole } from './console.mjs';
import { assertHarmless, assertNothingTurned } from './hostile.mjs';
import { hostileTexts } from './hostile_texts.mjs';
import { startScripted, stopScripted } from './scripted_server.mjs';

const script = 'window.hacked = true';
const names = [
  `<img src=x onerror="${script}">`, `<script>${script}</script>`, `"><svg onload="${script}">`, `'-${script}-'`,
  `[x](javascript:${script})`, '$\\href{javascript:1}{x}$', '\u202Egnp.exe', '\u2067\u2066abc', 'שלום 1 2 3', '\u200B\u200D',
  `Z${'\u0335\u0322\u0489'.repeat(14)}`, 'W'.repeat(100), '👩‍👩‍👧‍👦'.repeat(3), '__proto__', 'constructor', 'toString',
  '=HYPERLINK("http://evil.example")', '%2F..%2F#/audit?a=b&c', 'null', '-1',
];
// One of each family's hardest, as what was said.
const texts = Object.values(hostileTexts).map((family) => family.at(-1));

let replica;
let server;
let browser;
before(async () => {
  ({ replica, server, browser } = await startScripted(startConsole));
});
after(stopScripted);

// As the signed-in page's own script would: the reply.
const send = (page, path, body, method = 'POST') => page.evaluate(async ([path, body, method]) => {
  const { csrf_token } = await (await fetch('/admin/api/me')).json();
  const headers = { 'content-type': 'application/json', 'x-csrf-token': csrf_token };
  const reply = await fetch(`/admin/api${path}`, { method, headers, body: JSON.stringify(body) });
  return { ...(await reply.json()), code: reply.status };
}, [path, body, method]);

// Those of `bodies` that the server takes; the others it has refused by what is wrong with them.
async function make(page, path, bodies) {
  const made = [];
  for (const body of bodies) {
    const reply = await send(page, path, body);
    assert.ok([201, 400].includes(reply.code), `${path} ${JSON.stringify(body)}: ${JSON.stringify(reply)}`);
    if (reply.code !== 400) made.push({ body, reply });
  }
  return made;
}

// As wide as a screen at most are cells that wrap: those that do not hold names, which the server bounds, and buttons.
const fits = (page) => page.evaluate(() =>
  [document.scrollingElement, ...document.querySelectorAll('td:not(:first-child, .number, :has(button))')]
    .every((element) => element.scrollWidth <= innerWidth));

// Goes there, and sees that nothing of what is shown acts, turns its surroundings or widens the page.
async function look(page, hash, ready = 'main table, main .facts') {
  await page.evaluate((hash) => (location.hash = hash), hash);
  await page.locator(ready).first().waitFor();
  await page.waitForTimeout(300); // what is loaded besides
  await assertHarmless(page, 'main', hash, /*isAllOfIt=*/ false);
  await assertNothingTurned(page, 'main', hash);
  for (const width of [360, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    await eventually(() => fits(page), `${hash} fits a screen of ${width} pixels`); // charts follow it a moment later
  }
}

// Of one in three of what a list shows: those of the same text stand together.
const hashesOf = async (page, list) => {
  const all = await page.locator(`tbody a[href^="#/${list}/"]`).evaluateAll((links) => links.map(({ hash }) => hash));
  return all.filter((_, index) => index % 3 === 0);
};

test('keys, their requests and jobs', async () => {
  const { page, faults } = await openConsole(browser, server, '#/settings');
  const keys = await make(page, '/keys', names.map((name) => ({ name, keeps_content: true })));
  assert.ok(keys.length > 15, `${keys.length} keys`);
  await look(page, '#/keys');
  assert.deepEqual(new Set(await page.locator('tbody td:first-child').allTextContents()), new Set(keys.map(({ body }) => body.name)));
  for (const [index, text] of [...names, ...texts].entries()) {
    replica.state.model = names[index] ?? 'scripted';
    replica.say([{ content: 'It is ' }, { content: text }, { finish: names[index] ?? 'stop' }], 1);
    const maker = keys[index % keys.length].reply.key;
    await (await server.ask({ prompt: text, stream: true }, maker)).text();
    await (await server.ask({ prompt: 'x', profile: text.slice(0, 60) }, maker)).text();
    await fetch(`${server.url}/v1/jobs`, {
      method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${maker}` },
      body: JSON.stringify({ target: '/generate', body: { prompt: text } }),
    });
  }
  await eventually(async () => { // rows are written a moment later, those of jobs among them
    await page.reload();
    await look(page, '#/requests?status=200');
    const models = await page.locator('tbody td:nth-child(6)').allTextContents();
    return names.filter((name) => models.includes(name)).length > 10;
  }, 'the log has them, under their models');
  for (const list of ['requests', 'jobs', 'keys']) {
    await look(page, `#/${list}`);
    for (const hash of await hashesOf(page, list)) await look(page, hash);
  }
  for (const by of ['model', 'profile', 'key_id', 'replica', 'reason']) await look(page, `#/usage?by=${by}&then=time`);
  for (const name of names) await look(page, `#/usage?by=model&model=${encodeURIComponent(name)}`);
  await look(page, '#/overview', '.chart canvas');
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('profiles, sets of problems and evaluations', async () => {
  const { page, faults } = await openConsole(browser, server, '#/settings');
  const shipped = server.lemma(['profile', 'export', 'math']).stdout;
  const profiles = await make(page, '/profiles', [...names, ...texts].map((text) =>
    ({ toml: `${shipped}\n[user]\nen = ${JSON.stringify(`${text.slice(0, 4000)} {{prompt}}`)}\n` })));
  assert.ok(profiles.length > 15, `${profiles.length} versions`);
  const sets = await make(page, '/problem-sets', [...names, ...texts].map((text) => ({
    name: text.slice(0, 100), problems: JSON.stringify({ problem: text, answer: text }),
  })));
  assert.ok(sets.length > 15, `${sets.length} sets`);
  for (const [index, { reply }] of sets.entries()) {
    if (index % 3 > 0) continue;
    replica.say([{ content: `It is \\boxed{${names[index] ?? 'x'}}.` }], 1);
    const evaluated = await send(page, '/evaluations', { profile: 'math', version: 1, set: reply.id });
    assert.equal(evaluated.code, 201, JSON.stringify(evaluated));
  }
  await look(page, '#/evaluations');
  for (const hash of await page.locator('tbody a[href^="#/evaluations/"]').evaluateAll((all) => all.map(({ hash }) => hash))) {
    await look(page, hash);
    await page.locator('.facts').getByText('done', { exact: true }).waitFor();
    await page.locator('main summary').click();
    await look(page, hash, 'main td');
  }
  const versions = profiles.map(({ reply }) => reply.version);
  for (const version of versions.filter((_, index) => index % 3 === 0)) {
    await look(page, `#/profiles/math?version=${version}`, '.code-view');
  }
  const turned = sets.find(({ body }) => body.name.startsWith('\u202E'));
  const gate = await send(page, '/profiles/math/gate', { set: turned.reply.id, tolerance: 0 }, 'PUT');
  assert.equal(gate.code, 200);
  await page.reload();
  await look(page, `#/profiles/math?version=${versions[0]}`, '.code-view');
  await page.getByText('gnp.exe').first().waitFor();
  for (const text of [names[0], names[6], texts.at(-1).slice(0, 500)]) {
    await page.getByLabel("The user's text").fill(text);
    await page.locator('pre.rendered').waitFor();
    await look(page, `#/profiles/math?version=${versions[0]}`, '.code-view');
  }
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('alerts, users, replicas, whoever tries to sign in, and the audit log of it all', async () => {
  const { page, faults } = await openConsole(browser, server, '#/settings');
  const alerts = await make(page, '/alerts', names.map((name) => ({
    name, metric: 'requests', comparison: 'above', threshold: 1e9, webhook_url: 'http://127.0.0.1:9/', filters: { model: [name] },
  })));
  assert.ok(alerts.length > 15, `${alerts.length} alerts`);
  await make(page, '/users', names.map((name) => ({ name, role: 'viewer', password })));
  await make(page, '/replicas', names.slice(0, 8).map((name) => ({ spec: `http://127.0.0.1:9/v1,name=${name}` })));
  for (const name of names.slice(0, 9)) await send(page, '/sign-in', { name, password: 'not the password' });
  await look(page, '#/alerts');
  const turned = page.locator('tbody tr', { hasText: 'gnp.exe' });
  await turned.getByRole('button', { name: 'Send a test' }).click();
  await page.getByText('gnp.exe: ').waitFor();
  await look(page, '#/alerts');
  for (const { reply } of alerts) await look(page, `#/alerts/${reply.id}`);
  for (const hash of ['#/users', '#/replicas', '#/overview', '#/audit']) await look(page, hash);
  await page.getByRole('button', { name: 'More' }).click();
  await look(page, '#/audit');
  assert.ok((await page.locator('tbody code').allTextContents()).some((details) => details.includes(names[1])));
  assert.deepEqual(faults, []);
  await page.context().close();
});
