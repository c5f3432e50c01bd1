// Security keys: what a form with data-key asks of the desk, of the key, and of the desk again. The forms of PIN and code
// stand beside it and need none of this.
const unpack = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const pack = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

const withBytes = (options) => {
  const known = (one) => ({ ...one, id: unpack(one.id) });
  const made = { ...options, challenge: unpack(options.challenge) };
  if (options.user) made.user = { ...options.user, id: unpack(options.user.id) };
  if (options.allowCredentials) made.allowCredentials = options.allowCredentials.map(known);
  if (options.excludeCredentials) made.excludeCredentials = options.excludeCredentials.map(known);
  return made;
};

const asJson = (one) => {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature"]) {
    if (one.response[name]) response[name] = pack(one.response[name]);
  }
  return { id: one.id, rawId: pack(one.rawId), type: one.type, response, clientExtensionResults: {} };
};

class Refused extends Error {}

const ask = async (path, body, etag) => {
  const once = pack(crypto.getRandomValues(new Uint8Array(16)));
  const headers = { "content-type": "application/json", "idempotency-key": once };
  headers["accept-language"] = document.documentElement.lang;
  if (etag) headers["if-match"] = etag;
  const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
  const said = await answer.json();
  if (!answer.ok) throw new Refused(`${said.code}: ${said.told || said.detail || said.title}`);
  return said;
};

const fieldsOf = (form, last) => {
  const found = {};
  for (const one of form.querySelectorAll("[data-field]")) {
    if (!last && "last" in one.dataset) continue;
    found[one.dataset.field] = "number" in one.dataset ? Number(one.value) : one.value;
  }
  return found;
};

const perform = async (form) => {
  const { key, begin, end, then, etag } = form.dataset;
  const named = form.querySelector("[data-path]");
  const first = named ? begin.replace("{name}", encodeURIComponent(named.value)) : begin;
  const { ceremony, options } = await ask(first, fieldsOf(form, false), etag);
  if (key === "get" && !options.allowCredentials?.length) throw new DOMException("", "NotFoundError");
  const made = await navigator.credentials[key]({ publicKey: withBytes(options) });
  const body = { ...fieldsOf(form, true), credential: asJson(made) };
  if (ceremony) {
    delete body.name;
    body.ceremony = ceremony;
  }
  const done = await ask(end, body, etag);
  location.assign(done.places ? then.replace("{place}", done.places[0].join("/")) : then);
};

const WORDS = {
  NotAllowedError: "cancelled", AbortError: "cancelled", InvalidStateError: "there", SecurityError: "elsewhere",
  NotFoundError: "nokey",
};

const saysOf = (form) => form.closest("section")?.querySelector(".key-says") ?? document.querySelector(".key-says");

for (const form of document.querySelectorAll("form[data-key]")) {
  const says = saysOf(form);
  if (!window.isSecureContext || !window.PublicKeyCredential) {
    says.textContent = window.isSecureContext ? says.dataset.none : says.dataset.insecure;
    continue;
  }
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    button.disabled = true;
    says.lang = document.documentElement.lang;
    says.textContent = says.dataset.wait;
    try {
      await perform(form);
    } catch (error) {
      if (error instanceof Refused) {
        says.lang = "en";
        says.textContent = error.message;
      } else says.textContent = says.dataset[WORDS[error.name] ?? "lost"];
      button.disabled = false;
    }
  });
}
