// Finds and makes elements. Text goes in as text only, so what a topic or payload holds is never taken for markup.

export function elementById(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`index.html has no element with the id "${id}"`);
  return element;
}

export function make(tag: string, className: string, ...children: Node[]): HTMLElement {
  const element = document.createElement(tag);
  element.className = className;
  element.append(...children);
  return element;
}

/** Writes only what differs: an unchanged text costs no layout, and a live region stays silent. */
export function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
