// The stretch of a chart whose pictures the server draws. `data-source` of the chart and the page's address say what is
// shown, so that it can be shared and survives a reload; for each other stretch a new picture is asked for.
import { Stretch } from "./stretch.js";

const ASKS_AFTER_MS = 120; // of a wheel that still turns, or of fingers that still move

export class AskedStretch extends Stretch {
  #timer;

  /** `ask()` brings what the host's `data-source` says; `whole` and `least` as for any stretch. */
  constructor(host, { whole, least, ask }) {
    super({ whole, least, changed: () => this.#keep() });
    Object.assign(this, { host, ask });
  }

  /** Once the whole is known: what the address asked for, and the buttons. */
  start() {
    const asked = new URL(this.host.dataset.source, location.href).searchParams;
    const [first, last] = this.whole();
    const [left, right] = [Math.max(first, Number(asked.get("left"))), Math.min(last, Number(asked.get("right")))];
    // The server shows all where nothing of it lies on the axis.
    this.begin(asked.has("left") && left < right && right - left < last - first ? [left, right] : null);
    this.listenToButtons(this.host.querySelector(".zoom"));
  }

  #keep() {
    const [left, right] = this.shown.map((end) => +end.toPrecision(6));
    const source = new URL(this.host.dataset.source, location.href);
    const address = new URL(location.href);
    for (const { searchParams } of [source, address]) {
      for (const [name, value] of Object.entries({ left, right })) {
        if (this.isWhole) searchParams.delete(name);
        else searchParams.set(name, value);
      }
    }
    this.host.dataset.source = source.pathname + source.search;
    history.replaceState(history.state, "", address.href.replaceAll("%2C", ","));
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.ask, ASKS_AFTER_MS);
  }
}
