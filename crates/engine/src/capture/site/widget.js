// Letopis: a chat for a site. One script, no cookies, nothing of the page is read but its address. capture/site.rs says the rest.
(() => {
  "use strict";
  const tag = document.currentScript;
  if (!tag || document.querySelector("letopis-chat")) return;
  const url = tag.src.replace(/\.js([?#].*)?$/, "/messages");
  const said = tag.dataset.lang || document.documentElement.lang || navigator.language || "ru";
  const lang = said.toLowerCase().startsWith("ru") ? "ru" : "en";
  const t = {
    ru: {
      open: "Написать нам", unread: "Вам ответили", close: "Закрыть чат", title: "Чат", label: "Ваше сообщение", send: "Отправить",
      wait: "Печатает…", you: "Вы", us: "Мы", more: "Подробнее",
      late: "Сообщение получено. Ответим позже: напишите, пожалуйста, телефон или почту.",
      failed: "Не отправилось. Попробуйте ещё раз.", hasty: "Слишком много сообщений. Подождите минуту.",
      consent: "Отправляя сообщение, вы соглашаетесь на обработку персональных данных.",
    },
    en: {
      open: "Write to us", unread: "You have an answer", close: "Close the chat", title: "Chat", label: "Your message", send: "Send",
      wait: "Typing…", you: "You", us: "We", more: "More",
      late: "We have your message and will answer later: please leave a phone number or an e-mail address.",
      failed: "It was not sent. Please try again.", hasty: "Too many messages. Please wait a minute.",
      consent: "By sending a message you agree to the processing of your personal data.",
    },
  }[lang];

  // Who writes is a random word of this browser; what was said in this tab is shown again on the next page of the site.
  const word = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const keep = (store, name, value) => {
    try {
      return value === undefined ? window[store].getItem(name) : window[store].setItem(name, value);
    } catch {
      return null; // Storage is switched off: until the page is left.
    }
  };
  let visitor = keep("localStorage", "letopis-visitor");
  if (!/^[0-9a-f]{32}$/.test(visitor || "")) {
    visitor = word();
    keep("localStorage", "letopis-visitor", visitor);
  }
  const talk = [];

  const make = (name, more, ...inside) => {
    const made = Object.assign(document.createElement(name), more);
    made.append(...inside);
    return made;
  };
  const host = make("letopis-chat", { lang });
  const root = host.attachShadow({ mode: "closed" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
:host{all:initial;position:fixed;right:16px;bottom:16px;z-index:2147483000;font:16px/1.45 system-ui,sans-serif;color-scheme:light dark;
--bg:#fff;--fg:#1b1f24;--dim:#4b5560;--line:#8b95a0;--own:#e4eefb;--go:#0b5cad;--on:#fff}
@media (prefers-color-scheme:dark){:host{--bg:#1d2126;--fg:#f0f2f4;--dim:#b4bec8;--line:#6c7783;--own:#24364d;--go:#7ab8ff;--on:#10151b}}
@media print{:host{display:none}}
*{box-sizing:border-box}
button,textarea{font:inherit}
button{border:1px solid transparent;border-radius:22px;padding:10px 18px;min-height:44px;background:var(--go);color:var(--on);cursor:pointer}
button[aria-disabled=true]{opacity:.6;cursor:default}
:focus-visible{outline:3px solid var(--go);outline-offset:2px}
ol:focus-visible,textarea:focus-visible,header button:focus-visible{outline-offset:-3px}
#open{box-shadow:0 0 0 2px var(--bg),0 2px 10px #0005}
section{display:flex;flex-direction:column;width:min(360px,calc(100vw - 32px));height:min(520px,calc(100vh - 32px));max-height:calc(100dvh - 32px);
background:var(--bg);color:var(--fg);border:1px solid var(--line);border-radius:14px;overflow:hidden;box-shadow:0 4px 24px #0004}
[hidden]{display:none}
header{display:flex;align-items:center;justify-content:space-between;padding:4px 4px 4px 16px;border-bottom:1px solid var(--line)}
h2{font-size:17px;margin:0;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
header button{background:none;color:inherit;min-width:44px;padding:0;font-size:24px;line-height:1}
ol{flex:1;overflow-y:auto;margin:0;padding:12px;list-style:none;display:flex;flex-direction:column;gap:8px}
li{max-width:85%;padding:8px 12px;border:1px solid var(--line);border-radius:12px;white-space:pre-wrap;overflow-wrap:anywhere;align-self:start}
li.own{align-self:end;background:var(--own)}
li.note{max-width:100%;border:0;padding:4px;color:var(--dim);font-size:14px;align-self:center;text-align:center}
b{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
form{display:grid;grid-template-columns:1fr auto;gap:8px;align-items:end;padding:8px 12px}
textarea{resize:none;border:1px solid var(--line);border-radius:10px;padding:9px;background:var(--bg);color:inherit;min-width:0}
textarea::placeholder{color:var(--dim);opacity:1}
p{margin:0;padding:0 12px 10px;font-size:12px;color:var(--dim)}
#state{padding:8px 12px 0;min-height:28px;font-size:14px;border-top:1px solid var(--line)}
a{color:inherit}`);
  root.adoptedStyleSheets = [sheet];

  const title = tag.dataset.title || t.title;
  const opener = make("button", { id: "open", type: "button", textContent: t.open });
  const closer = make("button", { type: "button", textContent: "×", ariaLabel: t.close });
  const list = make("ol", { role: "log", tabIndex: 0, ariaLabel: title });
  const state = make("p", { id: "state", role: "status" });
  const field = make("textarea", { rows: 2, maxLength: 4000, ariaLabel: t.label, placeholder: t.label });
  const sender = make("button", { textContent: t.send });
  const form = make("form", { noValidate: true }, field, sender);
  const consent = make("p", {}, t.consent);
  if (/^(https?:\/|\/)/.test(tag.dataset.privacy || "")) {
    consent.append(" ", make("a", { href: tag.dataset.privacy, target: "_blank", rel: "noopener", textContent: t.more }));
  }
  const head = make("header", {}, make("h2", { textContent: title }), closer);
  const box = make("section", { hidden: true, role: "dialog", ariaLabel: title }, head, list, state, form, consent);
  root.append(box, opener);

  const show = (open) => {
    box.hidden = !open;
    opener.hidden = open;
    opener.textContent = t.open;
    list.scrollTop = list.scrollHeight;
    (open ? field : opener).focus();
  };
  const add = (kind, text) => {
    const whose = { own: t.you, reply: t.us }[kind];
    const line = make("li", { className: kind }, ...(whose ? [make("b", { textContent: `${whose}: ` })] : []), text);
    list.append(line);
    list.scrollTop = list.scrollHeight;
    talk.push([kind, text]);
    keep("sessionStorage", "letopis-talk", JSON.stringify(talk.slice(-50)));
    return line;
  };
  try {
    for (const [kind, text] of JSON.parse(keep("sessionStorage", "letopis-talk")) || []) add(String(kind), String(text));
  } catch {
    talk.length = 0; // Somebody else's word.
  }

  const ask = async (message) => {
    const body = JSON.stringify({ ...message, visitor, lang, page: location.origin + location.pathname });
    const answer = await fetch(url, {
      method: "POST", mode: "cors", credentials: "omit", referrerPolicy: "no-referrer", headers: { "Content-Type": "application/json" }, body,
    });
    if (!answer.ok) throw answer.status;
    const reply = await answer.json().catch(() => ({}));
    return reply && typeof reply.text === "string" ? reply.text.trim() : "";
  };
  let busy = false;
  let failed = null; // Said again it keeps its id, so that it is one message.
  const send = async () => {
    const text = field.value.trim();
    if (!text || busy) return;
    busy = true;
    sender.ariaDisabled = "true";
    const message = failed && failed.text === text ? failed : { id: word(), text };
    field.value = "";
    state.textContent = t.wait;
    const own = add("own", text);
    try {
      const reply = await ask(message);
      failed = null;
      state.textContent = "";
      add(reply ? "reply" : "note", reply || t.late);
      if (box.hidden) opener.textContent = t.unread;
    } catch (status) {
      failed = message;
      own.remove();
      talk.splice(talk.findLastIndex(([kind, said]) => kind === "own" && said === text), 1);
      keep("sessionStorage", "letopis-talk", JSON.stringify(talk.slice(-50)));
      state.textContent = status === 429 ? t.hasty : t.failed;
      field.value ||= text;
    }
    busy = false;
    sender.ariaDisabled = "false";
  };

  opener.onclick = () => show(true);
  closer.onclick = () => show(false);
  form.onsubmit = (event) => {
    event.preventDefault();
    send();
    field.focus();
  };
  field.onkeydown = (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  };
  box.onkeydown = (event) => {
    if (event.key === "Escape" && !event.isComposing) show(false);
    event.stopPropagation(); // The page's own shortcuts are not meant by somebody who writes.
  };
  box.onkeyup = box.onkeypress = (event) => event.stopPropagation();
  const mount = () => document.body.append(host);
  if (document.body) mount();
  else addEventListener("DOMContentLoaded", mount);
})();
