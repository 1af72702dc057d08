/*
 * The values of charts under the pointer and by keyboard. All charts show the same minute; their texts are read from the table
 * of values. A chart is a slider of time for screen readers: arrow keys, Home, End, and Escape to leave.
 */
{
  /* The minute that is shown, since 1970, and the title of the chart with the focus; both outlive a refresh. */
  let shown;
  let focused;

  const plots = () => [...document.querySelectorAll(".plot")];

  function spanOf(plot) {
    const { first, minutes, since } = plot.closest(".charts").dataset;
    return { first: Number(first), last: Number(first) + Number(minutes) - 1, minutes: Number(minutes), since };
  }

  function clock(minute) {
    return new Date(minute * 60000).toISOString().slice(11, 16);
  }

  function rowOf(minute) {
    const time = clock(minute);
    return [...document.querySelectorAll(".values tbody tr")].find((row) => row.cells[0].textContent.trim() === time);
  }

  function linesOf(plot, minute) {
    const { since } = spanOf(plot);
    const row = rowOf(minute);
    if (!row) return [since !== undefined && minute >= Number(since) ? "no poll ended" : "before the first poll"];
    const heads = document.querySelector(".values thead tr").cells;
    return plot.dataset.columns.split(" ").map((column) => {
      const text = row.cells[column].textContent.trim();
      return `${heads[column].textContent.trim()} ${text || "unknown"}`;
    });
  }

  function setSlider(plot, minute) {
    const { first, last } = spanOf(plot);
    const value = minute ?? last;
    const attributes = {
      role: "slider",
      tabindex: 0,
      "aria-label": `${plot.dataset.title}, values by time`,
      "aria-valuemin": 0,
      "aria-valuemax": last - first,
      "aria-valuenow": value - first,
      "aria-valuetext": `${clock(value)} UTC: ${linesOf(plot, value).join(", ")}`,
    };
    for (const [name, text] of Object.entries(attributes)) plot.setAttribute(name, text);
  }

  function add(parent, tag, name, text = "") {
    const element = document.createElement(tag);
    element.className = name;
    element.textContent = text;
    parent.append(element);
    return element;
  }

  /* The height of a line at this place, of 200. A line has parts, each of a point and of steps to the next points; level steps may be long. */
  function heightAt(line, x) {
    for (const part of line.getAttribute("d").split("M").slice(1)) {
      const numbers = part.match(/-?[\d.]+/g).map(Number);
      let [at, height] = numbers;
      at = Math.ceil(at - 0.5);
      if (at === x) return height;
      for (let next = 2; at < x && next + 1 < numbers.length; next += 2) {
        at += numbers[next];
        height += numbers[next + 1];
        if (at === x || (at > x && numbers[next + 1] === 0)) return height;
      }
    }
    return undefined;
  }

  function addDots(cursor, plot, x) {
    for (const line of plot.querySelectorAll(".line")) {
      const height = heightAt(line, x);
      if (height !== undefined) add(cursor, "i", "").style.top = `${height / 2}%`;
    }
  }

  function draw() {
    for (const plot of plots()) {
      plot.querySelector(".cursor")?.remove();
      setSlider(plot, shown);
      if (shown === undefined) continue;
      const { first, minutes } = spanOf(plot);
      const x = shown - first;
      const cursor = add(plot, "div", x > minutes / 2 ? "cursor left" : "cursor");
      cursor.style.left = `${(100 * (x + 0.5)) / minutes}%`;
      addDots(cursor, plot, x);
      add(cursor, "div", "tip", [`${clock(shown)} UTC`, ...linesOf(plot, shown)].join("\n"));
    }
  }

  function show(minute) {
    if (minute === shown) return;
    shown = minute;
    draw();
  }

  function inside(plot, minute) {
    const { first, last } = spanOf(plot);
    return Math.min(last, Math.max(first, minute));
  }

  function point(event) {
    const plot = event.target.closest?.(".plot");
    if (plot) {
      const { left, width } = plot.getBoundingClientRect();
      const { first, minutes } = spanOf(plot);
      show(inside(plot, first + Math.floor(((event.clientX - left) / width) * minutes)));
    } else if (!document.activeElement?.matches(".plot")) show(undefined);
  }

  document.addEventListener("pointermove", point);
  document.addEventListener("pointerdown", point);

  document.addEventListener("keydown", (event) => {
    const plot = event.target.closest?.(".plot");
    if (!plot || event.altKey || event.ctrlKey || event.metaKey) return;
    const { first, last } = spanOf(plot);
    const from = shown ?? last;
    const target = {
      ArrowLeft: from - 1,
      ArrowDown: from - 1,
      ArrowRight: from + 1,
      ArrowUp: from + 1,
      PageDown: from - 10,
      PageUp: from + 10,
      Home: first,
      End: last,
    }[event.key];
    if (event.key === "Escape") show(undefined);
    else if (target !== undefined) show(inside(plot, target));
    else return;
    event.preventDefault();
  });

  document.addEventListener("focusin", (event) => {
    focused = event.target.closest(".plot")?.dataset.title;
    if (focused !== undefined && shown === undefined) show(spanOf(event.target).last);
  });
  document.addEventListener("focusout", (event) => {
    if (event.target.isConnected && event.target.matches(".plot") && document.hasFocus()) show(undefined);
  });

  document.addEventListener("shown", () => {
    const plot = plots().find((each) => each.dataset.title === focused);
    if (shown !== undefined && plots().length > 0) shown = inside(plots()[0], shown);
    draw();
    if (plot && document.activeElement === document.body) plot.focus({ preventScroll: true });
  });
  draw();
}
