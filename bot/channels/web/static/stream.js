// The stand-in for a socket where none gets through: server-sent events, or polling where those are held back too, and plain requests
// for what the owner says. It looks like a WebSocket, so the wire does not care.

const FIRST_BYTE_WITHIN_MS = 4000;
const CODES = { 401: 4001, 403: 4003, 429: 4029 };

export class Stream {
  constructor(base) {
    this.base = base;
    this.stop = new AbortController();
    this.token = null;
    this.sending = Promise.resolve();
    setTimeout(() => this.onopen());
  }

  send(text) {
    const frame = JSON.parse(text);
    const work = frame.type === "hello" ? () => this.begin(frame) : () => this.post(frame);
    this.sending = this.sending.then(work).catch(() => this.end(0));
  }

  close() {
    this.stop.abort();
  }

  end(code) {
    if (this.stop.signal.aborted) return;
    this.stop.abort();
    this.onclose({ code });
  }

  hear(frame) {
    if (this.stop.signal.aborted) return;
    if (frame.type === "message") {
      this.after = frame.seq;
      this.join = undefined; // it was handed in before anything was said
      if (frame.from === "advisor") this.onmessage({ data: '{"type":"typing","on":false}' });
    }
    this.onmessage({ data: JSON.stringify(frame) });
  }

  async ask(path, options = {}, signal = this.stop.signal) {
    const headers = this.token ? { Authorization: `Bearer ${this.token}` } : {};
    const answer = await fetch(this.base + path, { ...options, headers, signal, cache: "no-store" });
    if (answer.ok) return answer;
    this.end(CODES[answer.status] ?? 0);
    throw new Error(answer.status);
  }

  async post(frame) {
    const answer = await this.ask("messages", { method: "POST", body: JSON.stringify(frame) });
    for (const said of await answer.json()) this.hear(said);
  }

  async begin(hello) {
    this.after = hello.after;
    this.lang = hello.lang;
    this.join = hello.join;
    const [session] = await (await this.ask("messages", { method: "POST", body: JSON.stringify(hello) })).json();
    this.token = session.token;
    this.hear(session);
    this.listen().catch(() => this.end(0));
  }

  events(more = "") {
    const join = this.join ? `&join=${encodeURIComponent(this.join)}` : "";
    return `events?after=${this.after}&lang=${this.lang}${join}${more}`;
  }

  async listen() {
    if (await this.stream()) return this.end(0);
    let first = "&first";
    while (!this.stop.signal.aborted) {
      const frames = await (await this.ask(this.events(`&poll${first}`))).json();
      for (const frame of frames) this.hear(frame);
      first = "";
    }
  }

  /** False when not a single byte came in time: somebody on the way collects the stream until it ends. */
  async stream() {
    const held = new AbortController();
    const waiting = setTimeout(() => held.abort(), FIRST_BYTE_WITHIN_MS);
    this.stop.signal.addEventListener("abort", () => held.abort());
    let began = false;
    try {
      const { body } = await this.ask(this.events(), {}, held.signal);
      let text = "";
      const reader = body.pipeThrough(new TextDecoderStream()).getReader();
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        began = true;
        clearTimeout(waiting);
        const events = (text + part.value).split("\n\n");
        text = events.pop();
        for (const event of events) if (event.startsWith("data: ")) this.hear(JSON.parse(event.slice(6)));
      }
    } catch (error) {
      if (began || !held.signal.aborted) throw error;
    }
    return began;
  }
}
