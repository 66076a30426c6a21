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

// Nothing of it has run, and what stands below `scope` is nothing that could. `shown`: for the message. Where the
// text is all that stands there, it makes nothing that is named, and nothing that can be filled in.
export async function assertHarmless(page, scope, shown, isAllOfIt = true) {
  const { links, ...counts } = await page.evaluate(([scope, more]) => {
    const count = (selectors) => document.querySelectorAll(`${scope} :is(${selectors})`).length;
    return {
      hacked: window.hacked ?? false,
      tags: count(`script, img, iframe, svg[onload], style, object, base, meta, link${more}`),
      links: [...document.querySelectorAll(`${scope} a`)].map((link) => link.href),
      handlers: [...document.querySelectorAll(`${scope} *`)].filter((element) =>
        element.getAttributeNames().some((name) => name.startsWith('on'))).length,
    };
  }, [scope, isAllOfIt ? ', form, input, [id], [name]' : '']);
  assert.deepEqual(counts, { hacked: false, tags: 0, handlers: 0 }, shown);
  for (const link of links) assert.match(link, /^(https?|mailto):/, shown);
}

// Texts that turn the direction of writing stand alone in their paragraph, or apart from what is around them.
export async function assertNothingTurned(page, scope, shown) {
  const turned = await page.evaluate((scope) => {
    const found = [];
    const texts = document.createTreeWalker(document.querySelector(scope), NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const { data, parentElement } = texts.currentNode;
      if (!/[\u202A-\u202E\u2066-\u2069]/.test(data)) continue;
      let element = parentElement;
      const styleOf = () => getComputedStyle(element);
      while (styleOf().display === 'inline' && !/isolate|plaintext/.test(styleOf().unicodeBidi)) element = element.parentElement;
      if (styleOf().display !== 'inline' && element.textContent !== data) found.push(element.textContent);
    }
    return found;
  }, scope);
  assert.deepEqual(turned, [], shown);
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
      await trace.mark(index);
      await show(index);
    }
    const tasks = await trace.stop();
    assert.ok(tasks.length > indices.length);
    blocks = tasks.filter(({ cpuMs }) => cpuMs > blockMsMax);
    indices = indices.filter((index) => blocks.some(({ after }) => after === `lemma:${index}`));
  }
  assert.deepEqual(blocks.map(({ after, ...block }) => ({ ...block, after: cases[after.slice('lemma:'.length)] ?? after })), []);
}
