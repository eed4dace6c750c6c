/* The publication list follows its filters without a reload; htmx fetches the same address a reload would.
   Without this script the form's button and the links do the same. */
"use strict";

(() => {
  const openOnes = () => [...document.querySelectorAll("#publications details[open]")].map((each) => each.id);
  let open = [];

  document.addEventListener("htmx:configRequest", (event) => {
    // The form sends empty fields; the address should hold only what is chosen.
    const parameters = event.detail.parameters;
    if (parameters instanceof FormData) {
      for (const name of [...new Set(parameters.keys())]) {
        const values = parameters.getAll(name).filter((value) => value !== "");
        parameters.delete(name);
        values.forEach((value) => parameters.append(name, value));
      }
    }
  });

  // htmx follows links of HTML only; the bars are links of a drawing.
  document.addEventListener("click", (event) => {
    const bar = event.target.closest(".histogram-bars a");
    if (!bar || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0 || !window.htmx) {
      return;
    }
    event.preventDefault();
    window.htmx.ajax("GET", bar.getAttribute("href"), {
      source: bar,
      target: "#publications",
      select: "#publications",
      swap: "outerHTML show:none",
    });
  });

  document.addEventListener("htmx:beforeSwap", (event) => {
    open = openOnes();
    // An error page is a page of its own: show it instead of a list.
    if (event.detail.xhr.status >= 400) {
      window.location.assign(event.detail.pathInfo.finalRequestPath || window.location.href);
    }
  });

  document.addEventListener("htmx:afterSettle", () => {
    for (const id of open) {
      const details = document.getElementById(id);
      if (details) {
        details.open = true;
      }
    }
    const count = document.getElementById("results-count");
    const announcement = document.getElementById("announcement");
    if (count && announcement) {
      announcement.textContent = count.textContent.trim();
    }
  });
})();
