// The launcher's second half: the panel with the chat's frame, the number of unread lines, and the site's title.

const STYLES = `
[hidden] { display: none !important; }
button:focus-visible { outline: 3px solid #0b57d0; outline-offset: 3px; }
.panel { position: absolute; right: 0; bottom: 76px; width: min(max(400px, 14vw), 100vw - 40px); height: min(max(680px, 50dvh), 100dvh - 116px); border-radius: 16px; overflow: hidden; box-shadow: 0 8px 40px rgb(0 0 0 / .3); }
.left { right: auto; left: 0; }
iframe { display: block; border: 0; width: 100%; height: 100%; }
.unread { position: absolute; top: -6px; right: -4px; min-width: 26px; padding: 0 7px; box-sizing: border-box; border-radius: 13px; background: #b3261e; color: #fff; font: 700 15px/26px system-ui; text-align: center; }
@media (max-width: 30em), (max-height: 30em) { .panel { position: fixed; inset: 0; width: auto; height: auto; border-radius: 0; } }
@media (forced-colors: active) { .panel, .unread { border: 2px solid ButtonText; } }
@media print { :host { display: none !important; } }
`;

/** Builds the closed panel into the launcher; returns what a press of the button does. */
export function build(root, button, title, isEnglish, script) {
  const { origin } = new URL(script.src);
  const { color = "", position } = script.dataset;
  const panel = document.createElement("div");
  const frame = document.createElement("iframe");
  const badge = document.createElement("span");
  const sheet = new CSSStyleSheet();
  const name = button.ariaLabel;
  let isLoaded = false;

  function show(on) {
    panel.hidden = !on;
    button.ariaExpanded = on;
    tell();
    (on ? frame : button).focus();
  }

  function tell() {
    if (isLoaded) frame.contentWindow.postMessage({ advisor: panel.hidden ? "closed" : "open" }, origin);
  }

  function count(unread) {
    badge.textContent = unread > 99 ? "99+" : unread;
    badge.hidden = !unread;
    button.ariaLabel = name + (unread ? (isEnglish ? ` (${unread} unread)` : `(未読${unread}件)`) : "");
    document.title = (unread ? `(${unread}) ` : "") + document.title.replace(/^\(\d+\) /, "");
  }

  function remember() {
    try {
      localStorage.advisor = "1";
    } catch { /* storage is blocked: the chat comes with the next press */ }
  }

  sheet.replaceSync(STYLES);
  root.adoptedStyleSheets.push(sheet);
  Object.assign(panel, { id: "panel", className: position === "left" ? "panel left" : "panel", role: "dialog", ariaLabel: title, hidden: true });
  Object.assign(badge, { className: "unread", hidden: true, ariaHidden: "true" });
  frame.title = title;
  frame.allow = "clipboard-write";
  frame.onload = () => {
    isLoaded = true;
    tell();
  };
  frame.src = `${origin}/?${new URLSearchParams({ embed: "1", lang: isEnglish ? "en" : "ja", title, color })}`;
  button.setAttribute("aria-controls", panel.id);
  button.append(badge);
  panel.append(frame);
  root.append(panel);
  root.addEventListener("keydown", (event) => event.key === "Escape" && show(false));
  addEventListener("message", ({ source, origin: from, data }) => {
    if (source !== frame.contentWindow || from !== origin) return;
    if (data.advisor === "close") show(false);
    if (data.advisor === "unread") count(data.count);
    if (data.advisor === "session") remember();
  });
  return () => show(panel.hidden);
}
