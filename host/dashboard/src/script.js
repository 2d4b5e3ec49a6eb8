"use strict";
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  const table = document.getElementById("trials");
  const tip = document.getElementById("tip");
  const trial = id => document.getElementById("trial-" + id);

  const open = (body, on) => {
    body.classList.toggle("open", on);
    body.querySelector("details").open = on;
    body.querySelector("button.name").setAttribute("aria-expanded", String(on));
  };

  const reveal = id => {
    const body = trial(id);
    if (!body) return;
    body.hidden = false;
    open(body, true);
    body.scrollIntoView({ block: "start" });
    body.querySelector("button.name").focus({ preventScroll: true });
  };

  // Rows open and close; a link to a trial opens it.
  if (table) {
    for (const name of table.querySelectorAll(".name")) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "name";
      button.textContent = name.textContent;
      button.setAttribute("aria-expanded", "false");
      name.replaceWith(button);
    }
    table.addEventListener("click", event => {
      if (event.target.closest("a")) return;
      const row = event.target.closest(".row");
      if (!row || String(getSelection())) return;
      open(row.parentElement, !row.parentElement.classList.contains("open"));
    });
  }
  document.addEventListener("click", event => {
    const link = event.target.closest("a[data-trial]");
    if (!link || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    history.replaceState(null, "", "#trial-" + link.dataset.trial);
    reveal(link.dataset.trial);
  });
  const fromHash = () => {
    const match = /^#trial-(\d+)$/.exec(location.hash);
    if (match) reveal(match[1]);
  };
  addEventListener("hashchange", fromHash);

  // Sorting: a first click gives the order one wants first, a second its reverse.
  const lowIsBetter = document.body.dataset.direction === "minimize";
  const numeric = { id: 1, epoch: 1, score: lowIsBetter ? 1 : -1, gain: -1, cost: -1 };
  const value = (body, key) => {
    if (key === "title") return body.querySelector("button.name").textContent.toLowerCase();
    if (key === "outcome") return body.dataset.outcome;
    if (key === "parents") return body.querySelector(".parents").textContent;
    return body.dataset[key] === "" ? null : Number(body.dataset[key]);
  };
  const sort = (head, key) => {
    const was = head.getAttribute("aria-sort");
    const first = numeric[key] === -1 ? "descending" : "ascending";
    const order = was === null ? first : was === "ascending" ? "descending" : "ascending";
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", order);
    const sign = order === "ascending" ? 1 : -1;
    const bodies = [...table.tBodies].map(body => [value(body, key), Number(body.dataset.id), body]);
    bodies.sort(([a, ai], [b, bi]) => {
      if (a === null || b === null) return (a === null) - (b === null) || ai - bi;
      return sign * (a < b ? -1 : a > b ? 1 : 0) || ai - bi;
    });
    table.append(...bodies.map(entry => entry[2]));
  };
  if (table) {
    for (const head of table.tHead.rows[0].cells) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      button.addEventListener("click", () => sort(head, head.dataset.key));
      head.replaceChildren(button);
    }
    table.tHead.rows[0].cells[0].setAttribute("aria-sort", "ascending");

    const filter = document.getElementById("filter");
    const outcome = document.getElementById("outcome");
    const shown = document.getElementById("shown");
    const apply = () => {
      const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
      let count = 0;
      for (const body of table.tBodies) {
        const text = (body.rows[0].textContent + " " + body.dataset.labels).toLowerCase();
        const match = (!outcome.value || body.dataset.outcome === outcome.value) && words.every(word => text.includes(word));
        body.hidden = !match;
        if (match) count += 1;
      }
      const all = table.tBodies.length;
      shown.textContent = count === all ? "" : count + " of " + all;
      document.getElementById("nothing").hidden = count > 0;
    };
    filter.addEventListener("input", apply);
    outcome.addEventListener("change", apply);
  }

  // What hovering over a mark says, beside the pointer.
  for (const mark of document.querySelectorAll("svg a[data-trial]")) {
    const title = mark.querySelector("title");
    const text = title.textContent;
    mark.setAttribute("aria-label", text);
    title.remove();
    const show = () => {
      const box = mark.getBoundingClientRect();
      tip.textContent = text;
      tip.hidden = false;
      const left = Math.min(box.right + 10, innerWidth - tip.offsetWidth - 8);
      const top = Math.min(Math.max(box.top - tip.offsetHeight - 6, 8), innerHeight - tip.offsetHeight - 8);
      tip.style.left = Math.max(left, 8) + "px";
      tip.style.top = top + "px";
    };
    const hide = () => { tip.hidden = true; };
    mark.addEventListener("pointerenter", show);
    mark.addEventListener("focus", show);
    mark.addEventListener("pointerleave", hide);
    mark.addEventListener("blur", hide);
  }

  // Hovering over a trial in the lineage shows its ancestors and descendants only.
  const graph = document.querySelector(".lineage");
  if (graph) {
    const edges = [...graph.querySelectorAll(".edge")];
    const walk = (start, from, to) => {
      const seen = new Set([start]);
      const next = [start];
      while (next.length) {
        const at = next.pop();
        for (const edge of edges) {
          if (edge.dataset[from] !== at) continue;
          edge.classList.add("on");
          if (!seen.has(edge.dataset[to])) {
            seen.add(edge.dataset[to]);
            next.push(edge.dataset[to]);
          }
        }
      }
      return seen;
    };
    for (const node of graph.querySelectorAll("a[data-trial]")) {
      node.addEventListener("pointerenter", () => {
        const kin = new Set([...walk(node.dataset.trial, "to", "from"), ...walk(node.dataset.trial, "from", "to")]);
        graph.classList.add("focus");
        for (const other of graph.querySelectorAll("a[data-trial]")) other.classList.toggle("on", kin.has(other.dataset.trial));
      });
      node.addEventListener("pointerleave", () => {
        graph.classList.remove("focus");
        for (const on of graph.querySelectorAll(".on")) on.classList.remove("on");
      });
    }
  }
  fromHash();
})();
