// The launcher: one button on any site. Everything else (panel.js, and the chat in a frame of our own origin) comes when somebody is
// about to press it, or, where a conversation exists, as soon as the site is at rest. docs/widget.md lists data-… and --advisor-….
(() => {
  const script = document.currentScript;
  const { lang, title, color, greeting, position } = script.dataset;
  const isEnglish = /^en/.test(lang || document.documentElement.lang);
  const host = document.createElement("advisor-launcher");
  const button = document.createElement("button");
  const name = title || (isEnglish ? "Digital Advisor" : "経営のデジタル相談");
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  let panel;
  const load = () => (panel ??= import(new URL("panel.js", script.src))
    .then(({ build }) => build(root, button, name, isEnglish, script), () => { panel = null; }));
  sheet.replaceSync(`:host{all:initial;position:fixed;z-index:var(--advisor-z,2147483000);bottom:var(--advisor-bottom,20px);${position === "left" ? "left" : "right"}:var(--advisor-side,20px)}
button{all:unset;display:flex;gap:10px;align-items:center;height:60px;padding:0 18px;border-radius:30px;background:var(--advisor-color,${color || "#14635a"});color:var(--advisor-ink,#fff);font:600 16px system-ui;cursor:pointer;box-shadow:0 2px 12px #0006}
button:before{content:"";width:24px;height:20px;border-radius:6px 6px 6px 0;background:currentColor}
button:focus-visible{outline:3px solid #0b57d0;outline-offset:3px}`);
  root.adoptedStyleSheets = [sheet];
  host.role = "complementary";
  button.textContent = greeting;
  button.ariaLabel = greeting || name;
  button.ariaExpanded = false;
  button.onpointerenter = button.onfocus = load;
  button.onclick = async () => (await load())?.();
  root.append(button);
  const begin = () => {
    document.body.append(host);
    (window.requestIdleCallback || setTimeout)(() => {
      try {
        if (localStorage.advisor) load();
      } catch { /* storage is blocked */ }
    });
  };
  document.body ? begin() : addEventListener("DOMContentLoaded", begin);
})();
