/*
 * The script in the head of every page: it applies the remembered theme before anything is painted, so that a dark page
 * does not begin white. The switch is shown only when this script has run. Storage may be refused: then the theme lasts as
 * long as the page.
 */
{
  const KEY = "peer-exporter.theme";
  const THEMES = ["system", "light", "dark"];
  const root = document.documentElement;

  function remembered() {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null;
    }
  }

  function next() {
    return THEMES[(THEMES.indexOf(root.dataset.theme) + 1) % THEMES.length];
  }

  function label() {
    const button = document.querySelector(".theme");
    if (button === null) return;
    const { theme } = root.dataset;
    button.lastElementChild.textContent = theme;
    button.title = `Theme: ${theme}. Change to ${next()}.`;
    button.ariaLabel = button.title;
  }

  function apply(theme) {
    root.dataset.theme = THEMES.includes(theme) ? theme : "system";
    label();
  }

  apply(remembered());
  document.addEventListener("DOMContentLoaded", label);
  document.addEventListener("click", ({ target }) => {
    if (!target.closest(".theme")) return;
    apply(next());
    try {
      localStorage.setItem(KEY, root.dataset.theme);
    } catch {
      /* It is not remembered then. */
    }
  });
  /* Another tab changed it; or this page comes back from the history of the tab. */
  addEventListener("storage", ({ key, newValue }) => key === KEY && apply(newValue));
  addEventListener("pageshow", ({ persisted }) => persisted && apply(remembered() ?? root.dataset.theme));
}
