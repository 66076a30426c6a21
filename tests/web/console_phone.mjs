// The console of somebody who reads Chinese, in the dark, on a phone with a keyboard and no mouse.
import { openConsole } from './console.mjs';
import { phoneInTheDark, press, tabTo } from './keyboard.mjs';

export const openOnPhone = (browser, server, hash = '', name = 'alice', options = {}) =>
  openConsole(browser, server, hash, name, { ...phoneInTheDark, ...options });

export const inMenu = (page, name) => page.locator('nav').getByRole('link', { name, exact: true });
export const toPage = (page, name) => press(page, inMenu(page, name));

export const region = (page, name) => page.getByRole('region', { name, exact: true });
export const main = (page) => page.locator('main');

// In the place of what is in a field.
export async function retype(page, field, text) {
  await tabTo(page, field);
  await page.keyboard.press('Control+A');
  await page.keyboard.press('Delete');
  await page.keyboard.type(text);
}
