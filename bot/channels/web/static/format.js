// Text to DOM nodes, never through HTML: bold, links, lists and line breaks are known, everything else stays text.

const INLINE = /\*\*(.+?)\*\*|(https?:\/\/[\w\-.~:/?#@!$&*+,;=%]+)/g;
const BULLET = /^\s*(?:[-*•]\s+|・\s*)(.+)$/;
const NUMBERED = /^\s*(\d{1,3})[.)]\s+(.+)$/;

/** An element with properties and children. */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name in element && typeof value !== "string") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** An address that may be opened or shown; null for `javascript:` and the like. */
export function safeUrl(text) {
  try {
    const url = new URL(text, location.href);
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
  } catch {
    return null;
  }
}

function link(text) {
  const address = text.replace(/[.,:;!?*]+$/, "");
  const href = safeUrl(address);
  if (!href) return [text];
  return [h("a", { href, target: "_blank", rel: "noopener noreferrer" }, address), text.slice(address.length)];
}

function inline(text) {
  const nodes = [];
  let end = 0;
  for (const found of text.matchAll(INLINE)) {
    nodes.push(text.slice(end, found.index));
    nodes.push(...(found[1] ? [h("strong", {}, ...inline(found[1]))] : link(found[2])));
    end = found.index + found[0].length;
  }
  nodes.push(text.slice(end));
  return nodes.filter((node) => node !== "");
}

/** The nodes of one message. */
export function format(text) {
  const blocks = [];
  let open = null;
  for (const line of text.split("\n")) {
    const bullet = BULLET.exec(line);
    const numbered = bullet ? null : NUMBERED.exec(line);
    const tag = bullet ? "ul" : numbered ? "ol" : line.trim() ? "p" : null;
    if (!tag) {
      open = null;
      continue;
    }
    if (!open || open.localName !== tag) {
      open = h(tag, numbered ? { start: Number(numbered[1]) } : {});
      blocks.push(open);
    } else if (tag === "p") {
      open.append(h("br"));
    }
    if (tag === "p") open.append(...inline(line));
    else open.append(h("li", {}, ...inline(bullet ? bullet[1] : numbered[2])));
  }
  return blocks;
}

/** The same message as a screen reader should say it. */
export function plain(text) {
  return text.replace(/\*\*(.+?)\*\*/g, "$1");
}
