/* Shows the home page with what the form says, a moment after it was typed; and the shades of the accent. */
"use strict";

(() => {
  const PAUSE = 600; // milliseconds without a change
  const panel = document.querySelector("[data-preview]");
  if (!panel) return;
  const form = panel.closest("form");
  const box = panel.querySelector(".preview-frame");
  const frame = box.querySelector("iframe");
  const status = panel.querySelector(".preview-status");
  let asked = null;
  let timer = 0;

  async function show() {
    asked?.abort();
    asked = new AbortController();
    try {
      const answer = await fetch(panel.dataset.preview, {
        method: "POST", body: new FormData(form), signal: asked.signal,
      });
      if (!answer.ok) throw new Error(String(answer.status));
      write(await answer.text());
      status.textContent = "";
    } catch (error) {
      if (error.name !== "AbortError") status.textContent = panel.dataset.failed;
    }
  }

  /* Written, not loaded: each load would be one more step back for the browser's button. */
  function write(text) {
    const page = frame.contentDocument;
    const place = page.scrollingElement?.scrollTop ?? 0;
    page.open();
    page.write(text);
    page.close();
    frame.contentWindow.addEventListener("load", () => frame.contentWindow.scrollTo(0, place), { once: true });
  }

  function later() {
    clearTimeout(timer);
    timer = setTimeout(show, PAUSE);
  }

  /* A page of the chosen width, made smaller where it does not fit. */
  function fit() {
    const width = Number(panel.querySelector('[data-width][aria-pressed="true"]').dataset.width);
    const scale = Math.min(1, box.clientWidth / width);
    frame.style.width = `${width}px`;
    frame.style.height = `${box.clientHeight / scale}px`;
    frame.style.transform = `scale(${scale})`;
  }

  function choose(button, group) {
    for (const other of panel.querySelectorAll(`[data-${group}]`)) {
      other.setAttribute("aria-pressed", String(other === button));
    }
  }

  for (const group of panel.querySelectorAll('[role="group"]')) group.hidden = false;
  for (const button of panel.querySelectorAll("[data-width]")) {
    button.addEventListener("click", () => {
      choose(button, "width");
      fit();
    });
  }
  for (const button of panel.querySelectorAll("[data-scheme]")) {
    button.addEventListener("click", () => {
      choose(button, "scheme");
      frame.style.colorScheme = button.dataset.scheme;
    });
  }
  frame.style.colorScheme = "light";
  panel.querySelector("[data-preview-now]").addEventListener("click", (event) => {
    event.preventDefault();
    show();
  });
  form.addEventListener("input", later);
  form.addEventListener("change", later);
  new ResizeObserver(fit).observe(box);

  const chooser = document.querySelector("[data-colour-of]");
  const text = chooser && document.getElementById(chooser.dataset.colourOf);
  if (text) {
    const isColour = () => /^#[0-9a-f]{6}$/i.test(text.value);
    const follow = async () => {
      if (isColour()) chooser.value = text.value.toLowerCase();
      const answer = await fetch(`${panel.dataset.shadesAddress}?accent=${encodeURIComponent(text.value)}`);
      const shades = document.querySelector("[data-shades]");
      if (answer.ok && shades) {
        shades.replaceWith(document.createRange().createContextualFragment(await answer.text()));
      }
    };
    chooser.hidden = false;
    if (isColour()) chooser.value = text.value.toLowerCase();
    chooser.addEventListener("input", () => {
      text.value = chooser.value;
      follow();
    });
    text.addEventListener("input", follow);
  }
  fit();
  show();
})();
