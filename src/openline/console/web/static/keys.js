// Single keys. They can be switched off, and never act while somebody types.
const typing = (one) => one.matches("input,textarea,select") || one.isContentEditable;

const current = () => {
  const focused = document.activeElement?.closest("[data-message]");
  return focused ?? document.querySelector("#needs [data-message]") ?? document.querySelector("[data-message]");
};

const follow = (act) => {
  const link = current()?.querySelector(`[data-act=${act}]`) ?? document.querySelector(`[data-act=${act}]`);
  link?.click();
};

const acts = {
  a: () => current()?.querySelector("form[data-act=acknowledge]")?.requestSubmit(),
  r: () => follow("reply"),
  n: () => location.assign("/drafts/new"),
  t: () => {
    const page = document.documentElement;
    const next = { "": "original", original: "translation", translation: "" };
    page.dataset.show = next[page.dataset.show ?? ""];
  },
  l: () => {
    const log = document.getElementById("log-panel");
    if (log) log.focus();
    else location.assign("/#log-panel");
  },
  "/": () => location.assign("/search"),
  p: () => (document.getElementById("message") ? print() : follow("print")),
  "?": () => location.assign("/help"),
};

export const keys = () => {
  document.addEventListener("keydown", (event) => {
    if (document.documentElement.dataset.keys !== "on" || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.repeat || typing(event.target)) return;
    // By its place on the board too: with a Russian layout the key of A says ф.
    const letter = /^Key[A-Z]$/.test(event.code) ? event.code.slice(3).toLowerCase() : event.key;
    const act = acts[event.key.toLowerCase()] ?? acts[letter];
    if (!act) return;
    event.preventDefault();
    act();
  });
};
