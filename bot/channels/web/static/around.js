// What is around the chat: a window of its own, or a launcher on another site that shows and hides our frame. It tells whether somebody
// can see the chat, and carries the number of unread lines to where it shows.

export class Around {
  /** `on` has: shown (the owner can see the chat from now on), opened (and just asked for it). */
  constructor(on) {
    this.on = on;
    this.isFramed = parent !== window && new URLSearchParams(location.search).has("embed");
    this.isOpen = !this.isFramed;
    this.title = document.title;
    this.unread = -1;
    document.addEventListener("visibilitychange", () => this.isShown && on.shown());
    if (this.isFramed) addEventListener("message", (event) => event.source === parent && this.heard(event.data));
  }

  get isShown() {
    return this.isOpen && !document.hidden;
  }

  heard({ advisor }) {
    if (advisor !== "open" && advisor !== "closed") return;
    this.isOpen = advisor === "open";
    if (!this.isOpen) return;
    this.on.shown();
    this.on.opened();
  }

  /** Only numbers and states ever leave this frame; who may frame it at all, the server decides. */
  tell(message) {
    if (this.isFramed) parent.postMessage(message, "*");
  }

  close() {
    this.tell({ advisor: "close" });
  }

  count(unread) {
    if (unread === this.unread) return;
    this.unread = unread;
    document.title = unread ? `(${unread}) ${this.title}` : this.title;
    this.tell({ advisor: "unread", count: unread });
  }
}
