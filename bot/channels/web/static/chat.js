// <advisor-chat lang src>: the conversation, the choices and the line to write on.

import { Around } from "./around.js";
import { format, h, plain, safeUrl } from "./format.js";
import { newId, Store } from "./store.js";
import { STYLES } from "./styles.js";
import { TEXTS } from "./texts.js";
import { Wire } from "./wire.js";

const SHORT_LABEL = 4;
const ANNOUNCED_FOR_MS = 1000;
const UNSENT_AFTER_MS = 3000;
const LOST_AFTER_MS = 2000;
const TYPING_AFTER_MS = 250;
const TOGETHER_MS = 3000;
const NEAR_PX = 80;
const MARGIN_PX = 16;
const MOST_IN_A_ROW = 6;
const LONGEST_TEXT = 4000;
const SVG = "http://www.w3.org/2000/svg";
const BUBBLE = "M5 4h14a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2h-7l-5 4v-4H5a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2z";
const DOTS = "M4.5 12h1M11.5 12h1M18.5 12h1";
const PAGE = "M7 3h7l5 5v13H7zM14 3v5h5";
const CALENDAR = "M5 5h14v15H5zM5 10h14M9 3v4M15 3v4";
const JAPANESE = /[\u3040-\u30ff\u3400-\u9fff\uff66-\uff9d]/;

class AdvisorChat extends HTMLElement {
  connectedCallback() {
    if (this.shadowRoot) return;
    this.language = TEXTS[this.lang] ? this.lang : "ja";
    this.texts = TEXTS[this.language];
    this.store = new Store();
    this.pending = new Map(); // cid -> bubble of what has no line yet
    this.buttons = new Map(); // payload -> button
    this.choices = new Set(); // the groups of buttons of the latest answer: only these can be pressed
    this.atEnd = true; // the newest line is in view, so the next one should be
    this.seen = Number(this.store.get("seen")) || 0;
    this.returning = this.seen > 0;
    this.unread = 0;
    this.clock = new Intl.DateTimeFormat(this.language, { hour: "numeric", minute: "2-digit" });
    this.around = new Around({ shown: () => this.shown(), opened: () => this.focusFirst() });
    this.given = new URLSearchParams(location.search);
    this.build();
    this.listen();
    const colour = this.given.get("color");
    if (colour) import("./colour.js").then(({ paint }) => paint(this, colour));
    const join = this.given.get("join") || undefined;
    this.wire = new Wire(this.address(), this.language, this.store, this.answers(), join);
    for (const item of this.wire.queue) this.showPending(item);
    this.arrive();
  }

  /** A link from another device, or Telegram, may say whose conversation is to be opened; then as always. */
  async arrive() {
    if (/^#c=|[#&]tgWebApp/.test(location.hash)) {
      await import("./arriving.js").then(({ arrive }) => arrive(this)).catch(() => {});
    }
    this.wire.start();
  }

  address() {
    const url = new URL(this.getAttribute("src") || "/ws", location.href);
    url.protocol = url.protocol.replace("http", "ws");
    return url.href;
  }

  // --- the parts ---

