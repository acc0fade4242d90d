// What the browser remembers for the page; where it may keep nothing, until the page is left.

const here = new Map();

export function recall(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return here.get(name) ?? null;
  }
}

/** `null` forgets. */
export function remember(name, value) {
  here.set(name, value);
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, value);
  } catch { /* `here` has it */ }
}
