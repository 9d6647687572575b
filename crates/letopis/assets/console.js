// The little that pages do better with a script. Everything works without it.
(() => {
  "use strict";
  const EVERY_MS = 4000;
  const STALE_MS = 20_000;
  const typing = (element) => element && (element.matches("input:not([type=radio], [type=checkbox]), textarea, select") || element.isContentEditable);

  // What is on the page is older than people think: says since when.
  const stale = document.querySelector("[data-stale]");
  let heard = Date.now();
  const hear = (answered) => {
    if (answered) heard = Date.now();
    const old = Date.now() - heard > STALE_MS;
    if (!stale || stale.hidden === !old) return;
    const time = new Date(heard).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
    stale.hidden = !old;
    stale.textContent = old ? stale.dataset.stale.replace("%time%", time) : "";
  };

  // Somebody writes in it, or is about to press a button that only shows when asked for.
  const busy = (part) => part.contains(document.activeElement) && typing(document.activeElement) || part.querySelector("details.sure[open]");

  // A part with data-live is fetched again from that address; it answers 304 while nothing is new. A whole page gives its part of that address.
  const refresh = async (part) => {
    if (document.hidden || busy(part)) return;
    const headers = part.dataset.tag ? { "If-None-Match": part.dataset.tag } : {};
    const answer = await fetch(part.dataset.live, { headers, redirect: "manual" }).catch(() => null);
    hear([200, 304].includes(answer?.status));
    if (answer?.status !== 200) return;
    const first = !part.dataset.tag;
    part.dataset.tag = answer.headers.get("ETag") || "";
    let html = await answer.text();
    if (html.trimStart().startsWith("<!doctype")) {
      const page = new DOMParser().parseFromString(html, "text/html");
      html = page.querySelector(`[data-live="${CSS.escape(part.dataset.live)}"]`)?.innerHTML ?? part.innerHTML;
    }
    if (busy(part)) return;
    if (first && html.trim() === part.innerHTML.trim()) return;
    const open = [...part.querySelectorAll("details[open][id]")].map((details) => details.id);
    const at = part.contains(document.activeElement) && document.activeElement.getAttribute("href");
    part.innerHTML = html;
    open.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
    if (at) part.querySelector(`[href="${CSS.escape(at)}"]`)?.focus();
  };
  const parts = document.querySelectorAll("[data-live]");
  for (const part of parts) setInterval(() => refresh(part).catch(() => {}), EVERY_MS);
  document.addEventListener("visibilitychange", () => parts.forEach((part) => refresh(part).catch(() => {})));

  // The page of beginners waits for the first conversation.
  for (const part of document.querySelectorAll("[data-wait]")) {
    setInterval(async () => {
      if (document.hidden) return;
      const answer = await fetch(part.dataset.wait, { redirect: "manual" }).catch(() => null);
      if (answer?.status === 200 && (await answer.text()).includes("data-row")) location.reload();
    }, EVERY_MS);
  }

  // A choice in a filter is made at once.
  for (const field of document.querySelectorAll("form[data-auto] select, form[data-auto] input[type=checkbox]")) {
    field.addEventListener("change", () => field.form.requestSubmit());
  }
  for (const button of document.querySelectorAll("form[data-auto] [data-no-script]")) button.hidden = true;

  // Copy buttons exist only where copying works.
  for (const box of document.querySelectorAll("[data-copy]")) {
    const text = box.querySelector("pre, code")?.textContent;
    if (!navigator.clipboard || !text) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button small copy";
    button.textContent = box.dataset.copy;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(text);
      button.textContent = box.dataset.copied;
      setTimeout(() => { button.textContent = box.dataset.copy; }, 2000);
    });
    box.after(button);
  }

  // A question before what cannot be undone.
  for (const form of document.querySelectorAll("form[data-ask]")) {
    form.addEventListener("submit", (event) => { if (!confirm(form.dataset.ask)) event.preventDefault(); });
  }

  // An open menu closes by a click elsewhere and by Escape.
  const menus = [...document.querySelectorAll("details.menu, details.more, details.more-views")];
  document.addEventListener("click", (event) => menus.forEach((menu) => { if (menu.open && !menu.contains(event.target)) menu.open = false; }));

  // Keys: / searches, j and k walk the rows of a list.
  const walk = (step) => {
    const rows = [...document.querySelectorAll("[data-row]")];
    const at = rows.indexOf(document.activeElement);
    rows[at < 0 ? 0 : Math.min(Math.max(at + step, 0), rows.length - 1)]?.focus();
  };
  // ? shows the keys; g and a letter goes to a room.
  const help = document.getElementById("key-help");
  const toggle = () => (help?.open ? help.close() : help?.showModal());
  for (const button of document.querySelectorAll("[data-keys]")) {
    button.hidden = false;
    button.addEventListener("click", toggle);
  }
  const GO_MS = 1500;
  let going = 0;
  const go = (event) => {
    const began = Date.now() - going < GO_MS;
    going = !began && event.code === "KeyG" && !event.shiftKey ? Date.now() : 0;
    const room = began && document.querySelector(`[data-go="${CSS.escape(event.code.replace(/^Key/, ""))}"]`);
    if (room) location.assign(room.getAttribute("href"));
    return Boolean(room) || going > 0;
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") menus.forEach((menu) => { if (menu.open) { menu.open = false; menu.querySelector("summary").focus(); } });
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    // By place on the keyboard, so that the keys work in the Russian layout as well.
    if (event.key === "?" || event.code === "Slash" && event.shiftKey) { toggle(); event.preventDefault(); return; }
    if (help?.open) return;
    if (go(event)) { event.preventDefault(); return; }
    if (event.key === "/" || event.code === "Slash") { document.querySelector("[data-hotkey='/']")?.focus(); event.preventDefault(); }
    if (keyed(event)) { event.preventDefault(); return; }
    if (event.code === "KeyJ") walk(1);
    if (event.code === "KeyK") walk(-1);
  });

  // What has a key of its own (data-key: a letter, a digit, Enter) is clicked by it; Enter also sends the form that says so.
  const keyed = (event) => {
    const key = event.code.replace(/^(Key|Digit|Numpad)/, "");
    const field = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
    const own = document.activeElement?.closest("a, button, summary");
    if (field && !(key === "Enter" && own)) { field.click(); if (field.matches("input")) field.focus({ preventScroll: true }); return true; }
    const form = key === "Enter" && !own ? document.querySelector("form[data-enter]") : null;
    form?.requestSubmit();
    return Boolean(form);
  };

  // A page that ends an installation inside a portal tells the portal so: it goes on to the application then.
  const { frame, portal } = document.body.dataset;
  if (frame && portal && window.parent !== window) window.parent.postMessage(`setInstallFinish:letopis:${frame}`, portal);
})();
