/*
 * The buttons that copy the text whose id is their value. Browsers allow that only over https and on the machine itself;
 * elsewhere the text is selected, so that the keys of the system copy it.
 */
{
  const SELECTED = "Selected: press Ctrl+C";

  async function copy({ target }) {
    const button = target.closest(".copy");
    if (button === null) return;
    const text = document.getElementById(button.value);
    try {
      await navigator.clipboard.writeText(text.textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(text);
      button.textContent = SELECTED;
    }
  }

  document.addEventListener("click", copy);
}
