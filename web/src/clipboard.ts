// The clipboard is the browser's to refuse, and away from localhost there is none without https.
export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

// What an element says; where it cannot be copied it is selected, to be copied by hand.
export async function copyOrSelect(element: Element): Promise<boolean> {
  const isCopied = await copy(element.textContent ?? "");
  if (!isCopied) getSelection()?.selectAllChildren(element);
  return isCopied;
}
