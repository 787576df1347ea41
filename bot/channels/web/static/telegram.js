// The chat as a Telegram Mini App, loaded when Telegram has opened the page: what it tells stands behind `#`, so its own script, which
// would come from another host, is not needed.

import { contrast } from "./colour.js";

const ENOUGH = 4.5;
const HEX = /^#[0-9a-f]{6}$/i;
const WEB = "https://web.telegram.org";

/** Takes over who the visitor is and how Telegram looks; without good data the page stays an ordinary one. */
export async function settleIn(chat) {
  const told = new URLSearchParams(location.hash.slice(1));
  const init = told.get("tgWebAppData");
  dress(chat, told.get("tgWebAppThemeParams"));
  openLinksOutside(chat);
  tell("iframe_ready", {});
  tell("web_app_ready");
  tell("web_app_expand");
  tell("web_app_setup_swipe_behavior", { allow_vertical_swipe: false }); // reading on must not close the chat
  told.delete("tgWebAppData"); // a reload, or the other language, needs the colours again, but not this
  history.replaceState(null, "", `${location.pathname}${location.search}#${told}`);
  chat.shadowRoot.querySelector(".switch").hash = told;
  if (init) await enter(chat, init);
}

async function enter(chat, init) {
  const before = chat.store.get("token");
  const headers = before ? { Authorization: `Bearer ${before}` } : {};
  try {
    const answer = await fetch("/chat/telegram", { method: "POST", headers, body: JSON.stringify({ init }) });
    const { token, same } = await answer.json();
    if (!token) return;
    if (!same) forget(chat);
    chat.store.set("token", token);
  } catch { /* without it the page is an ordinary one */ }
}

/** What another visitor of this device left here belongs to their conversation. */
function forget(chat) {
  for (const name of ["seen", "read", "draft"]) chat.store.set(name, null);
  chat.input.value = "";
  for (const { cid } of [...chat.wire.queue]) {
    chat.settlePending(cid);
    chat.wire.settle(cid);
  }
}

// --- Telegram's apps ---

/** Phones and desktops offer an object, the web version listens to its frame. */
function tell(eventType, eventData = null) {
  const proxy = window.TelegramWebviewProxy;
  if (proxy) proxy.postEvent(eventType, JSON.stringify(eventData));
  else if (parent !== window) parent.postMessage(JSON.stringify({ eventType, eventData }), WEB);
  return Boolean(proxy) || parent !== window;
}

/** Inside of Telegram there are no tabs, and a file cannot be kept: the phone's own browser can do both. */
function openLinksOutside(chat) {
  chat.shadowRoot.addEventListener("click", (event) => {
    const link = event.target.closest("a.file, a[target]");
    if (link && tell("web_app_open_link", { url: link.href })) event.preventDefault();
  });
}

// --- its colours ---

function readColours(text) {
  try {
    return Object.fromEntries(Object.entries(JSON.parse(text)).filter(([, colour]) => HEX.test(colour)));
  } catch {
    return {};
  }
}

/** Telegram's colours, as far as text in them can be read. */
function dress(chat, params) {
  const given = readColours(params);
  const { bg_color: card, text_color: ink, button_color: fill } = given;
  if (!card || !ink || contrast(card, ink) < ENOUGH) return;
  const paper = given.secondary_bg_color ?? card;
  const reads = (colour) => colour && contrast(colour, card) >= ENOUGH && contrast(colour, paper) >= ENOUGH;
  const mixed = (share) => `color-mix(in srgb, ${ink} ${share}%, ${card})`;
  const soft = reads(given.hint_color) ? given.hint_color : mixed(75);
  const brand = reads(given.link_color) ? given.link_color : ink;
  const page = contrast(ink, "#ffffff") > contrast(ink, "#000000") ? "light" : "dark";
  const colours = { paper: reads(ink) ? paper : card, card, ink, soft, brand, off: soft, focus: brand, bar: card, line: mixed(20), mine: mixed(10), "mine-ink": ink };
  if (fill) Object.assign(colours, { fill, "fill-ink": contrast(fill, "#ffffff") >= ENOUGH ? "#ffffff" : "#000000" });
  for (const [name, colour] of Object.entries(colours)) chat.style.setProperty(`--${name}`, colour);
  document.documentElement.style.colorScheme = page;
  document.body.style.background = colours.paper;
}
