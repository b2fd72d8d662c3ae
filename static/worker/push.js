// News for somebody whose page is closed: the server has encrypted it for this browser (RFC 8291). An open page that is
// looked at tells of it by itself, and needs no notification beside it.

self.addEventListener("push", (event) => {
  const told = event.data?.json();
  if (told) event.waitUntil(notify(told));
});

/** @param {{task: string, severity: string, language: string, title: string, body: string}} told */
async function notify({ task, severity, language, title, body }) {
  const pages = await self.clients.matchAll({ type: "window" });
  if (pages.some((page) => new URL(page.url).pathname === shell.path && page.visibilityState === "visible")) return;
  await self.registration.showNotification(title, {
    body, lang: language, tag: task, data: { task }, icon: shell.icon, badge: shell.icon,
    renotify: true, requireInteraction: severity === "urgent", vibrate: [200, 100, 200],
  });
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data?.task ?? ""));
});

/** The task, in the page that is there already if there is one. @param {string} task */
async function open(task) {
  const pages = await self.clients.matchAll({ type: "window" });
  const page = pages.find((each) => new URL(each.url).pathname === shell.path);
  if (!page) return self.clients.openWindow(`${shell.path}#task=${task}`);
  page.postMessage({ open: task });
  return page.focus();
}

/** The browser has made another subscription out of the old one: the server has to know. */
self.addEventListener("pushsubscriptionchange", (event) => {
  event.waitUntil(renew(event.oldSubscription));
});

/** @param {PushSubscription | null} old */
async function renew(old) {
  if (!old) return;
  const made = await self.registration.pushManager.subscribe(old.options);
  const { endpoint, keys } = made.toJSON();
  await fetch("/api/push-subscription", {
    method: "PUT",
    headers: { "Content-Type": "application/json", "Curbstop-Surface": shell.surface },
    body: JSON.stringify({ endpoint, keys, language: shell.language }),
  });
}
