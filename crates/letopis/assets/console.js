// The little that pages do better with a script. Everything works without it.
(() => {
  "use strict";
  const EVERY_MS = 4000;
  const typing = (element) => element && (element.matches("input:not([type=radio], [type=checkbox]), textarea, select") || element.isContentEditable);

  // A part with data-live is fetched again from that address; it answers 304 while nothing is new.
  const refresh = async (part) => {
    if (document.hidden || part.contains(document.activeElement) && typing(document.activeElement)) return;
    const headers = part.dataset.tag ? { "If-None-Match": part.dataset.tag } : {};
    const answer = await fetch(part.dataset.live, { headers, redirect: "manual" });
    if (answer.status !== 200) return;
    const first = !part.dataset.tag;
    part.dataset.tag = answer.headers.get("ETag") || "";
    const html = await answer.text();
    if (first && html.trim() === part.innerHTML.trim()) return;
    const open = [...part.querySelectorAll("details[open][id]")].map((details) => details.id);
    const at = part.contains(document.activeElement) && document.activeElement.getAttribute("href");
    part.innerHTML = html;
    open.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
    if (at) part.querySelector(`[href="${CSS.escape(at)}"]`)?.focus();
  };
  for (const part of document.querySelectorAll("[data-live]")) {
    setInterval(() => refresh(part).catch(() => {}), EVERY_MS);
  }

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
  const menus = [...document.querySelectorAll("details.menu, details.more")];
  document.addEventListener("click", (event) => menus.forEach((menu) => { if (menu.open && !menu.contains(event.target)) menu.open = false; }));

  // Keys: / searches, j and k walk the rows of a list.
  const walk = (step) => {
    const rows = [...document.querySelectorAll("[data-row]")];
    const at = rows.indexOf(document.activeElement);
    rows[at < 0 ? 0 : Math.min(Math.max(at + step, 0), rows.length - 1)]?.focus();
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") menus.forEach((menu) => { if (menu.open) { menu.open = false; menu.querySelector("summary").focus(); } });
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    // By place on the keyboard, so that the keys work in the Russian layout as well.
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
