/** The anchors of the headings of one document, as GitHub makes them. */
export function createAnchors() {
  const taken = new Set();
  /** @param {string} heading as it is shown, without marks of Markdown except those of code */
  return (heading) => {
    const plain = heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\p{M}_ -]/gu, "")
      .trim()
      .replaceAll(" ", "-");
    let anchor = plain;
    for (let again = 1; taken.has(anchor); again += 1) anchor = `${plain}-${again}`;
    taken.add(anchor);
    return anchor;
  };
}
