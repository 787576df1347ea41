// The menu, loaded when it is opened: going on with this conversation on a phone, and being told of check-ins while the page is closed.

import { MORE } from "./more_texts.js";

const STYLES = `
.more { width: min(26rem, 100vw - 2rem); max-height: calc(100dvh - 2rem); overflow-y: auto; padding: 1.5rem; border: 1px solid var(--line); border-radius: 1.125rem; background: var(--card); color: var(--ink); }
.more::backdrop { background: rgb(0 0 0 / .45); }
.more h2 { margin: 0 0 .5rem; font-size: 1.1875rem; }
.more section { padding: 1rem 0; border-bottom: 1px solid var(--line); }
.more p { margin: 0 0 .75rem; }
.more .status { margin: .75rem 0 0; color: var(--soft); }
.more .status:empty { display: none; }
.wide { width: 100%; padding: .625rem 1rem; border: 1.5px solid var(--brand); border-radius: .875rem; background: none; color: var(--brand); font-weight: 600; }
.wide[aria-pressed=true], .more > .wide { border-color: var(--line); color: var(--ink); }
.more > .wide { margin-top: 1rem; }
.hand { text-align: center; }
.hand p { text-align: start; margin: .75rem 0; font-size: .9375rem; }
.hand img { background: #fff; border-radius: .5rem; }
.hand a { display: inline-flex; align-items: center; min-height: 44px; color: var(--brand); }
`;
let h; // makes elements; the chat has it already

/** Opens the menu of a chat. */
export function openMore(chat, element) {
  h = element;
  chat.menu ??= new Menu(chat);
  chat.menu.open();
}

class Menu {
  constructor(chat) {
    this.chat = chat;
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLES);
    chat.shadowRoot.adoptedStyleSheets.push(sheet);
    this.texts = MORE[chat.language];
    this.status = h("p", { class: "status", role: "status" });
    this.hand = h("div", { class: "hand", hidden: true });
    this.phone = this.button(this.texts.phone, () => this.handOver());
    this.bell = this.button("", () => this.toggleNotices());
    this.out = this.button(this.texts.out, () => this.signOut());
    const done = this.button(this.texts.done, () => this.dialog.close());
    this.dialog = h("dialog", { class: "more", "aria-labelledby": "more-title" },
      h("h2", { id: "more-title", tabindex: "-1" }, this.texts.title),
      h("section", {}, h("p", {}, this.texts.phoneHint), this.phone, this.hand),
      h("section", {}, h("p", {}, this.texts.bellHint), this.bell),
      h("section", {}, h("p", {}, this.texts.outHint), this.out), this.status, done);
    this.dialog.addEventListener("close", () => chat.more.focus());
    this.dialog.addEventListener("keydown", (event) => event.key === "Escape" && event.stopPropagation());
    chat.shadowRoot.append(this.dialog);
  }

  button(text, press) {
    const button = h("button", { type: "button", class: "wide" }, text);
    button.addEventListener("click", press);
    return button;
  }

  async open() {
    this.hand.hidden = true;
    this.phone.hidden = false;
    this.isSure = false;
    this.out.textContent = this.texts.out;
    this.say("");
    this.dialog.showModal();
    await this.showNotices();
  }

  say(text) {
    this.status.textContent = text;
  }

  async ask(path, body) {
    const answer = await fetch(new URL(path, location.origin), {
      method: "POST",
      headers: { Authorization: `Bearer ${this.chat.store.get("token")}` },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(answer.status);
    return answer.json();
  }

  // --- on another device ---

  async handOver() {
    try {
      const { url, qr, minutes } = await this.ask("/chat/handover", { lang: this.chat.language });
      this.hand.replaceChildren(
        h("img", { src: qr, alt: this.texts.qr, width: 200, height: 200 }),
        h("p", {}, this.texts.valid.replace("{minutes}", minutes)),
        h("a", { href: url, target: "_blank", rel: "noopener" }, this.texts.here));
      this.hand.hidden = false;
      this.phone.hidden = true;
      this.hand.querySelector("a").focus();
    } catch {
      this.say(this.texts.later);
    }
  }

  // --- on no device any more ---

  /** Asks once more first: who comes back begins a new conversation. */
  async signOut() {
    if (!this.isSure) {
      this.isSure = true;
      this.out.textContent = this.texts.outSure;
      return;
    }
    try {
      await this.ask("/chat/leave", {});
      this.dialog.close(); // the server ends every connection, and this page begins anew
    } catch {
      this.say(this.texts.later);
    }
  }

  // --- while the page is closed ---

  get canBeTold() {
    return !this.chat.around.isFramed && isSecureContext && "serviceWorker" in navigator && "PushManager" in window;
  }

  async subscription() {
    return (await navigator.serviceWorker.getRegistration("/"))?.pushManager.getSubscription();
  }

  async showNotices() {
    this.bell.hidden = !this.canBeTold;
    if (!this.canBeTold) return this.say(this.chat.around.isFramed ? this.texts.bellFramed : this.texts.bellUnable);
    const isOn = Boolean(await this.subscription());
    this.bell.textContent = isOn ? this.texts.bellStop : this.texts.bellStart;
    this.bell.setAttribute("aria-pressed", String(isOn));
  }

  async toggleNotices() {
    this.bell.disabled = true;
    try {
      const existing = await this.subscription();
      this.say(existing ? await this.stop(existing) : await this.begin());
    } catch {
      this.say(this.texts.later);
    }
    this.bell.disabled = false;
    await this.showNotices();
  }

  async begin() {
    if ((await Notification.requestPermission()) !== "granted") return this.texts.bellDenied;
    const { key } = await (await fetch("/chat/push")).json();
    await navigator.serviceWorker.register(workerUrl(), { scope: "/" });
    const { pushManager } = await navigator.serviceWorker.ready;
    const made = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
    await this.ask("/chat/push", { subscription: made.toJSON(), lang: this.chat.language });
    return this.texts.bellOn;
  }

  async stop(subscription) {
    await subscription.unsubscribe();
    await this.ask("/chat/push", { gone: subscription.endpoint });
    return this.texts.bellOff;
  }
}

let policy;

/** Trusted Types let through this one address, and only from here. */
function workerUrl() {
  if (!window.trustedTypes) return "/worker.js";
  policy ??= trustedTypes.createPolicy("advisor-worker", { createScriptURL: () => "/worker.js" });
  return policy.createScriptURL("");
}
