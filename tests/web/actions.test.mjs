// What people do with an answer: ask again, edit, go between versions, share, have it now. The model
// is a scripted one, so that each answer is known.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { deflateRawSync } from 'node:zlib';

import { eventually, startServer } from '../serve/server.mjs';
import { ask, assertAccessible, delayTimers, openPage, status } from './browser.mjs';
import { startReplica } from './scripted_replica.mjs';
import { startScripted, stopScripted } from './scripted_server.mjs';

let replica;
let server;
let browser;
before(async () => {
  ({ replica, server, browser } = await startScripted());
});
after(stopScripted);

const answer = (page, text) => page.locator('.answer', { hasText: text }).waitFor();

test('a task asked again or edited keeps its versions, also after a reload', async () => {
  const { page, faults } = await openPage(browser, server.url);
  replica.say([{ content: 'The first.' }]);
  await ask(page, 'What is 1 + 1?');
  await status(page, 'Done');
  replica.say([{ content: 'The second.' }]);
  await page.getByRole('button', { name: 'Retry' }).click();
  await answer(page, 'The second.');
  await page.getByText('Version 2 of 2').waitFor();

  replica.say([{ content: 'The third.' }]);
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  await page.getByText('makes a new version').waitFor();
  await ask(page, 'What is 1 + 2?');
  await answer(page, 'The third.');
  await page.getByText('Version 3 of 3').waitFor();
  await page.getByRole('button', { name: 'Previous version' }).click();
  await page.getByRole('button', { name: 'Previous version' }).click();
  await answer(page, 'The first.');
  await page.getByText('Version 1 of 3').waitFor();
  assert.equal(await page.getByLabel('Your problem').inputValue(), 'What is 1 + 1?');
  await assertAccessible(page);
  const next = page.getByRole('button', { name: 'Next version' });
  await next.click();
  await answer(page, 'The second.');
  await page.getByText('Version 2 of 3').waitFor();
  assert.equal(await page.getByLabel('Your problem').inputValue(), 'What is 1 + 1?');
  await next.click();
  await answer(page, 'The third.');
  assert.equal(await page.getByLabel('Your problem').inputValue(), 'What is 1 + 2?');
  assert.ok(await next.isDisabled(), 'this is the last one');

  // What is not edited is a task of its own.
  replica.say([{ content: 'Another.' }]);
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  await page.getByRole('button', { name: 'A new task instead' }).click();
  await ask(page, 'What is 2 + 2?');
  await answer(page, 'Another.');
  await status(page, 'Done');
  assert.equal(await page.locator('.versions').count(), 0);

  await page.reload();
  await page.getByRole('button', { name: 'History' }).click();
  await page.locator('.past').nth(1).waitFor();
  assert.deepEqual(await page.locator('.past').allInnerTexts(),
                   ['What is 2 + 2?', 'What is 1 + 2? · 3 versions']);
  await assertAccessible(page);
  await page.locator('.past').nth(1).click();
  await page.getByText('Version 3 of 3').waitFor();
  await page.getByRole('button', { name: 'Delete: What is 1 + 2?' }).click();
  await page.locator('.past').nth(1).waitFor({ state: 'detached' });
  assert.equal(await page.locator('.past').count(), 1);
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('a link shows the task and its answer to who opens it, and no server has seen them', async () => {
  const { page, faults } = await openPage(browser, server.url);
  replica.say([{ content: 'It is $x^2$, 因为 <b>so</b>.' }]);
  await ask(page, 'What is \\(x \\cdot x\\)?');
  await status(page, 'Done');
  await page.getByRole('button', { name: 'Share' }).click();
  const link = await page.getByLabel('Link to this task and its answer').inputValue();
  await page.context().close();

  const other = await openPage(browser, link);
  const requested = [];
  other.page.on('request', (request) => requested.push(request.url()));
  await other.page.reload();
  await other.page.locator('.answer .katex').waitFor();
  await other.page.locator('.asked .katex').waitFor();
  assert.match(await other.page.locator('.answer').innerText(), /因为 <b>so<\/b>/);
  await other.page.getByText('nothing of it was checked here').waitFor();
  assert.equal(await other.page.getByRole('button', { name: 'Retry' }).count(), 0);
  assert.ok(requested.length > 2);
  for (const url of requested) assert.ok(!url.includes('task='), url);
  await assertAccessible(other.page);

  // It becomes the reader's own by asking it.
  replica.say([{ content: 'Mine.' }]);
  await other.page.getByRole('button', { name: 'Edit', exact: true }).click();
  await other.page.getByRole('button', { name: 'Solve', exact: true }).click();
  await answer(other.page, 'Mine.');
  assert.ok(!other.page.url().includes('#'));
  assert.deepEqual([...faults, ...other.faults], []);
  await other.page.context().close();
});

test('a link of an answer that was stopped or cut off says so', async () => {
  const { page, faults } = await openPage(browser, server.url);
  const opened = async () => {
    await page.getByRole('button', { name: 'Share' }).click();
    const link = await page.getByLabel('Link to this task and its answer').inputValue();
    const other = await page.context().newPage();
    await other.goto(link);
    return other;
  };
  replica.say([{ content: 'It begins' }]);
  const held = replica.hold();
  await ask(page, 'What is 1 + 1?');
  await held;
  await answer(page, 'It begins');
  await page.keyboard.press('Escape');
  await status(page, 'Stopped');
  const stopped = await opened();
  await answer(stopped, 'It begins');
  await status(stopped, 'Stopped');

  replica.say([{ content: 'It is long' }, { finish: 'length' }]);
  await ask(page, 'What is 1 + 2?');
  await status(page, 'Done');
  const cut = await opened();
  await status(cut, 'Done');
  await cut.getByText('The answer was cut off').waitFor();
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('what is too long for a link is said to be', async () => {
  const { page } = await openPage(browser, server.url);
  let text = '';
  for (let seed = 1; text.length < 120_000; seed = (seed * 48271) % 0x7fffffff) text += `${seed} `;
  replica.say([{ content: text }]);
  await ask(page, 'What is 1 + 1?');
  await status(page, 'Done');
  await page.getByRole('button', { name: 'Share' }).click();
  await page.getByText('too long for a link').waitFor();
  await page.context().close();
});

test('a link holds as many tests as the server takes, and none is made that would not open', async () => {
  const { page, faults } = await openPage(browser, server.url);
  const entry = (n, text = '') => ({
    id: `of-${n}-${text.length}`, root: `of-${n}-${text.length}`,
    task: {
      problem: `Print ${n} tests and ${text.length} letters.`, profile: '', effort: 'standard', votes: 5,
      tests: Array(n).fill({ input: '1', output: '2' }),
    },
    run: {
      requestId: 'r', isSolve: true, state: 'done', startedMs: n + text.length, wholeMs: 1, profile: '', isOffDomain: false,
      closedBy: '', promptTokens: 1, completionTokens: 1, votes: [], winner: 0, stopped: '', agreement: null,
      tokensSaved: 0, failure: null,
      samples: [{
        thinking: '', text: `Here. ${text}`, beganMs: 0, thinkingMs: 0, answer: null, state: 'ended', finish: 'stop', tokens: 1,
        repairOf: null, check: null,
      }],
    },
  });
  const keep = (entries) => page.evaluate((kept) => new Promise((resolve, reject) => {
    const opening = indexedDB.open('lemma', 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore('runs', { keyPath: 'id' }); // as the page does
    opening.onerror = reject;
    opening.onsuccess = () => {
      const transaction = opening.result.transaction('runs', 'readwrite');
      for (const each of kept) transaction.objectStore('runs').put(each);
      transaction.oncomplete = resolve;
    };
  }), entries);
  const tooLong = `${'x'.repeat(99)}\n`.repeat(11_000); // more than a MiB, of which little is left once it is packed
  await keep([entry(1000), entry(1001), entry(2), entry(1, tooLong)]);
  await delayTimers(page);
  await page.reload();
  await page.getByRole('button', { name: 'History' }).click();
  const share = async (problem) => {
    await page.locator('.past', { hasText: problem }).click();
    await page.locator('.asked', { hasText: problem }).waitFor();
    await page.getByRole('button', { name: 'Share' }).click();
  };
  for (const problem of ['Print 1001 tests and 0 letters.', `Print 1 tests and ${tooLong.length} letters.`]) {
    await share(problem);
    await page.getByText('too long for a link').waitFor();
  }
  const opens = async (problem) => {
    const other = await page.context().newPage();
    await other.goto(await page.getByLabel('Link to this task and its answer').inputValue());
    await other.locator('.asked', { hasText: problem }).waitFor();
    await answer(other, 'Here.');
  };
  await share('Print 1000 tests and 0 letters.');
  await opens('Print 1000 tests and 0 letters.');

  // The link of an answer that is shown no more is made while another is: that one's is another.
  await page.evaluate(() => {
    const { stream } = Blob.prototype;
    Blob.prototype.stream = function held() {
      Blob.prototype.stream = stream;
      const gate = new Promise((open) => (window.goOn = open));
      return stream.call(this).pipeThrough(new TransformStream({ start: () => gate }));
    };
  });
  await share('Print 1000 tests and 0 letters.');
  await page.locator('.past', { hasText: 'Print 2 tests' }).click();
  await page.locator('.asked', { hasText: 'Print 2 tests' }).waitFor();
  await page.evaluate(() => window.goOn());
  await page.getByRole('button', { name: 'Share' }).click();
  await opens('Print 2 tests and 0 letters.');
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('a hostile link runs nothing, holds nothing up, and is said to be broken', async () => {
  const pack = (value) =>
    deflateRawSync(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)))
      .toString('base64url');
  const honest = { problem: 'p', tests: [], answer: 'a', profile: '', askedMs: 0 };
  const broken = [
    '', '%00', '!!!!', 'AAAA', 'a'.repeat(100_000),
    pack('not JSON'), pack('null'), pack('[]'), pack('"text"'), pack({}),
    pack({ ...honest, problem: 1 }), pack({ ...honest, answer: null }),
    pack({ ...honest, tests: {} }), pack({ ...honest, tests: [null] }),
    pack({ ...honest, tests: Array(1001).fill({ input: '', output: '' }) }),
    pack({ ...honest, isDone: 'no' }), pack({ ...honest, isCutOff: 1 }),
    pack({ ...honest, askedMs: 'now' }), pack({ ...honest, askedMs: 1e300 }),
    pack({ ...honest, answer: 'x'.repeat(20_000_000) }), // a few KB, until they are unpacked
    pack('['.repeat(500_000)), pack(honest).slice(0, -4),
  ];
  const { page, faults } = await openPage(browser, server.url);
  for (const fragment of broken) {
    await page.goto('about:blank');
    await page.goto(`${server.url}/#task=${fragment}`);
    await page.getByText('This link is damaged').waitFor();
  }
  const attack = '<img src=x onerror="window.hacked = true">';
  await page.goto('about:blank');
  await page.goto(`${server.url}/#task=${pack({
    ...honest, problem: attack, answer: `${attack}\n\n[x](javascript:window.hacked=true)`, profile: attack,
  })}`);
  await answer(page, '<img src=x');
  assert.equal(await page.evaluate(() => window.hacked), undefined);
  assert.equal(await page.locator('.result :is(img, a)').count(), 0);
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('the kinds of tasks are those of the server, and a newcomer is told them', async () => {
  const { page, faults } = await openPage(browser, server.url);
  const { data } = await (await fetch(`${server.url}/v1/profiles`)).json();
  assert.ok(data.length >= 10);
  await page.getByText('Kinds of tasks: ').waitFor();
  const kinds = page.getByLabel('Kind of task').locator('option');
  assert.equal(await kinds.count(), data.length + 1);
  assert.deepEqual(await kinds.evaluateAll((options) => options.map(({ value }) => value)),
                   ['', ...data.map(({ id }) => id)]);
  await assertAccessible(page);
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('an answer that breaks off is kept, and asking again makes a version', async () => {
  const own = await startReplica();
  const fragile = await startServer(['--workers', '0', '--replica', own.url]);
  const { page } = await openPage(browser, fragile.url);
  own.say([{ content: 'It begins' }]);
  const held = own.hold();
  await ask(page, 'What is 1 + 1?');
  await held;
  await answer(page, 'It begins');
  own.stop();
  await status(page, 'Interrupted');
  await page.locator('.result [role=alert]', { hasText: /\w/ }).waitFor(); // in the server's own words
  await answer(page, 'It begins');
  await page.getByRole('button', { name: 'Retry' }).click();
  await page.getByText('Version 2 of 2').waitFor();
  await page.getByRole('button', { name: 'Previous version' }).click();
  await answer(page, 'It begins');
  await page.context().close();
});

test('an answer without a job ends as it is left, and opening it where it runs leaves it alone', async () => {
  const { page, faults } = await openPage(browser, server.url);
  replica.say([{ content: 'Two.' }]);
  await ask(page, 'What is 1 + 1?');
  await status(page, 'Done');
  replica.say([{ content: 'It begins' }]);
  const held = replica.hold();
  const before = replica.state.n_left;
  await ask(page, 'What is 2 + 1?');
  await held;
  await page.getByRole('button', { name: 'History' }).click();
  const past = (problem) => page.locator('.past', { hasText: problem });
  await past('What is 2 + 1?').click();
  await page.getByRole('button', { name: 'Stop' }).waitFor();
  await answer(page, 'It begins');
  // What an input method does with Escape is its own.
  await page.evaluate(() => document.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', isComposing: true })));
  await status(page, 'Answering');
  await past('What is 1 + 1?').click();
  await answer(page, 'Two.');
  await eventually(() => replica.state.n_left === before + 1, 'the replica is left');
  await past('What is 2 + 1?').click();
  await status(page, 'Stopped');
  await answer(page, 'It begins');
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('how hard to try and the kind of task are what the model is asked with', async () => {
  const { page, faults } = await openPage(browser, server.url);
  replica.say([{ content: 'Two.' }]);
  const sent = async () => {
    const answered = page.waitForResponse('**/v1/chat/completions'); // the status may still be the last one's
    await ask(page, 'What is 1 + 1?');
    const response = await answered;
    await status(page, 'Done');
    return response.request().postDataJSON();
  };
  for (const [label, effort] of [['Quick', 'minimal'], ['Standard', 'medium'], ['Deep', 'high']]) {
    await page.getByLabel(label, { exact: true }).check();
    assert.equal((await sent()).profile, undefined);
    assert.equal(replica.state.body.reasoning_effort, effort);
  }
  await page.getByLabel('Kind of task').selectOption('debug-hint');
  assert.equal((await sent()).profile, 'debug-hint');
  assert.equal(replica.state.body.messages.at(-1).content, 'What is 1 + 1?');

  await page.getByLabel('A program that passes my tests').check();
  await page.getByLabel('Input of test 1').fill('1');
  for (const [label, effort] of [['Quick', 'minimal'], ['Deep', 'high'], ['Vote', undefined]]) {
    await page.getByLabel(label, { exact: true }).check();
    const call = page.waitForRequest('**/v1/solve');
    await ask(page, 'Print 1.');
    assert.equal((await call).postDataJSON().reasoning_effort, effort);
  }
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('code is copied as it stands; where it cannot be, it is selected', async () => {
  const { page, faults } = await openPage(browser, server.url, { permissions: ['clipboard-read', 'clipboard-write'] });
  const code = 'def f(x):\n    return x < 1  # so\n';
  replica.say([{ content: `Here:\n\n\`\`\`python\n${code}\`\`\`\n` }]);
  await ask(page, 'Write a Python function f(x).');
  await status(page, 'Done');
  await page.locator('.answer .hljs-keyword').first().waitFor();
  await page.getByRole('button', { name: 'Copy', exact: true }).click();
  await page.getByRole('button', { name: 'Copied', exact: true }).waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), code);

  // As over plain http: there is no clipboard.
  await page.evaluate(() => Object.defineProperty(navigator, 'clipboard', { value: undefined, configurable: true }));
  await page.getByRole('button', { name: 'Copied', exact: true }).click();
  await page.getByRole('button', { name: 'copy it by hand' }).waitFor();
  assert.equal((await page.evaluate(() => String(getSelection()))).trimEnd(), code.trimEnd());
  await page.getByRole('button', { name: 'Share' }).click();
  await page.getByText('Copy it from here.').waitFor();

  // Longer than a block, of which each is typeset by itself: it stays one code.
  const line = (i) => `int f${i}() { return ${i}; }  // ${'x'.repeat(i % 37)}\n`;
  const long = Array.from({ length: 600 }, (_, i) => line(i)).join('');
  replica.say([{ content: `\`\`\`c++\n${long}\`\`\`\n\nAnd:\n\n\`\`\`c\nint g;\n\`\`\`\n` }]);
  await ask(page, 'Write many functions.');
  await status(page, 'Done');
  await page.locator('.answer pre .hljs-type', { hasText: 'int' }).nth(600).waitFor();
  assert.ok((await page.locator('.answer pre').count()) > 5);
  assert.equal((await page.locator('.answer').innerText()).includes('```'), false);
  const copies = page.locator('.answer').getByRole('button');
  assert.equal(await copies.count(), 2);
  await copies.first().click();
  await page.getByRole('button', { name: 'copy it by hand' }).waitFor();
  const selected = (await page.evaluate(() => String(getSelection()))).replace(/\s+/g, ' ');
  assert.equal(selected.trim(), long.replace(/\s+/g, ' ').trim());
  await page.evaluate(() => delete navigator.clipboard);
  await copies.first().click();
  await page.getByRole('button', { name: 'Copied', exact: true }).waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), long);

  // Cut in the middle of a line, and of a letter's marks, it still ends where it ends.
  for (const wide of ['x'.repeat(9000), `a${'\u0301'.repeat(1300)}`]) {
    replica.say([{ content: `\`\`\`text\n${wide}\n\`\`\`\n\nAfter ${wide.length}.` }]);
    await ask(page, `Write a Python function of one line of ${wide.length} letters.`);
    await page.locator('.answer p', { hasText: `After ${wide.length}.` }).waitFor();
  }
  assert.deepEqual(faults, []);
  await page.context().close();
});
