// Times of day come in UTC from the server; here they turn into the reader's own.

const day = (date) => date.toLocaleDateString("en-CA");
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });

export function showTimes(root = document) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    const date = new Date(time.dateTime);
    if (Number.isNaN(date.getTime())) continue;
    const text = `${day(date)} ${clock.format(date)}`;
    if (time.title !== text) time.title = text;
    if (!time.hasAttribute("data-clock")) continue;
    const shown = day(date) === day(new Date()) ? clock.format(date) : text;
    if (time.textContent !== shown) time.textContent = shown;
  }
}
