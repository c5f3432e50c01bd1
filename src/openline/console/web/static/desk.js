// What script adds to pages that work without it: they stay as they are while somebody points at them or types,
// show what is new, say when they are stale, sound, and take single keys.
import { keys } from "./keys.js";
import { arm, sound } from "./sound.js";

const page = document.documentElement;
page.dataset.script = "on";
const $ = (id) => document.getElementById(id);
const STALE_AFTER_MS = 10_000;
const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const two = (n) => String(n).padStart(2, "0");

let beatAt = performance.now();
let stationAhead = Date.parse($("clock")?.dateTime ?? "") - Date.now() || 0;
let beatStation = Date.now() + stationAhead;
let version = null;

const dtg = (ms) => {
  const t = new Date(ms);
  return `${two(t.getUTCDate())} ${two(t.getUTCHours())}${two(t.getUTCMinutes())}:${two(t.getUTCSeconds())}Z ` +
    `${MONTHS[t.getUTCMonth()]} ${two(t.getUTCFullYear() % 100)}`;
};

// ------------------------------------------------------------------ time
const tick = () => {
  const now = Date.now() + stationAhead;
  const clock = $("clock");
  if (clock && !("stale" in page.dataset)) clock.textContent = dtg(now);
  const local = $("local");
  const here = new Date(now);
  if (local) local.textContent = `(${page.dataset.local} \u2066${two(here.getHours())}:${two(here.getMinutes())}\u2069)`;
  for (const one of document.querySelectorAll("[data-due]")) {
    const left = Number(one.dataset.due) - now;
    const s = Math.floor(Math.abs(left) / 1000);
    const words = s < 5400 ? `${two(Math.floor(s / 60))}:${two(s % 60)}` : `${Math.floor(s / 3600)} ${page.dataset.h}`;
    one.textContent = left > 0 ? `${words} ${page.dataset.left}` : `▲ ${page.dataset.overdue} ${words}`;
    one.closest(".due")?.classList.toggle("over", left <= 0);
  }
  for (const one of document.querySelectorAll("[data-until]")) {
    const s = Math.floor((Number(one.dataset.until) - now) / 1000);
    const days = Math.floor(s / 86400);
    const words = `${days ? `${days} d ` : ""}${two(Math.floor(s / 3600) % 24)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
    one.textContent = s >= 0 ? `\u2066${words}\u2069 ${page.dataset.left}` : one.dataset.passed;
  }
  const stale = performance.now() - beatAt > STALE_AFTER_MS;
  if (stale !== ("stale" in page.dataset)) {
    const box = $("stale");
    if (stale) {
      page.dataset.stale = "";
      const words = box.querySelector("strong");
      words.textContent = words.dataset.say.replace("{}", `\u2066${dtg(beatStation)}\u2069`);
      document.title = `STALE – ${document.title}`;
      sound("alarm");
    } else {
      delete page.dataset.stale;
      fetchAgain();
    }
    steady(() => { box.hidden = !stale; });
  }
};

// ------------------------------------------------------------------ what is new
let fetching = false;
let again = false;
let held = null; // what came while somebody points there; shown when they say so

let acted = null; // the card that was acknowledged here and stays, because it is still to be answered
const touched = (part) => part.matches(":hover") || part.contains(document.activeElement);

const same = (old, fresh) => old.isEqualNode(fresh);

const place = (list, fresh) => {
  const old = new Map([...list.children].map((one) => [one.dataset.key, one]));
  const wanted = [...fresh.children].map((one) => {
    const kept = old.get(one.dataset.key);
    if (!kept) return document.importNode(one, true);
    if (!same(kept, one) && (!touched(kept) || acted === one.dataset.key)) {
      kept.className = one.className;
      kept.toggleAttribute("data-alarm", one.hasAttribute("data-alarm"));
      kept.replaceChildren(...document.importNode(one, true).childNodes);
    }
    return kept;
  });
  for (const [i, one] of wanted.entries()) {
    if (list.children[i] !== one) list.insertBefore(one, list.children[i] ?? null);
  }
  while (list.children.length > wanted.length) list.lastElementChild.remove();
};

const keysOf = (list) => [...list.children].map((one) => one.dataset.key);

const offer = (list, fresh) => {
  const now = new Set(keysOf(list));
  const added = keysOf(fresh).filter((key) => !now.has(key)).length;
  const button = $("show-new");
  button.hidden = added === 0;
  button.textContent = $("news").dataset.one.replace("{}", added);
  return added;
};

const take = (fresh, willing) => {
  for (const part of document.querySelectorAll("[data-region]")) {
    const other = fresh.getElementById(part.id);
    if (!other || same(part, other)) continue;
    if (part.id === "head") takeHead(part, other);
    else if (!touched(part)) part.replaceChildren(...document.importNode(other, true).childNodes);
  }
  for (const list of document.querySelectorAll("[data-list]")) {
    const other = fresh.getElementById(list.id);
    if (!other) continue;
    const moves = keysOf(list).join() !== keysOf(other).join();
    const shy = list.children.length > 0 && touched(list.closest("section")) && moves;
    if (shy && !willing) {
      if ("offers" in list.dataset && offer(list, other)) held = fresh;
      continue;
    }
    if ("offers" in list.dataset) {
      $("show-new").hidden = true;
      held = null;
    }
    if (list.id === "needs") {
      const before = new Set(keysOf(list));
      const added = [...other.children].filter((one) => !before.has(one.dataset.key) && one.classList.contains("card"));
      if (added.length) {
        sound(added[0].classList.contains("p-flash") ? "flash" : "new");
        say(added[0].querySelector("h3")?.textContent ?? "");
      }
    }
    place(list, other);
  }
  if (!("stale" in page.dataset)) document.title = fresh.title;
  const icon = fresh.getElementById("counted");
  const link = document.querySelector("link[rel=icon]");
  if (icon && link && link.getAttribute("href") !== icon.getAttribute("href")) link.href = icon.getAttribute("href");
};

// Whatever comes above it, what somebody points at or has the focus on stays where it is on the screen.
const steady = (change) => {
  const pointed = [...document.querySelectorAll(":hover")].at(-1);
  const focused = document.activeElement;
  const inside = (one) => one && one !== page && one !== document.body && one.closest("main,.head");
  const one = inside(pointed) ? pointed : inside(focused) ? focused : null;
  const key = one?.closest("[data-key]")?.dataset.key;
  const top = () => (one?.isConnected ? one : key && document.querySelector(`[data-key="${CSS.escape(key)}"]`))
    ?.getBoundingClientRect().top;
  const before = top();
  change();
  const after = top();
  if (before !== undefined && after !== undefined && after !== before) scrollBy(0, after - before);
};

const takeHead = (part, other) => {
  const fresh = document.importNode(other, true);
  for (const id of ["armed-box", "clock", "local"]) { // ours: armed by a gesture, ticking by itself
    const kept = $(id);
    const its = fresh.querySelector(`#${id}`);
    if (kept && its) its.replaceWith(kept);
  }
  const focus = document.activeElement;
  const known = new Set(keysOf($("head-alarms")));
  for (const id of ["head-row", "head-lines", "head-watch"]) {
    const its = fresh.querySelector(`#${id}`);
    if (its) $(id).replaceChildren(...its.childNodes);
  }
  place($("head-alarms"), fresh.querySelector("#head-alarms"));
  if (!focus.isConnected && focus.href) { // the link that had the focus is another node now
    [...part.querySelectorAll("a")].find((one) => one.href === focus.href)?.focus({ preventScroll: true });
  } else if (part.contains(focus)) focus.focus({ preventScroll: true });
  for (const one of part.querySelectorAll("[data-alarm]")) {
    if (!known.has(one.dataset.key)) say(one.firstElementChild.textContent);
  }
  if (part.querySelector("[data-alarm]")) sound("alarm");
};

