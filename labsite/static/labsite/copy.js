/* A “Copy” button beside every element with data-copy, which says what it copies. */
"use strict";

for (const source of document.querySelectorAll("[data-copy]")) {
  const what = source.dataset.copy;
  const button = document.createElement("button");
  const status = document.createElement("span");
  button.type = "button";
  button.className = "button button-quiet button-small copy-button";
  button.textContent = "Copy";
  button.setAttribute("aria-label", `Copy the ${what}`);
  status.setAttribute("role", "status");
  status.className = "copy-status small muted";
  button.addEventListener("click", async () => {
    const text = source.textContent.trim();
    try {
      await navigator.clipboard.writeText(text);
      status.textContent = "Copied";
    } catch {
      // Without leave to use the clipboard (plain http), mark the text: one keystroke copies it.
      const range = document.createRange();
      range.selectNodeContents(source);
      const selection = window.getSelection();
      selection.removeAllRanges();
      selection.addRange(range);
      status.textContent = document.execCommand("copy") ? "Copied" : "Marked: press Ctrl+C";
    }
    window.setTimeout(() => {
      status.textContent = "";
    }, 5000);
  });
  source.after(button, status);
}
