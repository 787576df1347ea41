// Tells of a check-in while no page is open. It keeps nothing and answers no request of the page.

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));

addEventListener("push", (event) => {
  const { title, body, url, lang } = event.data.json();
  event.waitUntil(registration.showNotification(title, { body, lang, tag: "advisor", renotify: true, data: { url } }));
});

addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(show(event.notification.data.url));
});

async function show(url) {
  const pages = await clients.matchAll({ type: "window", includeUncontrolled: true });
  const open = pages.find((page) => new URL(page.url).pathname === "/");
  return open ? open.focus() : clients.openWindow(url);
}
