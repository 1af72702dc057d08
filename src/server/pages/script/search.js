/*
 * Search as people type: the form of the page sends its fields, the address follows, and the page is fetched again (refresh.js).
 * Without this script the form has a button. "/" leads to the search, Escape clears it.
 */
{
  const PAUSE_MS = 150;
  const form = () => document.querySelector("main form[role=search]");
  const field = () => form()?.elements.q;

  /* Outside of the main part, which is replaced: a screen reader reads changes of what it knows. */
  const found = document.createElement("p");
  found.className = "unseen";
  found.setAttribute("role", "status");
  document.body.append(found);

  let timer;
  let hasAsked = false;

  const search = () => {
    clearTimeout(timer);
    if (!form()) return;
    const sent = new URLSearchParams([...new FormData(form())].filter(([, value]) => value !== ""));
    const address = new URL(form().action);
    address.search = sent;
    if (address.href === location.href.split("#")[0]) return;
    history.replaceState(null, "", address);
    hasAsked = true;
    document.dispatchEvent(new Event("wanted"));
  };

  document.addEventListener("input", (event) => {
    /* What an input method has not yet finished is no word. */
    if (event.target !== field() || event.isComposing) return;
    clearTimeout(timer);
    timer = setTimeout(search, PAUSE_MS);
  });
  document.addEventListener("compositionend", ({ target }) => target === field() && search());
  document.addEventListener("change", ({ target }) => target.form && target.form === form() && search());
  document.addEventListener("submit", (event) => {
    if (event.target !== form()) return;
    event.preventDefault();
    search();
  });
  document.addEventListener("keydown", (event) => {
    const typed = field();
    if (!typed || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/" && !event.target.closest("input, select, textarea")) {
      event.preventDefault();
      typed.focus();
      typed.select();
    } else if (event.key === "Escape" && event.target === typed && typed.value !== "") {
      event.preventDefault();
      typed.value = "";
      search();
    }
  });
  document.addEventListener("shown", () => {
    if (!hasAsked) return;
    hasAsked = false;
    found.textContent = document.querySelector("[data-found]")?.textContent ?? "";
  });
}
