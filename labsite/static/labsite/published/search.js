/* Search of a published copy: people, publications, venues, topics and news that hold every word. See labsite/views.py. */
"use strict";

(() => {
  const { escape, fill, load, loadByKey, mark } = labsite;
  const MOST = 20;

  const section = (name, heading, body, aside = "") =>
    `<section aria-labelledby="found-${name}"><div class="section-head"><h2 id="found-${name}">${escape(heading)}</h2>${aside}</div>${body}</section>`;

  const link = (address, text) => `<a href="${escape(address)}">${escape(text)}</a>`;

  const findPeople = async (words) => {
    const people = await load("people.json");
    const found = people.filter(([, , names]) => words.every((word) => names.some((name) => name.includes(word))));
    return [found.length, await loadByKey("cards", found.slice(0, MOST).map(([key]) => key))];
  };

  const findPapers = async (question) => {
    const found = await labsite.findPublications(question);
    const facts = (await labsite.loadFacts()).filter((paper) => found.has(paper.key));
    facts.sort((one, other) => found.get(one.key) - found.get(other.key) || labsite.compare(one.place, other.place));
    return loadByKey("rows", facts.slice(0, MOST).map((paper) => paper.key));
  };

  const findNews = async (question) => {
    const holds = (text) =>
      question.every(({ words, isWhole }) => ` ${text} `.includes(` ${words.join(" ")}${isWhole ? " " : ""}`));
    return (await load("news.json")).filter(([text]) => holds(text)).slice(0, MOST);
  };

  const chipList = (rows) =>
    `<ul class="tag-list">${rows
      .slice(0, MOST)
      .map(([address, label]) => `<li><a class="chip" href="${escape(address)}"><bdi>${escape(label)}</bdi></a></li>`)
      .join("")}</ul>`;

  const search = async (asked) => {
    const place = document.querySelector(".search-results");
    await labsite.prepareFolding(asked);
    const question = labsite.readQuestion(asked);
    const words = [...new Set(question.flatMap((term) => term.words))];
    const [wording, labels] = await Promise.all([load("wording.json"), load("labels.json")]);
    document.querySelectorAll('input[name="q"]').forEach((field) => {
      field.value = asked;
    });
    document.title = `${fill(wording.search_for, { words: asked })} · ${wording.lab}`;
    const [[number, cards], papers, news] = await Promise.all([
      words.length ? findPeople(words) : [0, new Map()],
      findPapers(question),
      words.length ? findNews(question) : [],
    ]);
    const { home } = labsite;
    const query = `?q=${encodeURIComponent(asked)}`;
    const venues = labels.venues.filter(([, , text]) => words.length && words.every((word) => text.includes(word)));
    const topics = labels.topics.filter(
      ([slug, name]) => words.length && words.every((word) => slug.includes(word) || name.toLowerCase().includes(word)),
    );
    const parts = [];
    const hint = labsite.hints.read({ q: [asked] }, labels, wording);
    if (hint) {
      parts.push(`<p class="banner hint"><span>${escape(wording.meant_publications)}</span> ${link(hint.address, hint.labels.join(" · "))}${escape(wording.question)}</p>`);
    }
    if (cards.size) {
      const all = number > MOST ? link(`${home}people/${query}`, wording.all_of_name) : "";
      const items = [...cards.values()].map((card) => `<li>${card}</li>`).join("");
      parts.push(section("people", wording.people, `<ul class="grid">${items}</ul>`, all));
    }
    if (papers.size) {
      const items = [...papers.values()].map((row) => `<li>${row}</li>`).join("");
      const all = link(`${home}publications/${query}`, wording.all_of_them);
      parts.push(section("publications", wording.publications, `<ul class="publication-list">${items}</ul>`, all));
    }
    if (venues.length) {
      parts.push(section("venues", wording.venues, chipList(venues.map(([slug, label]) => [`${home}venues/${slug}/`, label]))));
    }
    if (topics.length) {
      parts.push(section("topics", wording.topics, chipList(topics.map(([slug, name]) => [`${home}topics/${slug}/`, name]))));
    }
    if (news.length) {
      const items = news.map(([, html]) => `<li>${html}</li>`).join("");
      parts.push(section("news", wording.news, `<ul class="news-list">${items}</ul>`, link(`${home}news/`, wording.all_news)));
    }
    if (!cards.size && !papers.size && !venues.length && !topics.length && !news.length) {
      const ways = { people_page: `${home}people/`, publications_page: `${home}publications/` };
      const told = fill(wording.nothing, { words: escape(asked) });
      parts.push(`<div class="empty stack" role="status"><p>${told}</p><p>${fill(wording.try, ways)}</p></div>`);
    }
    place.innerHTML = parts.join("");
    place
      .querySelectorAll(".publication-title bdi, .publication-authors, .person-card-name bdi, .chip bdi")
      .forEach((each) => mark(each, question));
  };

  const failed = document.currentScript.dataset.failed;
  const asked = new URLSearchParams(window.location.search).get("q")?.trim();
  if (asked) {
    document.addEventListener("DOMContentLoaded", () => {
      search(asked).catch(() => {
        const banner = document.createElement("p");
        banner.className = "banner banner-error";
        banner.setAttribute("role", "alert");
        banner.textContent = failed;
        document.querySelector(".search-results").replaceChildren(banner);
      });
    });
  }
})();
