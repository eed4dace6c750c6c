/* The list of publications in HTML, as templates/publications/publications.html has it. */
"use strict";

labsite.parts = (() => {
  const { escape, fill, count } = labsite;
  const { FACETS, addressOf, changed, without } = labsite.filters;
  const SHOWN = 8; // choices of a facet before “more”
  const MAX_BARS = 24;
  const SPANS = [1, 2, 5, 10, 20, 50, 100, 500];
  const HEIGHT = 60;
  const BAR = 20;
  const GAP = 6;

  const hidden = (text) => `<span class="visually-hidden">${escape(text)}</span>`;
  const link = (address, text, more = "") => `<a href="${escape(address)}"${more}>${text}</a>`;

  const chip = (address, label, value, wording) =>
    `<li><a class="chip" href="${escape(address)}"><span>${label ? `<span class="muted">${escape(label)}</span> ` : ""}` +
    `<bdi>${escape(value)}</bdi></span> <span aria-hidden="true">×</span>${hidden(wording.remove)}</a></li>`;

  const chips = (values, facets, problems, wording) => {
    const found = [];
    for (const name of FACETS) {
      for (const choice of facets[name].filter((each) => each.isChosen)) {
        const label = fill(wording.label, { label: wording.fields[name] });
        found.push(chip(without(values, name, choice.value), label, choice.label, wording));
      }
    }
    for (const [name, label] of [["since", wording.since], ["until", wording.until], ["q", wording.words]]) {
      found.push(...(values[name] ?? []).map((value) => chip(without(values, name, value), label, value, wording)));
    }
    for (const [name, value, label] of [["code", "yes", wording.with_code], ["workshops", "hide", wording.without_workshops]]) {
      if (values[name]?.length) {
        found.push(chip(without(values, name, value), "", label, wording));
      }
    }
    if (!found.length && !problems.length) {
      return "";
    }
    const clear = `<li>${link(addressOf({}), escape(wording.clear), ' class="chip chip-clear"')}</li>`;
    return `<ul class="tag-list chosen-filters" aria-label="${escape(wording.chosen_filters)}">${found.join("")}${clear}</ul>`;
  };

  const spansOf = (years) => {
    if (!years.length) {
      return [];
    }
    const [first, last] = [years[0], years.at(-1)];
    const length = SPANS.find((span) => Math.floor((last - first) / span) + 1 < MAX_BARS) ?? SPANS.at(-1);
    const found = [];
    for (let year = length === 1 ? first : first - (first % length); year <= last; year += length) {
      found.push([year, year + length - 1]);
    }
    return found;
  };

  const toggleYear = (values, value) => {
    const own = values.year ?? [];
    return changed(values, { year: own.includes(value) ? own.filter((each) => each !== value) : [...own, value].sort() });
  };

  const histogram = (values, counts, wording) => {
    const numbers = new Map([...counts.year, ...(values.year ?? []).map((year) => [year, counts.year.get(year) ?? 0])]);
    const years = [...numbers.keys()].filter((year) => year !== "none").map(Number).sort((one, other) => one - other);
    const spans = spansOf(years).map(([begin, end]) => {
      const own = years.filter((year) => begin <= year && year <= end);
      return [begin, end, own.reduce((sum, year) => sum + numbers.get(String(year)), 0)];
    });
    const highest = Math.max(1, ...spans.map(([, , number]) => number));
    const bars = spans.map(([begin, end, number], at) => {
      const isYear = begin === end;
      const isChosen = isYear
        ? (values.year ?? []).includes(String(begin))
        : values.since?.[0] === String(begin) && values.until?.[0] === String(end);
      const range = isChosen ? { since: [], until: [] } : { since: [String(begin)], until: [String(end)], year: [] };
      const address = isYear ? toggleYear(values, String(begin)) : changed(values, range);
      const height = Math.max(Math.round((number / highest) * HEIGHT), number ? 2 : 0);
      const label = isYear ? String(begin) : `${begin}–${end}`;
      const said = count(wording.year_said, number, { year: label }) + (isChosen ? wording.is_chosen : "");
      const x = at * (BAR + GAP);
      return (
        `<g role="listitem"><a href="${escape(address)}" id="bar-${at + 1}" aria-label="${escape(said)}"` +
        `${isChosen ? ' aria-current="true"' : ""}><title>${escape(fill(wording.label, { label }))} ${number}</title>` +
        `<rect class="histogram-field" x="${x}" y="0" width="${BAR}" height="76"></rect>` +
        `<rect class="histogram-bar" x="${x}" y="${HEIGHT - height}" width="${BAR}" height="${height}" rx="2"></rect>` +
        `<text class="histogram-year" x="${x + BAR / 2}" y="72" text-anchor="middle" aria-hidden="true">${label.slice(0, 4)}</text></a></g>`
      );
    });
    const width = Math.max(bars.length * (BAR + GAP) - GAP, BAR);
    const undated = numbers.has("none") ? undatedChip(values, numbers.get("none"), wording) : "";
    const drawing = bars.length
      ? `<svg class="histogram-bars" viewBox="0 0 ${width} 76" width="${width}" role="list" aria-label="${escape(wording.bars)}">${bars.join("")}</svg>`
      : "";
    return drawing || undated ? `<nav class="histogram" aria-label="${escape(wording.years)}">${drawing}${undated}</nav>` : "";
  };

  const undatedChip = (values, number, wording) => {
    const isChosen = (values.year ?? []).includes("none");
    const said = ` ${count(wording.counted, number)}${isChosen ? wording.is_chosen : ""}`;
    const text = `${escape(wording.undated)} <span class="choice-count">${number}${hidden(said)}</span>`;
    return link(toggleYear(values, "none"), text, ` class="chip"${isChosen ? ' aria-current="true"' : ""}`);
  };

  const choiceItem = (name, choice, wording) =>
    `<li${choice.isNested ? ' class="choice-nested"' : ""}><label class="choice"><input type="checkbox" name="${name}" ` +
    `id="filter-${name}-${escape(choice.value)}" value="${escape(choice.value)}"${choice.isChosen ? " checked" : ""}> ` +
    `<span><bdi>${escape(choice.label)}</bdi></span> <span class="choice-count">${choice.count}` +
    `${hidden(` ${count(wording.counted, choice.count)}`)}</span></label></li>`;

  const fieldset = (name, own, wording) => {
    if (!own.length || name === "year") {
      return "";
    }
    const items = (rows) => `<ul class="facet-list">${rows.map((choice) => choiceItem(name, choice, wording)).join("")}</ul>`;
    const shown = own.filter((choice, at) => at < SHOWN || choice.isChosen);
    const rest = own.filter((choice, at) => at >= SHOWN && !choice.isChosen);
    const told = fill(wording.most_frequent, { number: wording.most_choices });
    const note = own.areAll ? "" : `<p class="small muted">${escape(told)}</p>`;
    const more = rest.length
      ? `<details id="more-${name}"><summary class="small">${count(wording.more, rest.length)}</summary>${items(rest)}${note}</details>`
      : "";
    return `<fieldset class="facet" data-facet="${name}"><legend class="facet-label">${escape(wording.fields[name])}</legend>${items(shown)}${more}</fieldset>`;
  };

  const rowsOf = (papers, lines, sort, wording) => {
    const item = (paper) => `<li>${lines.get(paper.key) ?? ""}</li>`;
    if (sort !== "newest" && sort !== "oldest") {
      const flat = papers.map(item).join("");
      const second = flat.replace(/<(\/?)h3\b(?= class="publication-title"|>)/gu, "<$1h2");
      return `<ol class="publication-list">${second}</ol>`;
    }
    const groups = [];
    for (const paper of papers) {
      if (groups.at(-1)?.year !== paper.year) {
        groups.push({ year: paper.year, items: [] });
      }
      groups.at(-1).items.push(item(paper));
    }
    return groups
      .map(({ year, items }) => {
        const id = `year-${year || "none"}`;
        return (
          `<section class="year-group" aria-labelledby="${id}"><h2 class="year-heading" id="${id}">` +
          `${year || escape(wording.undated)}</h2><ol class="publication-list">${items.join("")}</ol></section>`
        );
      })
      .join("");
  };

  const pagination = (values, page, pages, wording) => {
    if (pages < 2) {
      return "";
    }
    const step = (number, text, rel) =>
      number < 1 || number > pages
        ? "<span></span>"
        : link(addressOf({ ...values, page: [String(number)] }), escape(text), ` class="button button-quiet" rel="${rel}"`);
    return (
      `<nav class="pagination" aria-label="${escape(wording.pages)}">${step(page - 1, wording.previous, "prev")} ` +
      `<span>${fill(wording.page_of, { number: page, pages })}</span> ${step(page + 1, wording.next, "next")}</nav>`
    );
  };

  const problemBox = (values, problems, wording) => {
    if (!problems.length) {
      return "";
    }
    const lines = problems.map(
      ({ name, message }) =>
        `<p><strong>${escape(fill(wording.label, { label: wording.fields[name] }))}</strong> <bdi>${escape(message)}</bdi></p>`,
    );
    const remedy = problems.length === 1 ? problems[0].remedy : wording.remove_all;
    return (
      `<div class="banner banner-warning stack stack-tight" role="alert">${lines.join("")}<p class="cluster">` +
      `${link(addressOf({ ...values, page: [] }), escape(remedy))}</p></div>`
    );
  };

  /** `excerpt` is the end of the feed's address; null where there is no feed of what is listed. */
  const takeAlong = (hits, wording, excerpt) => {
    const formats = wording.formats.map(([name, label]) => link("#", escape(label), ` data-format="${name}"`)).join("");
    const feed = excerpt === null ? "" : link(`${labsite.plain}feeds/publications${excerpt}.atom`, escape(wording.feed));
    return `<p class="cluster small export-links no-print"><span class="muted">${count(wording.take, hits.length)}</span> ${formats}${feed}</p>`;
  };

  const emptyBox = (values, removals, wording) => {
    const rows = [...removals].filter(([, number]) => number).sort(([, one], [, other]) => other - one);
    const items = rows.map(([name, number]) => {
      const address = escape(changed(values, { [name]: [] }));
      return `<li>${count(wording.without, number, { address, label: escape(wording.fields[name]) })}</li>`;
    });
    return (
      `<div class="empty stack stack-tight"><p>${escape(wording.none)}</p><ul class="plain-list">${items.join("")}` +
      `<li>${link(addressOf({}), escape(wording.show_all))}</li></ul></div>`
    );
  };

  const yearChoices = (values, counts, wording) =>
    [...(values.year ?? [])].sort().reverse().map((value) => ({
      value, label: value === "none" ? wording.undated : value, count: counts.year.get(value) ?? 0, isChosen: true,
    }));

  const listTitle = (values, facets, wording) => {
    const named = FACETS.flatMap((name) => facets[name].filter((each) => each.isChosen).map((each) => each.label));
    const description = [...named, ...(values.q ?? []).map((text) => `“${text}”`)].join(", ").slice(0, 80);
    return description ? fill(wording.title_of, { description }) : wording.title;
  };

  const titleOf = (values, facets, page, wording) => {
    const title = listTitle(values, facets, wording);
    return `${title}${page > 1 ? fill(wording.title_page, { number: page }) : ""} · ${wording.lab}`;
  };

  return {
    hidden, link, chips, histogram, fieldset, rowsOf, pagination, problemBox, takeAlong, emptyBox, yearChoices, titleOf, listTitle,
  };
})();
