/**
 * The one script of the pages: fetches the page again and replaces its main part, so that place, focus and opened parts stay,
 * which a reload by the browser would lose. When the exporter does not answer, the page says so instead of looking alive.
 * Without scripts the page stands still and is reloaded by hand. Nothing but the hash of this text is let in as a script.
 */
export const PAGE_SCRIPT = `
const seconds = Number(document.body.dataset.refresh);
const lost = document.getElementById("lost");
const path = (part) => part && [part.tagName, part.getAttribute("href"), part.textContent].join(" ");
async function refresh() {
  if (document.hidden) return;
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    if (!answer.ok) throw new Error("HTTP " + answer.status);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const main = document.querySelector("main");
    const next = page.querySelector("main");
    const focused = path(document.activeElement);
    main.querySelectorAll("details[open]").forEach((each) => {
      const same = next.querySelector("#" + CSS.escape(each.id));
      if (same) same.open = true;
    });
    main.replaceWith(next);
    document.title = page.title;
    lost.textContent = "";
    const again = [...next.querySelectorAll("a, summary")].find((each) => path(each) === focused);
    if (again) again.focus({ preventScroll: true });
  } catch (error) {
    lost.textContent = "The exporter does not answer (" + error.message + "): what stands here is old.";
  }
}
if (seconds > 0) setInterval(refresh, seconds * 1000);
`;
