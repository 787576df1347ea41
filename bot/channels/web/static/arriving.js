// What stands behind `#` in the address under which the page was opened: a code of another device, or what Telegram tells its Mini Apps.

/** Opens the conversation that was meant; then the page goes on as always. */
export async function arrive(chat) {
  const code = /^#c=([\w.-]+)$/.exec(location.hash)?.[1];
  if (!code) return (await import("./telegram.js")).settleIn(chat);
  history.replaceState(null, "", location.pathname + location.search);
  try {
    const answer = await fetch("/chat/arrive", { method: "POST", body: JSON.stringify({ code }) });
    const { token } = await answer.json();
    for (const name of ["seen", "read"]) chat.store.set(name, null);
    chat.store.set("token", token);
  } catch {
    chat.standing = chat.texts.expired;
  }
}
