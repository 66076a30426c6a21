// The clipboard is the browser's to refuse, and away from localhost there is none without https.
export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

// What elements say, one after the other; where it cannot be copied they are selected, to be copied by hand.
export async function copyOrSelect(...elements: Element[]): Promise<boolean> {
  const isCopied = await copy(elements.map(({ textContent }) => textContent ?? "").join(""));
  if (isCopied) return true;
  const last = elements.at(-1)!;
  getSelection()?.setBaseAndExtent(elements[0]!, 0, last, last.childNodes.length);
  return false;
}
