// The socket: it comes back by itself, shows every line once and in order, and hands in every message once and in order.
//
// Messages are sent one at a time: the next leaves when the last was acknowledged (it is stored then). What was not acknowledged is sent
// again with the same id, and the server takes an id only once. An acknowledged message is kept until its line arrives.

const PROTOCOL = "advisor.v1";
const BAD_TOKEN = 4001;
const FORBIDDEN = 4003;
const FIRST_PAUSE_MS = 500;
const SOON_MS = 60000;
const LONGEST_PAUSE_SOON_MS = 1000;
const LONGEST_PAUSE_MS = 30000;
const OPEN_WITHIN_MS = 6000;
const BLOCKED_AFTER = 3;
const SEEN_AFTER_MS = 500;
const ACK_WITHIN_MS = 15000;
const STALE_AFTER_MS = 20000;

export class Wire {
  /** `on` has: line, typing, state, acked, failed, reset. `join`: the code of a colleague's link, if the page was opened by one. */
  constructor(url, lang, store, on, join) {
    Object.assign(this, { url, lang, store, on, join });
    this.last = 0; // the newest line on this page
    this.queue = store.waiting();
    this.attempt = 0;
    this.socket = null;
    this.ready = false;
    this.inFlight = null;
    this.refusals = 0;
    this.blocked = 0; // handshakes in a row that led to nothing
    this.read = 0;
  }

  start() {
    addEventListener("online", () => this.renew());
    addEventListener("offline", () => this.lose());
    document.addEventListener("visibilitychange", () => this.noticed());
    for (const sign of ["pointerdown", "keydown"]) addEventListener(sign, () => this.retry && this.renew(), { passive: true });
    this.connect();
  }

  /** Keep and send; it leaves as soon as it can. */
  send(item) {
    this.queue.push(item);
    this.store.keep(item);
    this.flush();
  }

  // --- the connection ---

  async connect() {
    clearTimeout(this.retry);
    this.retry = null;
    this.state("opening");
    // Where sockets get nowhere, every second try does without one.
    this.streams = this.blocked >= BLOCKED_AFTER && !this.streams;
    const turn = (this.turn = {});
    let socket = null;
    try {
      socket = this.streams ? await this.stream() : new WebSocket(this.url, PROTOCOL);
    } catch { /* no script, or no sockets here at all */ }
    if (turn !== this.turn) return socket?.close();
    this.socket = socket;
    if (!socket) return this.closed(null, 0);
    this.patience = setTimeout(() => this.lose(), OPEN_WITHIN_MS);
    socket.onopen = () => this.hello(socket);
    socket.onmessage = (event) => socket === this.socket && this.receive(JSON.parse(event.data));
    socket.onclose = (event) => this.closed(socket, event.code);
  }

  async stream() {
    const { Stream } = await import("./stream.js");
    return new Stream(new URL("chat/", this.url.replace("ws", "http")).href);
  }

  hello(socket) {
    if (socket !== this.socket) return;
    if (!this.streams) this.blocked = 0;
    this.token = this.store.get("token");
    this.transmit({ type: "hello", token: this.token, after: this.last, lang: this.lang, join: this.join });
  }

  transmit(frame) {
    this.socket.send(JSON.stringify(frame));
  }

  closed(socket, code) {
    if (socket !== this.socket) return;
    this.silence();
    if (code === FORBIDDEN) return this.state("refused");
    if (code === BAD_TOKEN) this.forget();
    if (!this.streams) this.blocked++;
    this.lostAt ??= Date.now();
    // Somebody may be looking: for a while we try often, and any touch tries at once.
    const longest = Date.now() - this.lostAt < SOON_MS ? LONGEST_PAUSE_SOON_MS : LONGEST_PAUSE_MS;
    const pause = Math.min(longest, FIRST_PAUSE_MS * 2 ** this.attempt++);
    this.state("lost");
    this.retry = setTimeout(() => this.connect(), pause * (0.5 + Math.random() / 2));
  }

  /** Nothing can be said on this socket any more. */
  silence() {
    this.ready = false;
    this.socket = null;
    this.inFlight = null;
    clearTimeout(this.patience);
    clearTimeout(this.later);
    this.on.typing(false);
  }

