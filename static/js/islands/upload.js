// <x-upload data-endpoint data-field="file_id" …> around an x-dropzone and its form: sends the chosen file in pieces of 8 MB by
// tus 1.0, goes on after a lost line or a closed page, and puts the finished upload's id into the hidden field.
//
// Attributes: data-endpoint (tus creation URL), data-max-bytes, data-chunk-bytes, data-metadata (JSON, sent beside the file's name),
// data-submit (send the form when done). Texts: data-sending="{sent} of {total}", data-waiting="… {seconds}", data-done="{name}, {size}",
// data-too-big="… {limit}", data-failed. Inside: [data-upload] (hidden box), [data-upload-name], [data-upload-state], [data-upload-bar],
// buttons [data-upload-pause] (data-pause, data-resume), [data-upload-cancel], [data-upload-retry].
// Events: x-upload-progress {sent, total}, x-uploaded {id, url, name, size}, x-upload-failed {message}.
import { Upload, defaultOptions } from "tus-js-client";

import { size } from "../elements/dropzone.js";
import { XElement, csrfToken, define, fill } from "../elements/element.js";

const CHUNK = 8_000_000;
const RETRIES = [0, 1000, 3000, 5000, 10_000, 20_000];

class UploadBox extends XElement {
  #upload;
  #file;
  #lastShown = 0;

  connect(signal) {
    this.addEventListener("x-files", (event) => this.start(event.detail.files[0]), { signal });
    this.addEventListener("click", (event) => {
      if (event.target.closest("[data-upload-cancel]")) this.cancel();
      else if (event.target.closest("[data-upload-pause]")) this.#pause();
      else if (event.target.closest("[data-upload-retry]")) this.start(this.#file);
    }, { signal });
    signal.addEventListener("abort", () => this.#upload?.abort());
  }

  start(file) {
    if (!file) return;
    this.#file = file;
    const limit = Number(this.dataset.maxBytes || 0);
    this.#box.hidden = false;
    this.#part("name").textContent = file.name;
    if (limit && file.size > limit) return this.#fail(fill(this.dataset.tooBig, { size: size(file.size), limit: size(limit) }), false);
    this.#state("");
    this.#buttons({ pause: true, retry: false });
    this.#progress(0, file.size);
    this.#upload = new Upload(file, this.#options(file));
    this.#upload.findPreviousUploads().then((earlier) => {
      if (earlier.length) this.#upload.resumeFromPreviousUpload(earlier[0]);
      this.#upload.start();
    });
  }

  #options(file) {
    return {
      ...defaultOptions,
      endpoint: this.dataset.endpoint,
      chunkSize: Math.min(Number(this.dataset.chunkBytes || CHUNK), CHUNK),
      retryDelays: RETRIES,
      removeFingerprintOnSuccess: true,
      headers: { "X-CSRFToken": csrfToken() },
      metadata: { filename: file.name, filetype: file.type, ...JSON.parse(this.dataset.metadata || "{}") },
      onProgress: (sent, total) => this.#progress(sent, total),
      onShouldRetry: (error) => {
        const status = error.originalResponse?.getStatus() ?? 0;
        const again = status === 0 || status === 409 || status === 423 || status === 429 || status >= 500;
        if (again) this.#state(this.dataset.waiting);
        return again;
      },
      onError: (error) => this.#fail(explain(error) || this.dataset.failed),
      onSuccess: (payload) => this.#done(file, payload),
    };
  }

  get #box() {
    return this.querySelector("[data-upload]");
  }

  #part(name) {
    return this.querySelector(`[data-upload-${name}]`) ?? document.createElement("span");
  }

  #state(text, failed = false) {
    const place = this.#part("state");
    place.textContent = text ?? "";
    place.classList.toggle("c-bad", failed);
  }

  #buttons({ pause, retry }) {
    this.#part("pause").hidden = !pause;
    this.#part("retry").hidden = !retry;
  }

  #progress(sent, total) {
    const percent = total ? Math.round((sent / total) * 1000) / 10 : 0;
    const bar = this.#part("bar");
    bar.setAttribute("aria-valuenow", String(Math.round(percent)));
    bar.firstElementChild?.style.setProperty("--v", String(percent));
    if (Date.now() - this.#lastShown > 250 || sent === total) {
      this.#lastShown = Date.now();
      this.#state(fill(this.dataset.sending, { sent: size(sent), total: size(total), percent: Math.round(percent) }));
    }
    this.emit("x-upload-progress", { sent, total });
  }

  #pause() {
    const button = this.#part("pause");
    const paused = button.toggleAttribute("data-paused");
    if (paused) this.#upload.abort();
    else this.#upload.start();
    const label = button.querySelector("[data-label]") ?? button;
    label.textContent = paused ? button.dataset.resume : button.dataset.pause;
  }

  cancel() {
    this.#upload?.abort(true).catch(() => {});
    this.#box.hidden = true;
    for (const input of this.querySelectorAll("input[type=file]")) input.value = "";
    this.#field.value = "";
    this.emit("x-upload-canceled");
    this.querySelector("input[type=file]")?.focus();
  }

  get #field() {
    return this.querySelector(`input[name="${CSS.escape(this.dataset.field || "file_id")}"]`) ?? document.createElement("input");
  }

  #fail(message, retry = true) {
    this.#state(message, true);
    this.#buttons({ pause: false, retry });
    this.emit("x-upload-failed", { message });
  }

  #done(file, payload) {
    const url = this.#upload.url;
    const id = payload?.lastResponse?.getHeader("Upload-File-Id") || url.replace(/\/+$/, "").split("/").pop();
    this.#field.value = id;
    this.#buttons({ pause: false, retry: false });
    this.#state(fill(this.dataset.done, { name: file.name, size: size(file.size) }));
    // The piece-by-piece upload replaces the one in the form.
    for (const input of this.querySelectorAll("input[type=file]")) input.value = "";
    this.emit("x-uploaded", { id, url, name: file.name, size: file.size });
    if (this.hasAttribute("data-submit")) (this.closest("form") ?? this.querySelector("form"))?.requestSubmit();
  }
}

/** This will take the server's own words out of a problem+json answer. */
function explain(error) {
  const body = error.originalResponse?.getBody();
  try {
    const problem = JSON.parse(body);
    return problem.detail || problem.title || "";
  } catch {
    return "";
  }
}

define("x-upload", UploadBox);
