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

  function search() {
    clearTimeout(timer);
    const search = form();
    if (!search) return;
    const sent = new URLSearchParams([...new FormData(search)].filter(([, value]) => value !== ""));
    const address = new URL(search.action);
    address.search = sent;
    if (address.href === location.href.split("#")[0]) return;
    history.replaceState(null, "", address);
    hasAsked = true;
    document.dispatchEvent(new Event("wanted"));
  }

  function isTyping({ target }) {
    return target.closest("input, select, textarea, [contenteditable]") !== null;
  }

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
    const search = field();
    if (!search || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/" && !isTyping(event)) {
      event.preventDefault();
      search.focus();
      search.select();
    } else if (event.key === "Escape" && event.target === search && search.value !== "") {
      event.preventDefault();
      search.value = "";
      search.dispatchEvent(new Event("input", { bubbles: true }));
    }
  });
  document.addEventListener("shown", () => {
    if (!hasAsked) return;
    hasAsked = false;
    found.textContent = document.querySelector("[data-found]")?.textContent ?? "";
  });
}
