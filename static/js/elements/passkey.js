// <x-passkey data-ask data-answer [data-new]>: shows or makes a passkey, then goes on: where the answer leads, else by its form.
import { XElement, define } from "./element.js";

class Passkey extends XElement {
  connect(signal) {
    this.querySelector("button")?.addEventListener("click", () => this.run(), { signal });
  }

  async run() {
    const isNew = this.hasAttribute("data-new");
    const form = this.closest("form");
    this.say("");
    if (!window.PublicKeyCredential || /^[\d.]+$|:/.test(location.hostname)) return this.say(this.dataset.unknown);
    const asked = await this.post(this.dataset.ask, "");
    if (!asked) return;
    let credential;
    try {
      credential = isNew
        ? await navigator.credentials.create({ publicKey: decoded(asked) })
        : await navigator.credentials.get({ publicKey: decoded(asked) });
    } catch {
      return this.say(this.dataset.stopped);
    }
    const trust = form?.querySelector("[name=trust]")?.checked ? "?trust=1" : "";
    const answer = await this.post(this.dataset.answer + trust, JSON.stringify(encoded(credential)));
    if (!answer) return;
    if (answer.next) location.assign(answer.next);
    else if (form) form.submit();
    else location.reload();
  }

  async post(url, body) {
    const token = document.querySelector("meta[name=csrf-token]").content;
    const response = await fetch(url, { method: "POST", body, headers: { "X-CSRFToken": token, "Content-Type": "application/json" } }).catch(() => null);
    const said = await response?.json().catch(() => null);
    if (response?.ok && said) return said;
    this.say(said?.message || this.dataset.stopped);
    return null;
  }

  say(text) {
    const place = this.querySelector("[role=alert]");
    place.textContent = text;
    place.hidden = !text;
  }
}

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const named = (list) => list?.map((each) => ({ ...each, id: bytes(each.id) }));

/** What the server asks, with bytes in the place of base64url. */
function decoded(options) {
  const found = { ...options, challenge: bytes(options.challenge) };
  if (options.user) found.user = { ...options.user, id: bytes(options.user.id) };
  if (options.excludeCredentials) found.excludeCredentials = named(options.excludeCredentials);
  if (options.allowCredentials) found.allowCredentials = named(options.allowCredentials);
  return found;
}

/** What the authenticator answers, with base64url in the place of bytes. */
function encoded(credential) {
  const { id, rawId, type, response } = credential;
  const answer = { clientDataJSON: text(response.clientDataJSON) };
  for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"]) if (response[part]) answer[part] = text(response[part]);
  if (response.getTransports) answer.transports = response.getTransports();
  return { id, rawId: text(rawId), type, response: answer, clientExtensionResults: credential.getClientExtensionResults() };
}

define("x-passkey", Passkey);
