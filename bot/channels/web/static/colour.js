// The site's colour, where it can be read: text in it must stand out from the card (WCAG 1.4.3), and so must text on it.

const ENOUGH = 4.5;
const HEX = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i;

/** Relative luminance of WCAG 2, of a colour written #rrggbb. */
function luminance(hex) {
  const [red, green, blue] = HEX.exec(hex).slice(1).map((part) => {
    const share = parseInt(part, 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

export function contrast(one, other) {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

/** Gives the chat a colour of its own; anything but #rrggbb is left out. */
export function paint(chat, colour) {
  if (!HEX.test(colour)) return;
  const card = matchMedia("(prefers-color-scheme: dark)").matches ? "#1f2827" : "#ffffff";
  chat.style.setProperty("--fill", colour);
  chat.style.setProperty("--fill-ink", contrast(colour, "#ffffff") >= ENOUGH ? "#ffffff" : "#000000");
  chat.style.setProperty("--brand", contrast(colour, card) >= ENOUGH + 0.5 ? colour : "var(--ink)");
}