  lose() {
    const socket = this.socket;
    if (!socket) return;
    this.closed(socket, 0); // a dead network reports the end only after minutes
    socket.close();
  }

  renew() {
    if (this.status === "refused") return;
    const socket = this.socket;
    this.attempt = 0;
    if (socket) {
      this.silence();
      socket.close();
    }
    this.connect();
  }

  /** A phone that slept may hold a socket that is dead without knowing it. */
  noticed() {
    if (document.hidden) {
      this.hiddenAt = Date.now();
    } else if (this.retry || Date.now() - (this.hiddenAt ?? Infinity) > STALE_AFTER_MS) {
      this.renew();
    }
  }

  state(name) {
    this.status = name;
    this.on.state(name);
  }

  // --- what comes ---

  receive(frame) {
    if (frame.type === "session") this.welcomed(frame.token);
    else if (frame.type === "message") this.line(frame);
    else if (frame.type === "typing") this.on.typing(frame.on);
    else if (frame.type === "ack") this.acked(frame.cid);
    else if (frame.type === "error") this.refused(frame);
  }

  welcomed(token) {
    const others = this.store.get("token");
    if (!this.token && others) return this.renew(); // another tab began a session meanwhile: join it
    this.store.set("token", token);
    clearTimeout(this.patience);
    this.attempt = 0;
    this.refusals = 0;
    this.lostAt = null;
    this.ready = true;
    this.state("open");
    this.flush();
  }

  line(frame) {
    if (frame.seq <= this.last) return;
    this.last = frame.seq;
    this.calm();
    if (frame.cid) this.settle(frame.cid);
    this.on.line(frame);
  }

  /** The session is over: begin another, and hand in there what was not taken here. */
  forget() {
    if (this.store.get("token") === this.token) this.store.set("token", null); // else another tab has begun the next one: join it
    this.store.set("seen", null);
    this.store.set("read", null);
    this.last = this.read = 0;
    for (const item of this.queue.filter((item) => item.acked)) this.settle(item.cid);
    this.on.reset();
  }

  // --- what goes ---

  flush() {
    const item = this.queue.find((waiting) => !waiting.acked);
    if (!this.ready || this.inFlight || !item) return;
    this.inFlight = item.cid;
    this.patience = setTimeout(() => this.lose(), ACK_WITHIN_MS);
    const { cid, text, payload } = item;
    this.transmit(payload === undefined ? { type: "text", cid, text } : { type: "button", cid, payload });
  }

  /** Everything up to the newest line was seen: no other device has to be told of it. Said once for lines that come together. */
  seen() {
    this.saying ??= setTimeout(() => {
      this.saying = null;
      if (!this.ready || this.read === this.last) return;
      this.read = this.last;
      this.transmit({ type: "read", seq: this.last });
    }, SEEN_AFTER_MS);
  }

  landed() {
    clearTimeout(this.patience);
    this.inFlight = null;
  }

  acked(cid) {
    const item = this.queue.find((waiting) => waiting.cid === cid);
    if (item) {
      item.acked = true;
      this.store.keep(item);
      this.on.acked(cid);
    }
    if (cid === this.inFlight) this.landed();
    this.calm();
    this.flush();
  }

  calm() {
    this.refusals = 0;
    if (this.status === "busy") this.state("open");
  }

  /** Its line is there (or will never be): nothing is left to do for it. */
  settle(cid) {
    this.queue = this.queue.filter((item) => item.cid !== cid);
    this.store.drop(cid);
    if (cid === this.inFlight) {
      this.landed();
      this.flush();
    }
  }

  refused({ code, cid }) {
    if (code === "slow_down" || code === "unavailable") {
      this.landed();
      this.state("busy");
      const pause = Math.min(LONGEST_PAUSE_MS, 4 * FIRST_PAUSE_MS * 2 ** this.refusals++);
      clearTimeout(this.later);
      this.later = setTimeout(() => this.flush(), pause);
    } else if (cid || this.inFlight) {
      const lost = cid || this.inFlight;
      this.on.failed(lost);
      this.settle(lost);
    }
  }
}
