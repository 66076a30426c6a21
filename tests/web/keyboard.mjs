// Somebody who has no mouse: the tab key, and where it is.
import assert from 'node:assert/strict';

import { eventually } from '../serve/server.mjs';

const stopsMax = 60; // of a page
export const phoneInTheDark = { locale: 'zh-CN', colorScheme: 'dark', viewport: { width: 360, height: 740 } };

// What has the focus, as a screen reader names it, and how wide the ring is that shows it.
const focus = (page) => page.evaluate(() => {
  const outer = document.activeElement;
  const element = outer.shadowRoot?.activeElement ?? outer; // the editor lives in a shadow root
  const { outlineStyle, outlineWidth } = getComputedStyle(element.closest('.cm-editor') ?? element);
  const label = element.getAttribute('aria-label') ?? element.labels?.[0]?.textContent ?? element.textContent;
  return {
    name: element === document.body ? '' : label.trim() || element.tagName,
    ring: outlineStyle === 'none' ? 0 : parseFloat(outlineWidth),
  };
});

// The name of what has the focus; where nothing shows that it has it, the test fails.
export async function focusName(page) {
  const { name, ring } = await focus(page);
  // The editor draws its ring a moment later.
  if (name && ring < 1) await eventually(async () => (await focus(page)).ring >= 1, `"${name}" is seen to have the focus`);
  return name;
}

const isFocused = (target) => target.evaluate((element) => element === element.getRootNode().activeElement);

// Goes on with the tab key until `target` has the focus.
export async function tabTo(page, target) {
  const seen = [];
  for (let i = 0; i < stopsMax; ++i) {
    if (await isFocused(target)) return void (await focusName(page));
    await page.keyboard.press('Tab');
    seen.push(await focusName(page));
  }
  assert.fail(`the tab key never comes to ${target}, but to ${seen.join(', ')}`);
}

// Where the page moves the focus, it does so a moment after what it shows.
export async function assertFocused(page, target) {
  await eventually(() => isFocused(target), 'it has the focus').catch(() => {}); // said better below
  assert.ok(await isFocused(target), `${target} has not the focus, but "${await focusName(page)}"`);
}

export async function press(page, target, key = 'Enter') {
  await tabTo(page, target);
  await page.keyboard.press(key);
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
