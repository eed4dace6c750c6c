/* Reorders the authors of a publication by buttons. Without this script the numbers can be typed.
   Where stored numbers leave gaps (authors 1, 2 and 7 of a long list), they are kept and can be typed here too. */
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const group = document.querySelector("#authorships-group");
  const body = group && group.querySelector("tbody");
  if (!body) {
    return;
  }
  const status = document.createElement("p");
  status.setAttribute("role", "status");
  status.className = "help";
  group.append(status);

  const input = (row) => row.querySelector("input[name$='-position']");
  const rows = () => [...body.querySelectorAll("tr.form-row:not(.empty-form)")].filter(input);
  const isDeleted = (row) => Boolean(row.querySelector("input[name$='-DELETE']:checked"));
  const name = (row) => row.querySelector("input[name$='-printed_name']").value || "This author";

  const button = (text, label, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = text;
    made.setAttribute("aria-label", label);
    made.title = label;
    made.addEventListener("click", act);
    return made;
  };

  const placed = rows().map((row) => Number(input(row).value)).filter(Boolean);
  const hasGaps = [...placed].sort((one, other) => one - other).some((number, index) => number !== index + 1);
  const next = () => Math.max(0, ...rows().map((row) => Number(input(row).value))) + 1;

  const renumber = () => {
    let number = 0;
    for (const row of rows()) {
      if (row.dataset.unplaced === "yes") {
        input(row).value = "";
      } else if (hasGaps) {
        input(row).value = input(row).value || next();
      } else if (!isDeleted(row)) {
        number += 1;
        input(row).value = number;
      }
      row.querySelector(".author-order output").textContent = hasGaps ? "" : input(row).value || "?";
    }
  };

  const move = (row, step, pressed) => {
    const all = rows();
    const other = all[all.indexOf(row) + step];
    if (!other) {
      return;
    }
    if (hasGaps && input(row).value && input(other).value) {
      [input(row).value, input(other).value] = [input(other).value, input(row).value];
    }
    if (step < 0) {
      other.before(row);
    } else {
      other.after(row);
    }
    renumber();
    pressed.focus();
    status.textContent = `${name(row)} is now number ${input(row).value || "unknown"}.`;
  };

  const toggle = (row, pressed) => {
    row.dataset.unplaced = row.dataset.unplaced === "yes" ? "no" : "yes";
    pressed.setAttribute("aria-pressed", row.dataset.unplaced === "yes");
    renumber();
    status.textContent =
      row.dataset.unplaced === "yes"
        ? `The place of ${name(row)} in the list is unknown.`
        : `${name(row)} is now number ${input(row).value}.`;
  };

  const enhance = (row, isNew) => {
    if (!input(row) || row.querySelector(".author-order")) {
      return;
    }
    row.dataset.unplaced = !isNew && input(row).value === "" ? "yes" : "no";
    const box = document.createElement("span");
    box.className = "author-order";
    const up = button("↑", "Move up", () => move(row, -1, up));
    const down = button("↓", "Move down", () => move(row, 1, down));
    const place = button("?", "Place in the list unknown", () => toggle(row, place));
    place.className = "author-place";
    place.setAttribute("aria-pressed", row.dataset.unplaced === "yes");
    box.append(document.createElement("output"), up, down, place);
    if (!hasGaps) {
      input(row).type = "hidden";
    }
    input(row).after(box);
    const remove = row.querySelector("input[name$='-DELETE']");
    if (remove) {
      remove.addEventListener("change", renumber);
    }
  };

  rows().forEach((row) => enhance(row, false));
  renumber();
  document.addEventListener("formset:added", (event) => {
    if (event.detail.formsetName === "authorships") {
      enhance(event.target, true);
      renumber();
    }
  });
  document.addEventListener("formset:removed", (event) => {
    if (event.detail.formsetName === "authorships") {
      renumber();
    }
  });
});