const say = (words) => {
  const box = $("news");
  box.textContent = words.replace(/\s+/g, " ").trim();
  setTimeout(() => box.replaceChildren(), 6000);
};

const fetchAgain = () => {
  if (!document.querySelector("[data-board]") && !$("head")) return;
  if (fetching) {
    again = true;
    return;
  }
  fetching = true;
  // A document as the answer: the browser parses it without script, and no text of theirs becomes markup here.
  const asked = new XMLHttpRequest();
  asked.open("GET", document.querySelector("[data-board]") ? location.pathname : "/");
  asked.responseType = "document";
  asked.timeout = 8000;
  asked.onloadend = () => {
    fetching = false;
    if (asked.status === 200 && asked.response?.getElementById("head")) steady(() => take(asked.response, false));
    else if (asked.status === 200) ended();
    if (again) {
      again = false;
      fetchAgain();
    }
  };
  asked.send();
};

const ended = () => {
  if (!document.querySelector("form[data-guard]")) location.assign("/sign-in"); // what is being written stays
};

const heard = ({ what, news }) => {
  if (what === "ended") {
    ended();
    return;
  }
  beatAt = performance.now();
  beatStation = news.now_ms;
  stationAhead = news.now_ms - Date.now();
  if (version !== null && news.version !== version) fetchAgain();
  else if (version === null && Math.abs(Number(page.dataset.version || news.version) - news.version) > 0) fetchAgain();
  version = news.version;
  tick();
};

const connect = () => {
  if (window.SharedWorker) {
    const policy = window.trustedTypes?.createPolicy("openline", { createScriptURL: () => page.dataset.worker });
    const worker = new SharedWorker(policy ? policy.createScriptURL("") : page.dataset.worker, { name: page.dataset.sitting });
    worker.port.addEventListener("message", (event) => heard(event.data));
    worker.port.start();
    addEventListener("pagehide", () => worker.port.postMessage("bye"));
    addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
    return;
  }
  const source = new EventSource("/live");
  source.addEventListener("beat", (event) => heard({ what: "beat", news: JSON.parse(event.data) }));
  source.addEventListener("ended", () => heard({ what: "ended" }));
};

// ------------------------------------------------------------------ acts
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !("quiet" in form.dataset)) return;
  event.preventDefault();
  const card = form.closest("[data-key]");
  form.querySelector("button").disabled = true;
  fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) }).then((answer) => {
    if (!answer.ok) location.assign(card.dataset.message);
    else if ("stays" in card.dataset) {
      acted = card.dataset.key;
      form.remove();
      card.focus();
      fetchAgain();
    } else {
      const next = card.nextElementSibling ?? card.previousElementSibling;
      card.remove();
      next?.focus();
      fetchAgain();
    }
  }, () => { form.querySelector("button").disabled = false; });
});

$("show-new")?.addEventListener("click", () => {
  if (held) take(held, true);
  document.querySelector("[data-offers]").firstElementChild?.focus();
});
$("arm")?.addEventListener("click", () => arm());

// What is being written is not lost by a slip.
const guarded = document.querySelector("form[data-guard]");
if (guarded) {
  let dirty = false;
  guarded.addEventListener("input", () => { dirty = true; });
  guarded.addEventListener("submit", () => { dirty = false; });
  addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });
}
document.querySelector(".nav a[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" }); // one row where narrow
document.getElementById("summary")?.focus();

keys();
connect();
setInterval(tick, 1000);
tick();
