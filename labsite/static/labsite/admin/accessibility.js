/* Names for what scripts of the admin make without one: autocompletes, rows that are added, date and time fields. */
"use strict";

(() => {
  const text = (element) => (element ? element.textContent.replace(/:?\s*$/, "").trim() : "");

  const nameOf = (field) =>
    field.getAttribute("aria-label") || text(document.querySelector(`label[for="${CSS.escape(field.id)}"]`));

  /* select2 draws a box beside the list; the box is what one focuses, so it takes the name of the list. */
  const nameAutocompletes = (root) => {
    for (const field of root.querySelectorAll("select.select2-hidden-accessible")) {
      const box = field.nextElementSibling && field.nextElementSibling.querySelector(".select2-selection");
      if (!box) {
        continue;
      }
      const name = nameOf(field);
      box.setAttribute("aria-label", name);
      box.removeAttribute("aria-labelledby");
      const help = field.getAttribute("aria-describedby");
      if (help) {
        box.setAttribute("aria-describedby", help);
      }
      const value = box.querySelector(".select2-selection__rendered");
      if (value.tagName === "UL") {
        value.setAttribute("role", "none");
      } else {
        value.removeAttribute("role");
        value.removeAttribute("aria-readonly");
      }
      const search = box.querySelector(".select2-search__field");
      if (search) {
        search.setAttribute("aria-label", name);
      }
    }
  };

  /* What opens is a small window with a field and a list; the box says so and names the list it opens. */
  const nameOpenList = (field) => {
    const name = nameOf(field);
    const list = document.querySelector(".select2-container--open .select2-results__options");
    const box = field.nextElementSibling.querySelector(".select2-selection");
    const opened = list.closest(".select2-container--open");
    box.setAttribute("aria-haspopup", "dialog");
    box.setAttribute("aria-controls", list.id);
    opened.setAttribute("role", "dialog");
    for (const part of [opened, list, opened.querySelector(".select2-search__field")]) {
      if (part) {
        part.setAttribute("aria-label", name);
      }
    }
  };

  /* “Role, membership 3”: the number is the row's place, also after rows were added or removed. */
  const numberRows = (table) => {
    const rows = [...table.querySelectorAll(".form-row:not(.empty-form)")];
    rows.forEach((row, index) => {
      for (const field of row.querySelectorAll("[aria-label]")) {
        field.setAttribute("aria-label", field.getAttribute("aria-label").replace(/(__prefix__|\d+)$/, index + 1));
      }
    });
  };

  const nameAdded = (root) => {
    for (const table of root.querySelectorAll("[data-inline-type='tabular']")) {
      numberRows(table);
    }
    nameAutocompletes(root);
  };

  const nameTimes = () => {
    for (const field of document.querySelectorAll(".vDateField, .vTimeField")) {
      if (!field.labels.length && !field.hasAttribute("aria-label")) {
        const row = field.closest(".form-row");
        const part = field.previousSibling && text(field.previousSibling);
        field.setAttribute("aria-label", [text(row && row.querySelector("label, legend")), part].filter(Boolean).join(", "));
      }
    }
    for (const sign of document.querySelectorAll("span.help-tooltip[aria-label]")) {
      sign.setAttribute("role", "img");
    }
  };

  const start = () => {
    nameAutocompletes(document);
    nameTimes();
  };

  if (window.django && window.django.jQuery) {
    const $ = window.django.jQuery;
    $(start);
    $(document).on("select2:open", (event) => nameOpenList(event.target));
  } else {
    document.addEventListener("DOMContentLoaded", start);
  }
  window.addEventListener("load", nameTimes); // Django's boxes of two lists are made then
  document.addEventListener("formset:added", () => nameAdded(document));
  document.addEventListener("formset:removed", () => window.setTimeout(() => nameAdded(document)));
})();
