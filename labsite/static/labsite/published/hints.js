/* Words that name filters, offered as those filters: publications/hints.py. */
"use strict";

labsite.hints = (() => {
  const { fill, fold } = labsite;
  const YEAR = /^(?:1[4-9]|2\d)\d\d$/u;
  const SINCE = ["since", "from", "after"];
  const UNTIL = ["until", "before", "to"];
  const FILLERS = ["papers", "paper", "publications", "at", "in", "on", "or", "and", "the", "with", "has", "of", "as"];
  const CODE = ["code", "software", "implementation"];
  const MOST_WORDS = 12;

  const matchAt = (words, at, named, wording) => {
    const [word, following = ""] = words.slice(at);
    if (SINCE.includes(word) && YEAR.test(following)) {
      const year = String(Number(following) + Number(word === "after"));
      return [2, "since", year, fill(wording.hint_since, { year })];
    }
    if (UNTIL.includes(word) && YEAR.test(following)) {
      const year = String(Number(following) - Number(word === "before"));
      return [2, "until", year, fill(wording.hint_until, { year })];
    }
    if (YEAR.test(word)) {
      return [1, "year", word, word];
    }
    if (CODE.includes(word)) {
      return [1, "code", "yes", wording.hint_code];
    }
    for (let length = words.length - at; length > 0; length -= 1) {
      const meant = named[words.slice(at, at + length).join(" ")];
      if (meant) {
        return [length, ...meant];
      }
    }
    return [0];
  };

  /** The filters that the words of a question name, as labels and an address; null where they name none. */
  const read = (values, labels, wording) => {
    const words = fold(values.q?.[0] ?? "").replaceAll(",", " ").split(/\s+/u).filter(Boolean);
    if (words.length > MOST_WORDS) {
      return null;
    }
    const chosen = {};
    const found = [];
    const rest = [];
    for (let at = 0; at < words.length; ) {
      const [length, name, value, label] = matchAt(words, at, labels.named, wording);
      if (length) {
        (chosen[name] ??= []).push(value);
        found.push(label);
      } else if (!FILLERS.includes(words[at])) {
        rest.push(words[at]);
      }
      at += length || 1;
    }
    if (!found.length) {
      return null;
    }
    const changes = {};
    for (const [name, own] of Object.entries(chosen)) {
      const isFacet = labsite.filters.FACETS.includes(name);
      changes[name] = isFacet ? [...new Set([...(values[name] ?? []), ...own])] : own.slice(-1);
    }
    const address = labsite.filters.changed(values, { ...changes, q: rest.length ? [rest.join(" ")] : [], sort: [] });
    return { labels: [...found, ...rest.map((word) => `“${word}”`)], address };
  };

  return { read };
})();
