// The widget's own sheet, for adoptedStyleSheets: no <style>, so a strict policy stays strict.
export const STYLES = `
:host {
  --paper: #f6f4ef; --card: #fff; --ink: #1f2b29; --soft: #56625f; --line: #dcd8cd; --brand: #14635a; --brand-ink: #fff;
  --mine: #dcece6; --mine-ink: #12332d; --warn: #fff3d6; --warn-ink: #5a4300; --focus: #0b57d0; --off: #6b7471; --bar: #fffdf9; --fill: var(--brand); --fill-ink: var(--brand-ink); --wide: 46rem;
  display: flex; flex-direction: column; height: 100vh; height: 100dvh; overflow: hidden;
  background: var(--paper); color: var(--ink);
  font: 1.0625rem/1.75 "Hiragino Sans", "Hiragino Kaku Gothic ProN", "Noto Sans JP", "Noto Sans CJK JP", "Yu Gothic UI", Meiryo, system-ui, sans-serif;
  -webkit-text-size-adjust: 100%; overflow-wrap: anywhere; line-break: strict;
}
:host(:lang(en)) { font-family: system-ui, -apple-system, "Segoe UI", "Helvetica Neue", "Noto Sans", "Noto Sans CJK JP", sans-serif; line-height: 1.6; }
@media (prefers-color-scheme: dark) {
  :host {
    --paper: #141a19; --card: #1f2827; --ink: #e8ede9; --soft: #a8b5b1; --line: #34403d; --brand: #7fcbbb; --brand-ink: #06231e;
    --mine: #1f4a43; --mine-ink: #e6f5f0; --warn: #3d3211; --warn-ink: #ffe7a8; --focus: #9cc3ff; --off: #93a09c; --bar: #19211f;
  }
}
*, *::before, *::after { box-sizing: border-box; }
[hidden] { display: none !important; }
.away { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
:focus { outline: none; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
button, textarea { font: inherit; color: inherit; }
button, .switch { min-height: 44px; min-width: 44px; cursor: pointer; touch-action: manipulation; }

header { background: var(--bar); border-bottom: 1px solid var(--line); padding: env(safe-area-inset-top) env(safe-area-inset-right) 0 env(safe-area-inset-left); }
.top { display: flex; align-items: center; gap: .25rem; max-width: var(--wide); margin: 0 auto; padding: .375rem 1rem; }
.mark { width: 2.125rem; height: 2.125rem; flex: none; border-radius: .625rem; background: var(--fill); display: grid; place-items: center; }
.mark svg { width: 1.25rem; height: 1.25rem; fill: var(--fill-ink); }
.icon { flex: none; display: grid; place-items: center; padding: 0; border: 0; border-radius: .75rem; background: none; color: var(--soft); }
.icon:hover { background: var(--paper); color: var(--ink); }
.icon svg { width: 1.5rem; height: 1.5rem; }
.icon svg, .kind svg { fill: none; stroke: currentColor; stroke-width: 2.25; stroke-linecap: round; stroke-linejoin: round; }
.icon:last-child { margin-right: -.625rem; }
h1 { font-size: 1.0625rem; font-weight: 600; line-height: 1.4; margin: 0 0 0 .5rem; flex: 1; min-width: 0; word-break: auto-phrase; }
.switch { display: inline-flex; align-items: center; justify-content: center; padding: 0 .75rem; border-radius: .75rem; color: var(--brand); font-size: .9375rem; text-decoration: none; white-space: nowrap; }
.switch:hover { background: var(--paper); }

.note { margin: 0; padding: .5rem 1rem; background: var(--warn); color: var(--warn-ink); text-align: center; font-size: .9375rem; line-height: 1.6; }

.scroll { position: relative; flex: 1; min-height: 0; overflow-y: auto; overscroll-behavior: contain; }
.scroll:focus-visible { outline-offset: -3px; }
ol.log { list-style: none; max-width: var(--wide); min-height: 100%; margin: 0 auto; padding: 1rem max(1rem, env(safe-area-inset-right)) 1.25rem max(1rem, env(safe-area-inset-left)); display: flex; flex-direction: column; gap: .375rem; }
.day { align-self: center; margin: .75rem 0 .5rem; color: var(--soft); font-size: .875rem; }
.line { display: flex; flex-direction: column; align-items: flex-start; max-width: 100%; }
.line + .owner, .owner + .advisor { margin-top: .625rem; }
.owner { align-items: flex-end; }
.bubble { max-width: min(100%, 36rem); padding: .6875rem 1rem; border: 1px solid var(--line); border-radius: .375rem 1.125rem 1.125rem; background: var(--card); }
.advisor + .advisor .bubble { border-radius: 1.125rem; }
.owner .bubble { max-width: min(85%, 32rem); border-color: transparent; border-radius: 1.125rem 1.125rem .375rem; background: var(--mine); color: var(--mine-ink); }
.bubble p, .bubble ul, .bubble ol { margin: 0 0 .625rem; }
.bubble > :last-child { margin-bottom: 0; }
.bubble ul, .bubble ol { padding-left: 1.5rem; }
.bubble ul { list-style: disc; }
.bubble p, .bubble li { text-wrap: pretty; }
:lang(ja) > .bubble { word-break: auto-phrase; }
.bubble li + li { margin-top: .25rem; }
.bubble strong { font-weight: 700; }
.bubble a { color: var(--brand); text-underline-offset: .2em; }
.owner .bubble a { color: inherit; }
.bubble img { display: block; max-width: 100%; height: auto; border-radius: .5rem; background: #fff; }
.bubble .file { display: flex; align-items: center; gap: .75rem; min-height: 56px; min-width: min(16rem, 100%); padding: .5rem .75rem; border: 1px solid var(--line); border-radius: .75rem; background: var(--paper); color: var(--ink); text-decoration: none; line-height: 1.5; }
* + .file { margin-top: .625rem; }
.bubble:has(> .file:only-child) { padding: 0; border: 0; background: none; }
.file:hover b { text-decoration: underline; }
.file b { display: block; color: var(--brand); font-weight: 600; }
.file small { color: var(--soft); font-size: .875rem; }
.kind { flex: none; width: 2.5rem; height: 2.5rem; border-radius: .625rem; display: grid; place-items: center; background: var(--mine); color: var(--mine-ink); }
.kind svg { width: 1.375rem; height: 1.375rem; }
.meta { min-height: 1.25rem; padding: 0 .25rem; color: var(--soft); font-size: .8125rem; line-height: 1.5; }
.meta:empty { display: none; }
.failed .meta { color: var(--ink); font-weight: 600; }

.choices { display: flex; flex-wrap: wrap; gap: .5rem; width: 100%; max-width: 36rem; margin: .5rem 0 .25rem; }
.choices button { padding: .5rem 1.125rem; border: 1.5px solid var(--brand); border-radius: 1.5rem; background: var(--card); color: var(--brand); font-weight: 600; line-height: 1.5; text-align: start; }
.choices button:hover:enabled { background: var(--mine); }
.choices button:active:enabled { transform: translateY(1px); }
.choices.short { flex-wrap: nowrap; }
.choices.short button { flex: 1 1 0; max-width: 5.5rem; min-width: 44px; padding: .5rem 0; border-radius: .875rem; text-align: center; font-size: 1.25rem; line-height: 1.6; }
.choices button:disabled { cursor: default; border-color: var(--line); border-width: 1px; background: transparent; color: var(--off); font-weight: 400; }
.choices button[aria-pressed=true] { border: 1.5px solid var(--brand); color: var(--brand); font-weight: 700; }
.choices:not(.short) button[aria-pressed=true]::before { content: "✓ "; content: "✓ " / ""; }
@media (max-width: 22rem) { .choices.short { gap: .375rem; } .mark { display: none; } h1 { margin: 0; } }

.dots { display: inline-flex; gap: .375rem; align-items: center; min-height: 1.75rem; }
.dots i { width: .5rem; height: .5rem; border-radius: 50%; background: var(--soft); animation: breathe 1.4s infinite ease-in-out; }
.dots i:nth-child(2) { animation-delay: .2s; }
.dots i:nth-child(3) { animation-delay: .4s; }
@keyframes breathe { 0%, 70%, 100% { opacity: .3; } 35% { opacity: 1; } }

.newer { position: absolute; left: 50%; bottom: .75rem; transform: translateX(-50%); padding: 0 1.25rem; border: 1px solid var(--line); border-radius: 1.5rem; background: var(--card); color: var(--brand); font-weight: 600; font-size: .9375rem; box-shadow: 0 2px 10px rgb(0 0 0 / .16); white-space: nowrap; }
.middle { position: relative; flex: 1; min-height: 0; display: flex; }

form { background: var(--bar); border-top: 1px solid var(--line); padding: 0 env(safe-area-inset-right) env(safe-area-inset-bottom) env(safe-area-inset-left); }
.write { display: flex; align-items: flex-end; gap: .5rem; max-width: var(--wide); margin: 0 auto; padding: .625rem 1rem; }
textarea { flex: 1; min-width: 0; min-height: 48px; max-height: 9.5rem; resize: none; padding: .5625rem .875rem; border: 1px solid var(--off); border-radius: .875rem; background: var(--card); font-size: max(1.0625rem, 16px); line-height: 1.6; }
textarea:focus-visible { border-color: transparent; outline-offset: -2px; }
textarea::placeholder { color: var(--soft); opacity: 1; }
.send { flex: none; min-height: 48px; padding: 0 1.25rem; border: 1px solid transparent; border-radius: .875rem; background: var(--fill); color: var(--fill-ink); font-weight: 600; white-space: nowrap; }
.send:hover { filter: brightness(1.08); }

@media (min-width: 160rem) { :host { --wide: 56rem; } }
@media (min-width: 48rem) { ol.log { padding-top: 1.5rem; padding-bottom: 1.75rem; } .top { padding-block: .5rem; } .write { padding-block: .875rem; } }
@media (max-height: 24rem) { .top { padding-block: 0; } .write { padding-block: .25rem; } textarea { max-height: 4.5rem; } .newer { left: auto; right: .5rem; transform: none; } .newer span { display: none; } }
@media (prefers-reduced-motion: reduce) { * { animation: none !important; transition: none !important; scroll-behavior: auto !important; } .dots i { opacity: .7; } }
@media (forced-colors: active) { .note, .bubble, .owner .bubble, .mark, .send { border: 1px solid CanvasText; } .send { background: ButtonFace; color: ButtonText; } .choices button[aria-pressed=true] { outline: 2px solid Highlight; } .dots i { background: CanvasText; } .mark svg { fill: CanvasText; } }
`;
