/**
 * The one script of the pages: fetches the page again and replaces its main part, so that place, focus and opened parts stay,
 * which a reload by the browser would lose. When the exporter does not answer, the page says so instead of looking alive.
 * Without scripts the page stands still and is reloaded by hand. Nothing but the hash of this text is let in as a script.
 */
export const PAGE_SCRIPT = `
const seconds = Number(document.body.dataset.refresh);
const notice = document.getElementById("notice");
/* Said once: a screen reader reads every change. */
const say = (text) => { if (notice.textContent !== text) notice.textContent = text; };
const old = "; what stands here is old.";
/* The focused part has the same name in the next page, and is the same one of those that have it. */
const nameOf = (part) => [part.tagName, part.getAttribute("href"), part.textContent].join(" ");
const partsOf = (main, name) => [...main.querySelectorAll("a, summary, pre")].filter((part) => nameOf(part) === name);
const styleOf = (page) => page.querySelector("style").textContent;
let isAsking = false;
const isSelecting = () => getSelection().type === "Range";
const sayPaused = () => say("Paused while text is selected" + old);
async function refresh() {
  if (document.hidden || isAsking) return;
  if (isSelecting()) return sayPaused();
  isAsking = true;
  try {
    const answer = await fetch(location.href, { cache: "no-store", signal: AbortSignal.timeout(Math.max(5, seconds) * 1000) });
    if (answer.status === 404) return say("The exporter has no such page any more" + old);
    if (!answer.ok) throw new Error("HTTP " + answer.status);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const next = page.querySelector("main");
    if (next === null) throw new Error("another page came");
    /* Selected while the page was asked for. */
    if (isSelecting()) return sayPaused();
    /* Another version of the exporter: its pages are made for its own style. */
    if (styleOf(page) !== styleOf(document)) return location.reload();
    const main = document.querySelector("main");
    main.querySelectorAll("details").forEach((each) => {
      const same = next.querySelector("#" + CSS.escape(each.id));
      if (same) same.open = each.open;
    });
    const focused = main.contains(document.activeElement) ? document.activeElement : undefined;
    const name = focused && nameOf(focused);
    const place = focused ? partsOf(main, name).indexOf(focused) : -1;
    main.replaceWith(next);
    document.title = page.title;
    say("");
    if (place >= 0) partsOf(next, name)[place]?.focus({ preventScroll: true });
  } catch (error) {
    say("The exporter does not answer (" + error.message + ")" + old);
  } finally {
    isAsking = false;
  }
}
if (seconds > 0) {
  setInterval(refresh, seconds * 1000);
  document.addEventListener("visibilitychange", refresh);
}
`;
