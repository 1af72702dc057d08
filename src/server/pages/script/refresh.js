/*
 * The script of the pages: it fetches the page again and replaces its main part, so that scroll position, focus and open
 * details stay, which a reload by the browser would lose. When the exporter does not respond, the page says so. Without
 * JavaScript the page does not change. The Content-Security-Policy allows no other script.
 */
{
  const seconds = Number(document.body.dataset.refresh);
  const notice = document.getElementById("notice");
  const OUTDATED = "; this page is outdated.";

  /* A screen reader reads every change, so that a message is set once. */
  function say(text) {
    if (notice.textContent !== text) notice.textContent = text;
  }

  /* The focused element has the same name in the next page, and the same place among the elements of that name. */
  function nameOf(element) {
    return [element.tagName, element.getAttribute("href"), element.name ?? element.textContent].join(" ");
  }

  function elementsOf(main, name) {
    return [...main.querySelectorAll("a, summary, pre, input, select, button")].filter(
      (element) => nameOf(element) === name,
    );
  }

  function styleOf(page) {
    return page.querySelector("style")?.textContent;
  }

  function isSelecting() {
    return getSelection().type === "Range";
  }

  function sayPaused() {
    say(`Paused while text is selected${OUTDATED}`);
  }

  /* Replaces the main part. */
  function show(page, next) {
    const main = document.querySelector("main");
    for (const details of main.querySelectorAll("details")) {
      const same = next.querySelector(`#${CSS.escape(details.id)}`);
      if (same) same.open = details.open;
    }
    const focused = main.contains(document.activeElement) ? document.activeElement : undefined;
    const name = focused && nameOf(focused);
    const place = focused ? elementsOf(main, name).indexOf(focused) : -1;
    const same = place < 0 ? undefined : elementsOf(next, name)[place];
    if (same?.type === "search") {
      /* What was typed since the page was requested, with its caret. */
      same.value = focused.value;
      same.setSelectionRange(focused.selectionStart, focused.selectionEnd);
    }
    main.replaceWith(next);
    document.title = page.title;
    say("");
    (focused === main ? next : same)?.focus({ preventScroll: true });
    document.dispatchEvent(new Event("shown"));
  }

  async function fetchPage(replaced) {
    const signal = AbortSignal.any([replaced, AbortSignal.timeout(Math.max(5, seconds) * 1000)]);
    const response = await fetch(location.href, { cache: "no-store", signal });
    if (response.status === 404) return undefined;
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    return new DOMParser().parseFromString(await response.text(), "text/html");
  }

  let running;

  async function refresh() {
    if (document.hidden || running) return;
    if (isSelecting()) {
      sayPaused();
      return;
    }
    const current = new AbortController();
    running = current;
    try {
      const page = await fetchPage(current.signal);
      if (current.signal.aborted) return;
      if (page === undefined) {
        say(`The exporter no longer has this page${OUTDATED}`);
        return;
      }
      const next = page.querySelector("main");
      if (next === null) throw new Error("unexpected page");
      /* Text may have been selected meanwhile. */
      if (isSelecting()) sayPaused();
      /* Another version of the exporter has another style. */ else if (styleOf(page) !== styleOf(document))
        location.reload();
      else show(page, next);
    } catch (error) {
      if (!current.signal.aborted) say(`The exporter does not respond (${error.message})${OUTDATED}`);
    } finally {
      if (running === current) running = undefined;
    }
  }

  if (seconds > 0) {
    setInterval(refresh, seconds * 1000);
    document.addEventListener("visibilitychange", refresh);
    /* The address is another one now: what was requested for the former is not shown. */
    document.addEventListener("wanted", () => {
      running?.abort();
      running = undefined;
      refresh();
    });
  }
}