  build() {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLES);
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet];
    const t = this.texts;
    this.note = h("p", { class: "note", role: "status", hidden: true });
    this.log = h("ol", { class: "log", role: "list" });
    this.scroller = h("div", { class: "scroll", role: "region", "aria-label": t.log, tabindex: "0" }, this.log);
    this.newer = h("button", { class: "newer", type: "button", hidden: true, "aria-label": t.newer }, h("span", {}, t.newer), " ↓");
    this.typing = h("li", { class: "line advisor", hidden: true }, h("div", { class: "bubble" },
      h("span", { class: "away" }, t.typing), h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i"))));
    this.log.append(this.typing);
    this.input = h("textarea", { rows: "1", maxlength: String(LONGEST_TEXT), enterkeyhint: "send", autocomplete: "off",
      "aria-label": t.input, placeholder: t.placeholder });
    this.form = h("form", {}, h("div", { class: "write" }, this.input, h("button", { class: "send", type: "submit" }, t.send)));
    this.live = h("div", { class: "away", "aria-live": "polite" });
    root.append(this.header(), this.note, h("div", { class: "middle" }, this.scroller, this.newer), this.form, this.live);
    this.input.value = this.store.get("draft") || "";
    requestAnimationFrame(() => this.grow());
  }

  header() {
    const other = this.language === "ja" ? "en" : "ja";
    const there = new URL(location.href);
    there.searchParams.set("lang", other);
    there.searchParams.delete("join");
    there.hash = "";
    this.more = h("button", { class: "icon", type: "button", "aria-label": this.texts.more, "aria-haspopup": "dialog" },
      drawn(DOTS));
    const close = this.around.isFramed && h("button", { class: "icon", type: "button", "aria-label": this.texts.close }, drawn("M6 6l12 12M18 6L6 18"));
    if (close) close.addEventListener("click", () => this.around.close());
    return h("header", {}, h("div", { class: "top" },
      h("span", { class: "mark", "aria-hidden": "true" }, drawn(BUBBLE)),
      h("h1", {}, this.given.get("title") || this.texts.title),
      h("a", { class: "switch", href: there.href, lang: other, hreflang: other }, this.texts.switch), this.more, close || null));
  }

  listen() {
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.input.addEventListener("keydown", (event) => {
      // Enter also confirms a Japanese conversion: Chrome says so with isComposing, Safari (after compositionend) with keyCode 229.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      this.submit();
    });
    this.input.addEventListener("input", () => {
      this.grow();
      this.store.set("draft", this.input.value || null);
    });
    this.more.addEventListener("click", async () => (await import("./more.js")).openMore(this, h));
    this.shadowRoot.addEventListener("keydown", (event) => event.key === "Escape" && !event.isComposing && this.around.close());
    this.newer.addEventListener("click", () => {
      this.toEnd();
      this.scroller.focus({ preventScroll: true });
    });
    this.scroller.addEventListener("scroll", () => this.looked(), { passive: true });
    new ResizeObserver(() => this.atEnd && this.follow()).observe(this.scroller);
    visualViewport?.addEventListener("resize", () => this.fit());
  }

  /** Grows with its text, up to the sheet's max-height. */
  grow() {
    this.input.style.height = "auto";
    this.input.style.height = `${this.input.scrollHeight + 2}px`;
  }

  /** iOS lays its keyboard over the page instead of making the page smaller. */
  fit() {
    const covered = innerHeight - visualViewport.height;
    this.style.height = covered > NEAR_PX && visualViewport.scale === 1 ? `${visualViewport.height}px` : "";
  }

  // --- what the owner does ---

  submit() {
    const text = this.input.value.trim();
    this.input.focus();
    if (!text) return;
    this.input.value = "";
    this.store.set("draft", null);
    this.grow();
    this.say({ cid: newId(), at: Date.now(), text });
  }

  press(group, { title, payload }) {
    if (!this.choices.has(group)) return;
    this.retire(payload);
    this.focusFirst();
    this.say({ cid: newId(), at: Date.now(), text: title, payload });
  }

  say(item) {
    this.anchor = null;
    this.showPending(item);
    this.toEnd();
    this.wire.send(item);
  }

  // --- who is looking ---

  focusFirst() {
    // On a phone focus in the input would pull up the keyboard over the conversation.
    (matchMedia("(pointer: coarse)").matches ? this.scroller : this.input).focus({ preventScroll: true, focusVisible: false });
  }

  /** Counted while nobody can see the chat; whatever comes while it is seen is read. */
  count(frame) {
    if (this.around.isShown) return this.shown();
    if (frame.from === "advisor" && frame.seq > (Number(this.store.get("read")) || 0)) this.around.count(++this.unread);
  }

  shown() {
    this.unread = 0;
    this.clock = new Intl.DateTimeFormat(this.language, { hour: "numeric", minute: "2-digit" });
    this.around.count(0);
    if (!this.wire?.last) return;
    this.store.set("read", this.wire.last);
    this.wire.seen();
  }

  // --- what the wire reports ---

  answers() {
    return {
      line: (frame) => this.showLine(frame),
      typing: (on) => this.showTyping(on),
      state: (name) => this.showState(name),
      acked: (cid) => this.mark(cid, ""),
      failed: (cid) => this.fail(cid),
      reset: () => this.reset(),
    };
  }

  showState(name) {
    if (name === "lost" || name === "opening") {
      // A short gap is nobody's worry, and every new try must not start the wait again.
      this.patience ??= setTimeout(() => this.tell(this.texts[this.wire.last ? "lost" : "opening"]), LOST_AFTER_MS);
      return;
    }
    clearTimeout(this.patience);
    this.patience = null;
    if (name === "open") {
      this.around.tell({ advisor: "session" });
      this.forgetLink();
    }
    this.tell(name === "open" ? this.standing || "" : this.texts[name]);
  }

  /** The link has been followed: a bookmark of this page, or a copy of its address, must not be one. */
  forgetLink() {
    const here = new URL(location.href);
    if (!here.searchParams.has("join")) return;
    here.searchParams.delete("join");
    history.replaceState(null, "", here);
  }

  tell(text) {
    if (this.note.textContent !== text) this.note.textContent = text;
    this.note.hidden = !text;
  }

  showTyping(on) {
    clearTimeout(this.typingSoon);
    if (!on) this.typing.hidden = true;
    else this.typingSoon = setTimeout(() => {
      this.typing.hidden = false;
      if (this.atEnd) this.follow();
    }, TYPING_AFTER_MS);
  }

  showLine(frame) {
    const mine = frame.from === "owner";
    this.showDay(frame.at);
    const line = mine ? this.ownersLine(frame) : this.advisorsLine(frame);
    this.settlePending(frame.cid);
    this.log.insertBefore(line, this.firstLoose());
    if (mine) {
      this.retire(frame.button);
      this.closeAll();
    } else {
      this.announce(frame, line);
    }
    this.count(frame);
    this.anchor = mine || frame.replay ? null : this.startOfAnswer(line);
    // Said on another device: as here, we go along, unless the reader has moved away.
    if (this.atEnd || (mine && this.ours)) this.follow();
    else if (!mine) this.newer.hidden = false;
  }

  /** Lines that come together are one answer; its beginning must stay in view. */
  startOfAnswer(line) {
    if (this.anchor && Date.now() - this.anchoredAt < TOGETHER_MS) return this.anchor;
    this.anchoredAt = Date.now();
    return line;
  }

  /** Lines stand before what is not a line yet: bubbles on their way, and the typing sign. */
  firstLoose() {
    return this.pending.values().next().value ?? this.typing;
  }

  reset() {
    for (const element of [...this.log.children]) {
      if (element !== this.typing && ![...this.pending.values()].includes(element)) element.remove();
    }
    Object.assign(this, { day: null, minute: null, choices: new Set(), anchor: null, seen: 0 });
    this.buttons.clear();
  }

  // --- lines ---

  advisorsLine(frame) {
    const bubble = h("div", { class: "bubble" }, ...format(frame.text || ""), picture(frame.image), this.document(frame.file));
    const line = h("li", { class: "line advisor", lang: frame.lang }, this.speaker("advisor"), bubble, this.meta(frame.at));
    if (frame.buttons?.length) line.append(this.group(frame.buttons));
    return line;
  }

  ownersLine(frame) {
    return h("li", { class: "line owner", lang: written(frame.text) }, this.speaker("owner"),
      h("div", { class: "bubble" }, ...paragraphs(frame.text || "")), this.meta(frame.at));
  }

  speaker(who) {
    return h("span", { class: "away", lang: this.language }, `${this.texts[who]}: `);
  }

  /** When it was said; once a minute is enough. */
  meta(at) {
    const moment = new Date(at);
    const shown = this.clock.format(moment);
    const repeated = shown === this.minute;
    this.minute = shown;
    return h("div", { class: "meta", lang: this.language }, repeated ? null : h("time", { datetime: moment.toISOString() }, shown));
  }

  document(file) {
    const href = file && safeUrl(file.url);
    if (!href) return null;
    const size = file.size ? ` · ${Math.max(1, Math.round(file.size / 1024)).toLocaleString(this.language)}\u00a0KB` : "";
    const kind = file.name.split(".").pop().toUpperCase();
    return h("a", { class: "file", href, download: file.name, rel: "noopener noreferrer" },
      h("span", { class: "kind", "aria-hidden": "true" }, kind === "ICS" ? drawn(CALENDAR) : drawn(PAGE)),
      h("span", {}, h("b", {}, file.name), h("small", {}, `${this.texts[kind] || kind}${size}`)));
  }

  showDay(at) {
    const day = new Date(at).toDateString();
    if (day === this.day) return;
    this.day = day;
    this.minute = null;
    this.log.insertBefore(h("li", { class: "day" }, this.dayName(new Date(at))), this.firstLoose());
  }

  dayName(date) {
    const yesterday = new Date(Date.now());
    yesterday.setDate(yesterday.getDate() - 1);
    if (date.toDateString() === new Date().toDateString()) return this.texts.today;
    if (date.toDateString() === yesterday.toDateString()) return this.texts.yesterday;
    const year = date.getFullYear() === new Date().getFullYear() ? undefined : "numeric";
    return date.toLocaleDateString(this.language, { year, month: "long", day: "numeric", weekday: "short" });
  }

  /** Said once by a screen reader, then gone; what had been read before is not repeated. */
  announce(frame, line) {
    if (!frame.replay) this.returning = true;
    if (frame.seq <= this.seen) return;
    this.seen = frame.seq;
    this.store.set("seen", frame.seq);
    if (!this.returning) return; // a whole history on a new device is for reading, not for hearing
    const choices = (frame.buttons || []).map((button) => button.title).join(", ");
    const said = h("p", { lang: frame.lang }, [plain(frame.text || ""), frame.image?.alt, frame.file?.name, choices].filter(Boolean).join("\n"));
    this.live.append(said);
    setTimeout(() => said.remove(), ANNOUNCED_FOR_MS);
  }

  // --- choices ---

  group(buttons) {
    const short = buttons.every(({ title }) => [...title].length <= SHORT_LABEL) && buttons.length <= MOST_IN_A_ROW;
    const group = h("div", { class: short ? "choices short" : "choices", role: "group", "aria-label": this.texts.choices });
    for (const choice of buttons) {
      const button = h("button", { type: "button" }, choice.title);
      button.addEventListener("click", () => this.press(group, choice));
      this.buttons.set(choice.payload, button);
      group.append(button);
    }
    this.choices.add(group);
    return group;
  }

  /** Mark what was pressed, on this tab or on another, and offer it no longer. */
  retire(payload) {
    const pressed = this.buttons.get(payload);
    if (!pressed) return;
    pressed.setAttribute("aria-pressed", "true");
    this.closeAll();
  }

  /** Everything said in one answer can be pressed; once the owner has gone on, none of it. */
  closeAll() {
    for (const group of this.choices) for (const button of group.children) button.disabled = true;
    this.choices.clear();
  }

  // --- what is on its way ---

  showPending(item) {
    const line = h("li", { class: "line owner", lang: written(item.text) }, this.speaker("owner"),
      h("div", { class: "bubble" }, ...paragraphs(item.text || "")), h("div", { class: "meta", lang: this.language }));
    this.pending.set(item.cid, line);
    this.log.insertBefore(line, this.typing);
    if (item.acked) return;
    this.mark(item.cid, this.texts.sending);
    line.unsent = setTimeout(() => this.mark(item.cid, this.texts.waiting), UNSENT_AFTER_MS);
  }

  mark(cid, text) {
    const line = this.pending.get(cid);
    if (!line) return;
    clearTimeout(line.unsent);
    line.lastChild.textContent = text;
  }

  settlePending(cid) {
    const line = this.pending.get(cid);
    clearTimeout(line?.unsent);
    line?.remove();
    this.pending.delete(cid);
  }

  fail(cid) {
    this.mark(cid, this.texts.failed);
    this.pending.get(cid)?.classList.add("failed");
    this.pending.delete(cid); // it stays where it is; what comes stands below it
  }

  // --- where we look ---

  looked() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    if (scrollTop === this.placed) return; // that was us; more lines may have come since
    this.placed = null;
    this.ours = false;
    this.atEnd = scrollHeight - scrollTop - clientHeight < NEAR_PX;
    this.newer.hidden ||= this.atEnd;
  }

  toEnd() {
    this.anchor = null;
    this.follow();
  }

  /** To the end, but never past the beginning of an answer that is taller than the screen. Once per frame, however many lines came. */
  follow() {
    this.following ??= requestAnimationFrame(() => {
      this.following = null;
      const end = this.scroller.scrollHeight - this.scroller.clientHeight;
      const start = this.anchor ? this.anchor.offsetTop - MARGIN_PX : end;
      this.scroller.scrollTop = Math.min(end, start);
      this.placed = this.scroller.scrollTop;
      this.ours = true;
      this.atEnd = this.newer.hidden = end - start < NEAR_PX;
    });
  }
}

function written(text) {
  return JAPANESE.test(text || "") ? "ja" : undefined;
}

/** The owner's words are shown as they were typed. */
function paragraphs(text) {
  const lines = text.split("\n").flatMap((line, index) => (index ? [h("br"), line] : [line]));
  return [h("p", {}, ...lines)];
}

function picture(image) {
  const src = image && safeUrl(image.url);
  if (!src) return null;
  return h("a", { href: src, target: "_blank", rel: "noopener noreferrer" },
    h("img", { src, alt: image.alt || "", width: image.width, height: image.height, loading: "lazy", decoding: "async" }));
}

function drawn(lines) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", lines);
  svg.append(path);
  return svg;
}

customElements.define("advisor-chat", AdvisorChat);
