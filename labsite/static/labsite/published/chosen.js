/* Somebody came with a question that a file of this copy answers: /news/?kind=paper is /news/kind/paper/. */
"use strict";

(() => {
  const VALUE = /^[\w-]+$/u;
  const { list } = document.currentScript.dataset;
  const asked = [...new URLSearchParams(window.location.search)].filter(([, value]) => value);
  const chosen = asked.filter(([name]) => name !== "page");
  const page = asked.filter(([name, value]) => name === "page" && value !== "1");

  if (chosen.length <= 1 && page.length <= 1 && asked.every((pair) => pair.every((each) => VALUE.test(each)))) {
    const file = [list, ...[...chosen, ...page].map((pair) => `${pair.join("/")}/`)].join("");
    if (file !== list) {
      fetch(file, { method: "HEAD" })
        .then(({ ok }) => ok && window.location.replace(file))
        .catch(() => false); // the whole list stays
    }
  }
})();
