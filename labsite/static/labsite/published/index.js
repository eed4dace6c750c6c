/* What the scripts of a published copy share: its files, words of the interface, and questions of words.
   Everything here follows the server's own modules: labsite/lib/search.py, labsite/lib/text.py, publications/ranking.py. */
"use strict";

window.labsite = (() => {
  const SIGN = "[\\u3040-\\u30ff\\u3400-\\u4dbf\\u4e00-\\u9fff\\uac00-\\ud7af\\uf900-\\ufaff]";
  const WORD = new RegExp(`${SIGN}|(?:(?!${SIGN})[\\p{L}\\p{N}])+`, "gu");
  const PHRASE = /"([^"]*)"|(\S+)/gu;
  const OTHER_SCRIPT = /(?!\p{Script=Latin})\p{L}/u;
  const FIRST_OTHER = 0x250; // letters before this one count as Latin
  const MOST_TERMS = 30;
  const FEW = 500; // hits: of more, only those that hold the words in the title come before the others

  const { home, plain } = document.currentScript.dataset;
  const fetched = new Map();
  let folding = {};

  /** The JSON file `name`; of the language of the page where it has words of the interface. */
  const load = (name) => {
    const isOwn = /^(rows|cards)\/|^(labels|wording|people|news)\.json$/u.test(name);
    const address = `${isOwn ? home : plain}published/${name}`;
    if (!fetched.has(address)) {
      const answer = fetch(address).then((response) => {
        if (!response.ok) {
          throw new Error(`${address}: ${response.status}`);
        }
        return response.json();
      });
      answer.catch(() => fetched.delete(address));
      fetched.set(address, answer);
    }
    return fetched.get(address);
  };

  /** From files of `folder`, the values of these keys, by key. */
  const loadByKey = async (folder, keys) => {
    const { sizes } = await load("index.json");
    const numbers = [...new Set(keys.map((key) => Math.floor(key / sizes[folder])))];
    const files = await Promise.all(numbers.map((number) => load(`${folder}/${number}.json`)));
    const found = Object.assign({}, ...files);
    return new Map(keys.filter((key) => found[key] !== undefined).map((key) => [key, found[key]]));
  };

  const escape = (text) =>
    String(text).replace(/[&<>"']/gu, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;" })[sign]);

  /** A message with its %(names)s filled in; `values` are HTML already. */
  const fill = (message, values) => message.replace(/%\((\w+)\)s/gu, (whole, name) => values[name] ?? whole);

  /** A message for one or for many. */
  const count = (messages, number, values = {}) => fill(messages[number === 1 ? 0 : 1], { number, ...values });

  /** Needed before anything is folded that is not ASCII. */
  const prepareFolding = async (text) => {
    if (/[^\0-\x7f]/u.test(text)) {
      folding = await load("folding.json");
    }
  };

  const fold = (text) => {
    const composed = text.normalize("NFC");
    const isOther = [...composed].some((sign) => sign.codePointAt(0) >= FIRST_OTHER && OTHER_SCRIPT.test(sign));
    return isOther ? composed.toLowerCase() : [...composed].map((sign) => folding[sign] ?? sign.toLowerCase()).join("");
  };

  const wordsOf = (text) => fold(text).match(WORD) ?? [];

  /** The terms of a question: each is words that stand together, the last of them perhaps only begun. */
  const readQuestion = (text) => {
    const terms = new Map();
    for (const [, quoted, single] of text.replace(/[“”]/gu, '"').matchAll(PHRASE)) {
      const words = wordsOf(quoted || single || "");
      if (words.length) {
        const isWhole = Boolean(quoted) || [...words.at(-1)].length === 1;
        terms.set(JSON.stringify([words, Boolean(quoted)]), { words, isWhole });
      }
    }
    return [...terms.values()].slice(0, MOST_TERMS);
  };

  const shardOf = (word) =>
    [...word].slice(0, 2).map((sign) => sign.codePointAt(0).toString(16)).join("-");

  /** For title, authors and the rest, the keys of publications that hold the word, or one that begins so. */
  const keysOf = async (word, isWhole) => {
    const found = [new Set(), new Set(), new Set()];
    const { shards } = await load("index.json");
    const name = shardOf(word);
    if (!shards.includes(name)) {
      return found;
    }
    const shard = await load(`words/${name}.json`);
    for (const [other, columns] of Object.entries(shard)) {
      if (isWhole ? other === word : other.startsWith(word)) {
        columns.forEach((steps, column) => {
          let key = 0;
          for (const step of steps) {
            key += step;
            found[column].add(key);
          }
        });
      }
    }
    return found;
  };

  const findTerm = async ({ words, isWhole }) => {
    const last = words.length - 1;
    const sets = await Promise.all(words.map((word, at) => keysOf(word, isWhole || at < last)));
    if (last === 0) {
      return sets[0];
    }
    const anywhere = sets.map((columns) => new Set(columns.flatMap((keys) => [...keys])));
    const keys = [...anywhere[0]].filter((key) => anywhere.every((each) => each.has(key)));
    const texts = await loadByKey("texts", keys);
    const run = ` ${words.join(" ")}${isWhole ? " " : ""}`;
    return [0, 1, 2].map((column) => new Set(keys.filter((key) => ` ${texts.get(key)?.[column] ?? ""} `.includes(run))));
  };

  /** By key, how well a publication answers: 0 in its title, 1 in title and authors, 2 otherwise. */
  const findPublications = async (question) => {
    const terms = await Promise.all(question.map(findTerm));
    const found = new Map();
    for (const key of terms.length ? new Set(terms[0].flatMap((keys) => [...keys])) : []) {
      const isIn = (columns) => terms.every((sets) => sets.slice(0, columns).some((keys) => keys.has(key)));
      if (isIn(3)) {
        found.set(key, isIn(1) ? 0 : isIn(2) ? 1 : 2);
      }
    }
    if (found.size > FEW) {
      found.forEach((tier, key) => found.set(key, tier ? 2 : 0));
    }
    return found;
  };

  /** Marks what a question looked for in the texts of an element. */
  const mark = (element, question) => {
    const words = [...new Set(question.flatMap((term) => term.words))];
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    const nodes = [];
    while (walker.nextNode()) {
      nodes.push(walker.currentNode);
    }
    for (const node of nodes) {
      const pieces = document.createDocumentFragment();
      let begin = 0;
      for (const match of node.data.matchAll(WORD)) {
        if (words.some((word) => fold(match[0]).startsWith(word))) {
          const marked = document.createElement("mark");
          marked.textContent = match[0];
          pieces.append(node.data.slice(begin, match.index), marked);
          begin = match.index + match[0].length;
        }
      }
      if (begin) {
        pieces.append(node.data.slice(begin));
        node.replaceWith(pieces);
      }
    }
  };

  /** Every publication that is listed: key, slug, place, year (0 for none), cited, and the set of its facets. */
  const loadFacts = async () => {
    const { files } = await load("index.json");
    const chunks = await Promise.all(files.facts.map((number) => load(`facts/${number}.json`)));
    return chunks.flatMap((chunk) =>
      chunk.rows.map(([key, slug, place, year, cited, facets]) => ({
        key, slug, place, year, cited, facets: new Set(facets.map((number) => chunk.facets[number])),
      })),
    );
  };

  const compare = (one, other) => (one < other ? -1 : one > other ? 1 : 0);

  return {
    home, plain, load, loadByKey, loadFacts, escape, fill, count, prepareFolding, fold, wordsOf, readQuestion,
    findPublications, mark, compare,
  };
})();
