/* A “Copy” button beside every element with data-copy, which says what it copies; after htmx has swapped a list, too.
   The words come from the script element, in the language of the page. */
"use strict";

(() => {
  const words = document.currentScript.dataset;

  const mark = (source) => {
    const range = document.createRange();
    range.selectNodeContents(source);
    const selection = window.getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
  };

  const enhance = (source) => {
    const button = document.createElement("button");
    const status = document.createElement("span");
    button.type = "button";
    button.className = "button button-quiet button-small copy-button";
    button.textContent = words.copyLabel;
    button.setAttribute("aria-label", source.dataset.copy);
    status.setAttribute("role", "status");
    status.className = "copy-status small muted";
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(source.innerText.trim());
        status.textContent = words.copied;
      } catch {
        // Without leave to use the clipboard (plain http), mark the text: one keystroke copies it.
        mark(source);
        status.textContent = document.execCommand("copy") ? words.copied : words.marked;
      }
      window.setTimeout(() => {
        status.textContent = "";
      }, 5000);
    });
    source.after(button, status);
  };

  const enhanceAll = () => {
    for (const source of document.querySelectorAll("[data-copy]:not([data-copy-ready])")) {
      source.dataset.copyReady = "yes";
      enhance(source);
    }
  };

  enhanceAll();
  document.addEventListener("htmx:afterSettle", enhanceAll);
})();
