/* The filters of the list of publications, as publications/filters.py, counting.py and facets.py have them. */
"use strict";

labsite.filters = (() => {
  const { compare, load, loadFacts, prepareFolding, readQuestion, findPublications } = labsite;
  const FACETS = ["year", "venue", "type", "topic", "author", "award"];
  const SINGLES = ["since", "until", "code", "workshops", "q", "sort"];
  const CHOSEN = ["year", "venue", "type", "topic", "author", "award", "since", "until", "code", "workshops", "q"];
  const YEAR = /^[1-9][0-9]{3}$/u;

  const list = () => document.getElementById("published-list").dataset.list;

  /** The choices that an address asks for: by name, a list of values. Files of one venue or year are asked by path. */
  const readAddress = (address) => {
    const values = {};
    const add = (name, value) => {
      const text = value.trim();
      if (text && [...FACETS, ...SINGLES, "page"].includes(name) && !(values[name] ?? []).includes(text)) {
        (values[name] ??= []).push(text);
      }
    };
    const parts = address.pathname.slice(list().length).split("/").filter(Boolean);
    for (let at = 0; at + 1 < parts.length; at += 2) {
      add(parts[at], decodeURIComponent(parts[at + 1]));
    }
    address.searchParams.forEach((value, name) => add(name, value));
    for (const name of [...SINGLES, "page"]) {
      if (values[name]) {
        values[name] = [values[name].at(-1)];
      }
    }
    return values;
  };

  /** The address of the list with these choices. */
  const addressOf = (values) => {
    const query = new URLSearchParams();
    const usual = values.q?.length ? "best" : "newest";
    for (const name of [...FACETS, ...SINGLES, "page"]) {
      for (const value of values[name] ?? []) {
        if (!(name === "sort" && value === usual) && !(name === "page" && value === "1")) {
          query.append(name, value);
        }
      }
    }
    const text = query.toString();
    return text ? `${list()}?${text}` : list();
  };

  const changed = (values, changes) => addressOf({ ...values, page: [], ...changes });

  const without = (values, name, value) => changed(values, { [name]: (values[name] ?? []).filter((each) => each !== value) });

  /** Takes values out that mean nothing; what is wrong with each parameter, in words. */
  const check = (values, labels, wording) => {
    const problems = [];
    const known = {
      year: (value) => value === "none" || YEAR.test(value),
      venue: (value) => labels.venues.some(([slug]) => slug === value),
      topic: (value) => labels.topics.some(([slug]) => slug === value),
      author: (value) => value in labels.author,
      type: (value) => labels.type.some(([own]) => own === value),
      award: (value) => labels.award.some(([own]) => own === value),
    };
    for (const name of FACETS) {
      const wrong = (values[name] ?? []).filter((value) => !known[name](value));
      if (wrong.length) {
        const named = wrong.map((value) => `“${value}”`).join(", ");
        const message = `${labsite.fill(wording.problems[name], { values: named })} ${wording.mends[name]}`;
        problems.push({ name, message, remedy: wording.remove_it });
        values[name] = values[name].filter(known[name]);
      }
    }
    for (const name of ["since", "until"]) {
      const [value] = values[name] ?? [];
      if (value && !YEAR.test(value)) {
        problems.push({ name, message: labsite.fill(wording.no_year, { value }), remedy: wording.remove_it });
        values[name] = [];
      }
    }
    for (const [name, words] of [["code", ["yes"]], ["workshops", ["hide"]], ["sort", wording.sorts.map(([value]) => value)]]) {
      values[name] = (values[name] ?? []).filter((value) => words.includes(value));
    }
    return problems;
  };

  /** What of each publication does not fit: the names of parameters. */
  const tests = (values, answers) => {
    const any = (name) => (paper) =>
      values[name].some((value) => paper.facets.has(`${name}:${value}`) || (name === "author" && paper.facets.has(`guest:${value}`)));
    const found = {
      year: (paper) => values.year.includes(paper.year ? String(paper.year) : "none"),
      since: (paper) => paper.year && paper.year >= Number(values.since[0]),
      until: (paper) => paper.year && paper.year <= Number(values.until[0]),
      code: (paper) => paper.facets.has("code:yes"),
      workshops: (paper) => paper.facets.has("workshops:hide"),
      q: (paper) => answers.has(paper.key),
    };
    for (const name of ["venue", "type", "topic", "author", "award"]) {
      found[name] = any(name);
    }
    return CHOSEN.filter((name) => values[name]?.length).map((name) => [name, found[name]]);
  };

  const sorters = (answers, titles) => ({
    newest: (one, other) => compare(one.place, other.place),
    oldest: (one, other) => compare(other.place, one.place),
    cited: (one, other) => one.cited - other.cited || compare(one.place, other.place),
    title: (one, other) => compare(titles.get(one.key), titles.get(other.key)) || compare(one.place, other.place),
    best: (one, other) => answers.get(one.key) - answers.get(other.key) || compare(one.place, other.place),
  });

  /** The publications that fit, in their order, with the numbers that each choice would leave. */
  const find = async (values) => {
    const [words = ""] = values.q ?? [];
    await prepareFolding(words);
    const question = readQuestion(words);
    const [papers, answers] = await Promise.all([loadFacts(), findPublications(question)]);
    const asked = tests(values, answers);
    const hits = [];
    const counts = Object.fromEntries([...FACETS, "code"].map((name) => [name, new Map()]));
    const removals = new Map(asked.map(([name]) => [name, 0]));
    const add = (name, value) => counts[name].set(value, (counts[name].get(value) ?? 0) + 1);
    for (const paper of papers) {
      const failed = asked.filter(([, fits]) => !fits(paper)).map(([name]) => name);
      if (failed.length === 0) {
        hits.push(paper);
      }
      if (failed.length > 1) {
        continue;
      }
      const [only = ""] = failed;
      if (!only || only === "year") {
        add("year", paper.year ? String(paper.year) : "none");
      }
      for (const facet of paper.facets) {
        const [kind, value] = facet.split(/:(.*)/u);
        const name = kind === "guest" ? "author" : kind;
        if (counts[name] && (!only || only === name)) {
          add(name, kind === "guest" ? `guest:${value}` : value);
        }
      }
      for (const [name] of asked) {
        if (!only || only === name) {
          removals.set(name, removals.get(name) + 1);
        }
      }
    }
    let [sort] = values.sort ?? [];
    sort = sort === "best" && !question.length ? "" : sort;
    sort = sort || (question.length ? "best" : "newest");
    const titles = sort === "title" ? await labsite.loadByKey("titles", hits.map((paper) => paper.key)) : new Map();
    hits.sort(sorters(answers, titles)[sort]);
    return { hits, counts, removals, sort, question };
  };

  const valuesOf = (counts, name) => [...counts[name]].filter(([value]) => !value.startsWith("guest:"));

  /** Values with their numbers, the `most` frequent, those chosen in any case; guests of the lab only if they are chosen. */
  const offered = (counts, name, chosen, most) => {
    const own = valuesOf(counts, name);
    own.sort(([one, a], [other, b]) => b - a || compare(one, other));
    const found = new Map(own.slice(0, most));
    for (const value of chosen) {
      if (!found.has(value)) {
        found.set(value, counts[name].get(value) ?? counts[name].get(`guest:${value}`) ?? 0);
      }
    }
    return found;
  };

  /** The choices of a facet, `most` at most; `areAll` says whether there are no others. */
  const choices = (name, counts, values, labels, most) =>
    Object.assign(choicesOf(name, counts, values, labels, most), { areAll: valuesOf(counts, name).length <= most });

  const choicesOf = (name, counts, values, labels, most) => {
    const chosen = values[name] ?? [];
    const numbers = offered(counts, name, chosen, most);
    const choice = (value, label, isNested = false) => ({
      value, label, isNested, count: numbers.get(value), isChosen: chosen.includes(value),
    });
    if (name === "type" || name === "award") {
      const present = labels[name].filter(([value]) => numbers.has(value));
      return present.sort(([one], [other]) => numbers.get(other) - numbers.get(one)).map(([value, label]) => choice(value, label));
    }
    const named = [...numbers.keys()].filter((value) => labels[name][value]).map((value) => [value, ...labels[name][value]]);
    if (name !== "venue") {
      named.sort((one, other) => numbers.get(other[0]) - numbers.get(one[0]) || compare(one[3], other[3]));
      return named.map(([value, label]) => choice(value, label));
    }
    named.sort((one, other) => compare(one[1], other[1]) || compare(one[2], other[2]));
    const topOf = (value) => {
      const seen = [value];
      let parent = labels.venue[value][3];
      while (parent && numbers.has(parent) && !seen.includes(parent)) {
        seen.push(parent);
        parent = labels.venue[parent]?.[3];
      }
      return seen.at(-1);
    };
    const shelves = named.filter(([value]) => topOf(value) === value);
    shelves.sort((one, other) => numbers.get(other[0]) - numbers.get(one[0]) || compare(one[1], other[1]));
    return shelves.flatMap(([top, label]) => [
      choice(top, label),
      ...named.filter(([value]) => value !== top && topOf(value) === top).map(([value, own]) => choice(value, own, true)),
    ]);
  };

  return { FACETS, CHOSEN, list, readAddress, addressOf, changed, without, check, find, choices };
})();
