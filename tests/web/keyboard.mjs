// Somebody who has no mouse: the tab key, and where it is.
import assert from 'node:assert/strict';

import { eventually } from '../serve/server.mjs';

const stopsMax = 60; // of a page
export const phoneInTheDark = { locale: 'zh-CN', colorScheme: 'dark', viewport: { width: 360, height: 740 } };

// What has the focus, as a screen reader names it, and what of it is not seen: the ring that shows it, or all of it,
// out of the window or under something else.
const focus = (page) => page.evaluate(() => {
  const outer = document.activeElement;
  const element = outer.shadowRoot?.activeElement ?? outer; // the editor lives in a shadow root
  const box = element.closest('.cm-editor') ?? element;
  const seenAs = box.closest('label') ?? box; // of an input that is hidden
  const { outlineStyle, outlineWidth } = getComputedStyle(box);
  const label = element.getAttribute('aria-label') ?? element.labels?.[0]?.textContent ?? element.textContent;
  const at = (from, to, end) => [0.1, 0.5, 0.9].map((part) => {
    const [first, last] = [Math.max(from, 0), Math.min(to, end)];
    return first < last ? first + part * (last - first) : -1; // -1: nothing is there
  });
  const isHit = (x, y) => seenAs.contains(element.getRootNode().elementFromPoint(x, y));
  const isSeen = [...box.getClientRects()].some(({ left, right, top, bottom }) =>
    at(left, right, innerWidth).some((x) => at(top, bottom, innerHeight).some((y) => isHit(x, y))));
  const hasRing = outlineStyle !== 'none' && parseFloat(outlineWidth) >= 1;
  return {
    name: element === document.body ? '' : label.trim() || element.tagName,
    fault: !isSeen ? 'is out of sight' : !hasRing ? 'has no ring' : '',
  };
});

// The name of what has the focus; where it is not seen to have it, the test fails.
export async function focusName(page) {
  let { name, fault } = await focus(page);
  // The editor draws its ring a moment later, and a page may scroll.
  const isShown = async () => {
    ({ name, fault } = await focus(page));
    return !name || !fault;
  };
  if (name && fault) await eventually(isShown, '').catch(() => assert.fail(`"${name}" has the focus, and ${fault}`));
  return name;
}

const isFocused = (target) => target.evaluate((element) => element === element.getRootNode().activeElement);

// Goes on with the tab key, or with shift back, until `target` has the focus.
export async function tabTo(page, target, key = 'Tab') {
  const seen = [];
  for (let i = 0; i < stopsMax; ++i) {
    if (await isFocused(target)) return void (await focusName(page));
    await page.keyboard.press(key);
    seen.push(await focusName(page));
  }
  assert.fail(`the tab key never comes to ${target}, but to ${seen.join(', ')}`);
}

// Where the page moves the focus, it does so a moment after what it shows.
export async function assertFocused(page, target) {
  await eventually(() => isFocused(target), 'it has the focus').catch(() => {}); // said better below
  const name = await focusName(page);
  assert.ok(await isFocused(target), `${target} has not the focus, but "${name}"`);
}

export async function press(page, target, key = 'Enter') {
  await tabTo(page, target);
  await page.keyboard.press(key);
}

// The option of a select that reads so, with the arrow keys: it stays closed, as it does for a screen reader.
export async function choose(page, select, text) {
  await press(page, select, 'Home');
  const at = await select.evaluate(({ options }, wanted) => [...options].findIndex((o) => o.text === wanted), text);
  assert.ok(at >= 0, `${select} has no "${text}"`);
  for (let i = 0; i < at; ++i) await page.keyboard.press('ArrowDown');
  const chosen = () => select.evaluate(({ selectedOptions }) => selectedOptions[0]?.text);
  await eventually(async () => (await chosen()) === text, `"${text}" is chosen`);
  await assertFocused(page, select);
}

// It asks, and gets a yes.
export async function confirm(page, target) {
  await press(page, target);
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Enter');
}

export async function type(page, target, text) {
  await tabTo(page, target);
  await page.keyboard.type(text);
}

// On the solve page.
export async function solve(page, text) {
  await tabTo(page, page.locator('#problem'));
  await page.keyboard.press('Control+A');
  await page.keyboard.type(text);
  await page.keyboard.press('Control+Enter');
}
