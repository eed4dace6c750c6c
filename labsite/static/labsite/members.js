/* The members' own corner: a preview that follows what is typed. Without this the button asks for it. */
"use strict";

(() => {
  const PAUSE = 500; // milliseconds without a key before the server is asked

  const followTyping = (form) => {
    const place = document.getElementById(form.dataset.preview);
    const body = place.querySelector("[data-preview-body]");
    let timer = 0;
    let asked = 0;

    const ask = async () => {
      const data = new FormData(form);
      data.set("preview", "yes");
      const number = ++asked;
      try {
        const answer = await fetch(form.action, { method: "POST", body: data, headers: { "X-Part": "preview" } });
        // A sign-in page after the session has ended is no preview.
        if (!answer.ok || answer.redirected || number !== asked) return;
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        body.replaceChildren(...page.body.childNodes);
      } catch {
        // Without a connection the last preview stays; saving says what is wrong.
      }
    };

    form.addEventListener("input", () => {
      if (place.hidden) return;
      window.clearTimeout(timer);
      timer = window.setTimeout(ask, PAUSE);
    });

    form.addEventListener("submit", async (event) => {
      if (!event.submitter || event.submitter.name !== "preview") return;
      event.preventDefault();
      await ask();
      place.hidden = false;
      place.focus();
    });
  };

  for (const form of document.querySelectorAll("form[data-preview]")) followTyping(form);
})();
