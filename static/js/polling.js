// Asks again and again: one request in flight, slower while the page is hidden or answers fail, until `ask` says stop.

const HIDDEN_SECONDS = 30;
const LONGEST_SECONDS = 60;

export class Poller {
  #ask;
  #seconds;
  #onError;
  #timer = 0;
  #failures = 0;
  #busy = false;
  #ended = false;

  /** `ask(signal)` returns a promise of true to go on or false to stop; `onError(error, failures)` is told of failures. */
  constructor(ask, seconds, onError = () => {}) {
    this.#ask = ask;
    this.#seconds = seconds;
    this.#onError = onError;
    this.abort = new AbortController();
    document.addEventListener("visibilitychange", this.#onVisible, { signal: this.abort.signal });
  }

  start(delay = this.#seconds) {
    clearTimeout(this.#timer);
    if (!this.#ended) this.#timer = setTimeout(() => this.now(), delay * 1000);
  }

  async now() {
    if (this.#busy || this.#ended) return;
    this.#busy = true;
    clearTimeout(this.#timer);
    try {
      const goOn = await this.#ask(this.abort.signal);
      this.#failures = 0;
      if (!goOn) this.stop();
    } catch (error) {
      if (error.name !== "AbortError") this.#onError(error, ++this.#failures);
    } finally {
      this.#busy = false;
    }
    this.start(this.#delay());
  }

  stop() {
    this.#ended = true;
    clearTimeout(this.#timer);
    this.abort.abort();
  }

  #delay() {
    const wanted = document.hidden ? HIDDEN_SECONDS : this.#seconds;
    return Math.min(LONGEST_SECONDS, wanted * 2 ** Math.min(this.#failures, 5));
  }

  #onVisible = () => {
    if (!document.hidden) this.now();
  };
}

/** The answer as text; anything but success is an error that says what came. */
export async function fetchText(url, signal, headers = {}) {
  const response = await fetch(url, { signal, headers, credentials: "same-origin" });
  if (response.status === 401) location.reload(); // the session is over: the page leads to the login
  if (!response.ok) throw new Error(`The server answered ${response.status}`);
  return response.text();
}
