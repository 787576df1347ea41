// The launcher: one button on any site. Everything else (panel.js, and the chat in a frame of our own origin) comes when somebody is
// about to press it, or, where a conversation exists, as soon as the site is at rest. docs/widget.md lists data-… and --advisor-….
(() => {
  const script = document.currentScript;
  const { lang, title, color, greeting = "", position } = script.dataset;
  const isEnglish = /^en/.test(lang || document.documentElement.lang);
  const name = title || (isEnglish ? "Digital Advisor" : "経営のデジタル相談");
  const make = (tag, style) => {
    const element = document.createElement(tag);
    element.style.cssText = style; // set by a script, it needs no permission of the site's policy
    return element;
  };
  const host = make("advisor-launcher", `all:initial;position:fixed;z-index:var(--advisor-z,2147483000);bottom:var(--advisor-bottom,20px);${position === "left" ? "left" : "right"}:var(--advisor-side,20px)`);
  const button = make("button", `display:flex;gap:10px;align-items:center;height:60px;margin:0;padding:0 16px;border:2px solid transparent;border-radius:30px;background:border-box var(--advisor-color,${color || "#14635a"});color:var(--advisor-ink,#fff);font:600 16px system-ui;cursor:pointer;box-shadow:0 2px 12px #0006`);
  let panel;
  const load = () => (panel ??= import(new URL("panel.js", script.src))
    .then(({ build }) => build(root, button, name, isEnglish, script), () => { panel = null; }));
  const root = host.attachShadow({ mode: "open" });
  button.ariaLabel = greeting || name;
  button.ariaExpanded = false;
  button.onpointerenter = button.onfocus = load;
  button.onclick = async () => (await load())?.();
  button.append(make("i", "width:24px;height:20px;border-radius:6px 6px 6px 0;background:currentColor"), greeting);
  root.append(button);
  host.role = "complementary";
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
