// What outlives the page: the token, the last line read, the draft, and what is not yet answered for.
// Each waiting message has a key of its own, so that two tabs never overwrite each other's.

const PREFIX = "advisor.";
const WAITING = `${PREFIX}out.`;
const KEPT_MS = 30 * 24 * 3600 * 1000;

function openStorage() {
  try {
    localStorage.setItem(`${PREFIX}probe`, "1");
    localStorage.removeItem(`${PREFIX}probe`);
    return localStorage;
  } catch {
    return null; // blocked, or full: this page still works, but it forgets
  }
}

export class Store {
  constructor() {
    this.disk = openStorage();
    this.memory = new Map();
  }

  get(name) {
    try {
      if (this.disk) return this.disk.getItem(PREFIX + name);
    } catch { /* taken away meanwhile */ }
    return this.memory.get(name) ?? null;
  }

  set(name, value) {
    if (value === null) this.memory.delete(name);
    else this.memory.set(name, String(value));
    try {
      if (value === null) this.disk?.removeItem(PREFIX + name);
      else this.disk?.setItem(PREFIX + name, String(value));
    } catch {
      this.disk = null;
    }
  }

  /** Messages that no line of the conversation shows yet, oldest first. */
  waiting() {
    const found = [];
    for (let index = 0; index < (this.disk?.length ?? 0); index++) {
      const key = this.disk.key(index);
      if (key.startsWith(WAITING)) found.push(this.read(key));
    }
    return found.filter(Boolean).sort((a, b) => a.at - b.at);
  }

  read(key) {
    try {
      const item = JSON.parse(this.disk.getItem(key));
      if (item && typeof item.cid === "string" && Date.now() - item.at < KEPT_MS) return item;
    } catch { /* not ours any more */ }
    this.disk.removeItem(key);
    return null;
  }

  keep(item) {
    this.set(`out.${item.cid}`, JSON.stringify(item));
  }

  drop(cid) {
    this.set(`out.${cid}`, null);
  }
}

/** An id for a message: 128 random bits. (randomUUID exists on https pages only.) */
export function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
