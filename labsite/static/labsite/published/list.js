/* The list of publications of a published copy: follows its filters in the browser, as the site itself would show it.
   Pages of one venue or one year are files; whatever else an address asks for is found here. */
"use strict";

(() => {
  const { escape, fill, count, load, loadByKey } = labsite;
  const { FACETS, readAddress, addressOf, changed, check, find, choices } = labsite.filters;
  const {
    hidden, link, chips, histogram, fieldset, rowsOf, pagination, problemBox, takeAlong, emptyBox, yearChoices, titleOf, listTitle,
  } = labsite.parts;
  const { CHOSEN } = labsite.filters;
  const EXCERPTS = ["venue", "year", "topic", "author"]; // of one of these the copy has a frame and feeds
  const PER_PAGE = 50;
  const AT_ONCE = 8; // files of single publications that are fetched side by side
  const AT_FAULT = document.currentScript.dataset.failed;

  /** The form says what is chosen, and offers what is left. */
  const showForm = (values, facets, counts, wording) => {
    const form = document.querySelector(".filter-form");
    const [years, ...others] = form.querySelectorAll("fieldset.facet");
    others.slice(0, -1).forEach((each) => each.remove());
    years.insertAdjacentHTML("afterend", FACETS.map((name) => fieldset(name, facets[name], wording)).join(""));
    for (const name of ["q", "since", "until"]) {
      const field = form.elements.namedItem(name);
      if (field !== document.activeElement) {
        field.value = values[name]?.[0] ?? "";
      }
    }
    for (const name of ["code", "workshops"]) {
      form.elements.namedItem(name).checked = Boolean(values[name]?.length);
    }
    const coded = document.querySelector('label:has(#filter-code) .choice-count');
    if (coded) {
      const number = counts.code.get("yes") ?? 0;
      coded.innerHTML = `${number}${hidden(` ${count(wording.counted, number)}`)}`;
    }
    form.querySelectorAll('input[type="hidden"]').forEach((each) => each.remove());
    for (const name of ["sort", "year"]) {
      for (const value of values[name] ?? []) {
        form.insertAdjacentHTML("afterbegin", `<input type="hidden" name="${name}" value="${escape(value)}">`);
      }
    }
    const isNarrowed = CHOSEN.some((name) => values[name]?.length);
    const last = form.querySelector(":scope > p.cluster");
    last.querySelector("a")?.remove();
    if (isNarrowed) {
      last.insertAdjacentHTML("beforeend", link(addressOf({}), escape(wording.clear_filters)));
    }
    const number = CHOSEN.reduce((sum, name) => sum + (values[name]?.length ?? 0), 0);
    const told = number ? ` <span class="muted">(${count(wording.chosen, number)})</span>` : "";
    document.querySelector("#filters > summary").innerHTML = escape(wording.filters) + told;
  };

  /** The end of the copy's addresses for what one choice leaves, "" for all of the list; null for what has no file. */
  const excerptOf = (values) => {
    const chosen = CHOSEN.filter((name) => values[name]?.length);
    const [name] = chosen;
    const isOne = chosen.length === 1 && EXCERPTS.includes(name) && values[name].length === 1 && /^[\w-]+$/u.test(values[name][0]);
    return isOne ? `/${name}/${values[name][0]}` : chosen.length ? null : "";
  };

  const answered = new Map(); // by excerpt, whether the copy has files of it

  const findFiles = async (values) => {
    const excerpt = excerptOf(values);
    if (excerpt && !answered.has(excerpt)) {
      const answer = fetch(`${labsite.plain}embed/publications${excerpt}/`, { method: "HEAD" });
      answered.set(excerpt, answer.then((response) => response.ok, () => false));
    }
    return excerpt && !(await answered.get(excerpt)) ? null : excerpt;
  };

  let offer = null; // “Embed this list” as the page has it

  /** The same of what is listed now, before the links to other pages. */
  const showOffer = (excerpt, title) => {
    const own = offer.cloneNode(true);
    const code = own.querySelector("code");
    code.textContent = code.textContent
      .replace(/(\/embed\/publications)\/[^"]*/u, (whole, path) => `${path}${excerpt}/`)
      .replace(/ title="[^"]*"/u, () => ` title="${escape(title)}"`);
    own.querySelectorAll('a[href*="/feeds/"]').forEach((each) => {
      each.setAttribute("href", `${labsite.plain}feeds/publications${excerpt}.${each.getAttribute("href").split(".").at(-1)}`);
    });
    const place = document.querySelector("#publications > .stack");
    place.insertBefore(own, place.querySelector(":scope > .pagination"));
  };

  let shown = null; // what is listed now, for taking it along
  let latest = 0;

  const show = async (address, { isFirst = false } = {}) => {
    const own = (latest += 1);
    const [labels, wording] = await Promise.all([load("labels.json"), load("wording.json")]);
    const values = readAddress(address);
    const problems = check(values, labels, wording);
    const found = await find(values);
    const hits = problems.length ? [] : found.hits;
    const pages = Math.max(1, Math.ceil(hits.length / PER_PAGE));
    const asked = values.page?.[0];
    const isPage = !asked || (/^[1-9]\d{0,6}$/u.test(asked) && Number(asked) <= pages);
    const page = isPage ? Number(asked ?? 1) : 1;
    if (!isPage) {
      problems.push({ name: "page", message: fill(wording.no_page, { asked, pages }), remedy: wording.first_page });
    }
    const papers = hits.slice((page - 1) * PER_PAGE, page * PER_PAGE);
    const [lines, excerpt] = await Promise.all([loadByKey("rows", papers.map((paper) => paper.key)), findFiles(values)]);
    if (own !== latest) {
      return; // something else was chosen meanwhile
    }
    shown = { hits, values };
    const facets = Object.fromEntries(FACETS.map((name) => [name, name === "year" ? yearChoices(values, found.counts, wording) : choices(name, found.counts, values, labels, wording.most_choices)]));
    const open = [...document.querySelectorAll("#publications details[open]")].map((each) => each.id);
    const focused = document.activeElement?.id;
    showForm(values, facets, found.counts, wording);
    const [words] = values.q ?? [];
    const hint = problems.length || !words ? null : labsite.hints.read(values, labels, wording);
    const sorts = wording.sorts.filter(([name]) => (name !== "best" || words) && (name !== "cited" || labels.has_citations));
    const told = count(wording.count, hits.length) + (words ? ` ${fill(wording.for_words, { words: escape(words) })}` : "");
    document.querySelector("#publications > .stack").innerHTML = [
      histogram(values, found.counts, wording),
      `<div class="results-head cluster cluster-spread"><p role="status" class="results-count" id="results-count" tabindex="-1">${told}</p>` +
        `<nav class="cluster sort-links small no-print" aria-label="${escape(wording.order)}">` +
        sorts.map(([name, label]) => link(changed(values, { sort: [name] }), escape(label), name === (hits.length ? found.sort : "newest") ? ' aria-current="true"' : "")).join("") +
        "</nav></div>",
      chips(values, facets, problems, wording),
      problemBox(values, problems, wording),
      hint
        ? `<p class="banner hint"><span>${escape(wording.meant)}</span> ${link(hint.address, escape(hint.labels.join(" · ")))}${escape(wording.question)}</p>`
        : "",
      papers.length ? takeAlong(hits, wording, excerpt) + rowsOf(papers, lines, found.sort, wording) : "",
      papers.length || problems.length ? "" : emptyBox(values, found.removals, wording),
      pagination(values, page, pages, wording),
    ].join("");
    document.querySelectorAll(".publication-title bdi, .publication-authors").forEach((each) => labsite.mark(each, found.question));
    document.title = titleOf(values, facets, page, wording);
    if (offer && papers.length && excerpt !== null) {
      showOffer(excerpt, listTitle(values, facets, wording));
    }
    open.forEach((id) => {
      const details = id && document.getElementById(id);
      if (details) {
        details.open = true;
      }
    });
    if (!isFirst) {
      const result = document.getElementById("results-count");
      say(result.textContent.trim(), false);
      if (document.activeElement === document.body) {
        (document.getElementById(focused) ?? result).focus({ preventScroll: true });
      }
    }
  };

  const say = (text, isProblem) => {
    const announcement = document.getElementById("announcement");
    announcement.textContent = text;
    announcement.classList.toggle("visually-hidden", !isProblem);
    announcement.classList.toggle("banner", isProblem);
    announcement.classList.toggle("banner-error", isProblem);
  };

  const follow = (address, options) => show(address, options).catch(() => say(AT_FAULT, true));

  /** Enter in a field is a change and a submission: only the first is a step to go back. */
  const go = (address) => {
    const wanted = new URL(address, window.location);
    if (wanted.href !== window.location.href) {
      window.history.pushState(null, "", address);
    }
    follow(wanted);
  };

  /** Whether an address is one of this list: its own page, or a file of one venue, one year or one further page. */
  const isOfList = (address) =>
    address.origin === window.location.origin &&
    address.pathname.startsWith(labsite.filters.list()) &&
    /^(?:(?:venue|year|page)\/[^/]+\/)*$/u.test(address.pathname.slice(labsite.filters.list().length));

  /** What is listed as one file, put together from the files of its publications. */
  const takeFile = async (format) => {
    const order = [...shown.hits].sort(
      shown.values.sort?.[0] && shown.values.sort[0] !== "best" ? () => 0 : (one, other) => labsite.compare(one.place, other.place),
    );
    const pieces = [];
    for (let at = 0; at < order.length; at += AT_ONCE) {
      const some = order.slice(at, at + AT_ONCE).map(async (paper) => {
        const response = await fetch(`${labsite.plain}publications/${paper.slug}/cite.${format}`);
        if (!response.ok) {
          throw new Error(response.url);
        }
        return response.text();
      });
      pieces.push(...(await Promise.all(some)));
    }
    const text = format.startsWith("json")
      ? `${JSON.stringify(pieces.flatMap((piece) => JSON.parse(piece)), null, 1)}\n`
      : pieces.join(format === "bib" ? "\n" : "");
    const saved = document.createElement("a");
    saved.href = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
    saved.download = `publications.${format}`;
    saved.click();
    window.setTimeout(() => URL.revokeObjectURL(saved.href), 60_000);
  };

  document.addEventListener("click", (event) => {
    const target = event.target.closest("#publications a");
    if (!target || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) {
      return;
    }
    const address = new URL(target.getAttribute("href"), window.location);
    if (target.dataset.format) {
      event.preventDefault();
      takeFile(target.dataset.format).catch(() => say(AT_FAULT, true));
    } else if (isOfList(address) && !target.closest(".publication-list")) {
      event.preventDefault();
      go(addressOf(readAddress(address)));
    }
  });

  const readForm = (form) => {
    const values = {};
    new FormData(form).forEach((value, name) => {
      if (value !== "") {
        (values[name] ??= []).push(value);
      }
    });
    return addressOf(values);
  };

  document.addEventListener("DOMContentLoaded", () => {
    offer = document.querySelector("#publications .embed-offer")?.cloneNode(true);
    const form = document.querySelector(".filter-form");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      go(readForm(form));
    });
    form.addEventListener("change", () => go(readForm(form)));
    const filters = document.getElementById("filters");
    const wide = window.matchMedia("(min-width: 56rem)");
    const openFilters = () => {
      filters.open = filters.open || wide.matches;
    };
    openFilters();
    wide.addEventListener("change", openFilters);
    if (window.location.search) {
      follow(new URL(window.location), { isFirst: true });
    }
  });
  window.addEventListener("popstate", () => follow(new URL(window.location)));
})();
