/* The publication list follows its filters without a reload; htmx fetches the same address a reload would.
   Without this script the form's button and the links do the same. */
"use strict";

(() => {
  const words = document.currentScript.dataset;
  const openOnes = () => [...document.querySelectorAll("#publications details[open]")].map((each) => each.id);
  let open = [];
  let typed = null;
  let focused = "";

  // What somebody is typing while an answer comes must not be overwritten by it.
  const beingTyped = () => {
    const field = document.activeElement;
    const isText = field && field.form && field.closest("#publications") && field.selectionStart !== undefined;
    return isText && field.type !== "checkbox" ? { id: field.id, value: field.value, at: field.selectionStart } : null;
  };

  const say = (text, isProblem) => {
    const announcement = document.getElementById("announcement");
    if (announcement) {
      announcement.textContent = text;
      announcement.classList.toggle("visually-hidden", !isProblem);
      announcement.classList.toggle("banner", isProblem);
      announcement.classList.toggle("banner-error", isProblem);
    }
  };

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
    typed = beingTyped();
    focused = document.activeElement ? document.activeElement.id : "";
    // An error page is a page of its own: show it instead of a list.
    if (event.detail.xhr.status >= 400) {
      window.location.assign(event.detail.pathInfo.finalRequestPath || window.location.href);
    }
  });

  // Wide screens show the filters in any case (components.css): there they are open for every reader of the page.
  const wide = window.matchMedia("(min-width: 56rem)");
  const openFilters = () => {
    const filters = document.getElementById("filters");
    if (filters && wide.matches) {
      filters.open = true;
    }
  };
  document.addEventListener("DOMContentLoaded", openFilters);
  wide.addEventListener("change", openFilters);

  document.addEventListener("htmx:afterSettle", () => {
    openFilters();
    for (const id of open) {
      const details = document.getElementById(id);
      if (details) {
        details.open = true;
      }
    }
    // What stood in a closed part while it was swapped in could not take the focus back.
    if (focused && document.activeElement === document.body && document.getElementById(focused)) {
      document.getElementById(focused).focus({ preventScroll: true });
    }
    const field = typed && document.getElementById(typed.id);
    if (field && field.value !== typed.value) {
      field.value = typed.value;
      field.setSelectionRange(typed.at, typed.at);
    }
    const count = document.getElementById("results-count");
    if (count) {
      say(count.textContent.trim(), false);
      // A link that was followed is gone now: go on at the list it changed.
      if (document.activeElement === document.body) {
        count.focus({ preventScroll: true });
      }
    }
  });

  document.addEventListener("htmx:sendError", () => {
    say(words.failed, true);
  });
})();
