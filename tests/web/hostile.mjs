// What may not become of a hostile text, wherever it is shown.
import assert from 'node:assert/strict';

import { traceMainThread } from './main_thread.mjs';

// As a model sends them: a few characters at a time, cut anywhere.
export function tokens(text, kind) {
  const n_chars = text.length < 3000 ? 3 : 12;
  return Array.from({ length: Math.ceil(text.length / n_chars) }, (_, i) => ({
    [kind]: text.slice(n_chars * i, n_chars * (i + 1)),
  }));
}

// What a text is called in what a test says.
export const nameOf = (family, index, text) => `${family} ${index}: ${text.slice(0, 200)}`;

// Nothing of it has run, and what it is shown as, below `scope`, is nothing that could. `shown`: for the message.
export async function assertHarmless(page, scope, shown) {
  const { links, ...counts } = await page.evaluate((scope) => {
    const count = (selector) => document.querySelectorAll(`${scope} ${selector}`).length;
    return {
      hacked: window.hacked ?? false,
      tags: count(':is(script, img, iframe, svg[onload], style, object, form, input, base, meta, link)'),
      links: [...document.querySelectorAll(`${scope} a`)].map((link) => link.href),
      named: count('[id]') + count('[name]'),
      handlers: [...document.querySelectorAll(`${scope} *`)].filter((element) =>
        element.getAttributeNames().some((name) => name.startsWith('on'))).length,
    };
  }, scope);
  assert.deepEqual(counts, { hacked: false, tags: 0, named: 0, handlers: 0 }, shown);
  for (const link of links) assert.match(link, /^(https?|mailto):/, shown);
}

const blockMsMax = 50;
// What a text costs is the same each time; what the machine adds is not.
const nTries = 5;

// `show(index)` has the page show a case and looks at what became of it; `cases`: what each is called.
export async function assertNeverBlocked(browser, page, cases, show) {
  let indices = [...cases.keys()];
  let blocks = [];
  for (let i = 0; i < nTries && indices.length > 0; ++i) {
    const trace = await traceMainThread(browser, page);
    for (const index of indices) {
      await trace.mark(cases[index]);
      await show(index);
    }
    const tasks = await trace.stop();
    assert.ok(tasks.length > indices.length);
    blocks = tasks.filter(({ cpuMs }) => cpuMs > blockMsMax);
    indices = indices.filter((index) => blocks.some(({ after }) => after === `lemma:${cases[index]}`));
  }
  assert.deepEqual(blocks, []);
}
