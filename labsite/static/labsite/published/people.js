/* The list of people of a published copy. One status, role or group is a file; names and more than one are found here,
   among the cards of the file that holds most of what is asked for. */
"use strict";

(() => {
  const { escape, count, load } = labsite;
  const NAMES = ["group", "role", "status"];
  const ORDER = ["current", "upcoming", "alumni"];
  const { list, failed } = document.currentScript.dataset;

  /** What was asked for, and the file that one part of it has. */
  const read = () => {
    const query = new URLSearchParams(window.location.search);
    const asked = Object.fromEntries([...NAMES, "q"].map((name) => [name, query.get(name)?.trim() ?? ""]));
    const chosen = NAMES.filter((name) => asked[name]);
    const [first] = chosen;
    return { asked, chosen, file: first ? `${list}${first}/${encodeURIComponent(asked[first])}/` : list };
  };

  /** The same question as people/filters.py puts: with a group, being current or an alumnus is about that group. */
  const fits = (asked, words, [, , names, stays]) => {
    const inGroup = stays.filter(([, group]) => !asked.group || group === asked.group);
    const own = inGroup.filter(([role]) => !asked.role || role === asked.role);
    const state = ORDER.find((when) => inGroup.some(([, , is]) => is === when));
    const isThere = own.some(([, , is]) => is === state) && (!asked.status || asked.status === state);
    return isThere && words.every((word) => names.some((name) => name.includes(word)));
  };

  /** The lists of the file and of its further pages. */
  const fetchPages = async (address, found = []) => {
    const response = await fetch(address);
    if (response.ok) {
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      found.push(page);
      const next = page.querySelector('.pagination a[rel="next"]');
      return next ? fetchPages(next.getAttribute("href"), found) : found;
    }
    return found;
  };

  const show = async () => {
    const { asked, chosen, file } = read();
    await labsite.prepareFolding(asked.q);
    const words = labsite.wordsOf(asked.q);
    const [people, wording] = await Promise.all([load("people.json"), load("wording.json")]);
    const slugs = new Set(people.filter((person) => fits(asked, words, person)).map(([, slug]) => slug));
    // There is a file of what pages lead to; of what nobody is, there may be none.
    const found = slugs.size ? await fetchPages(file) : [];
    if (found.length && chosen.length === 1 && !asked.q) {
      window.location.replace(file);
      return;
    }
    const pages = slugs.size && !found.length ? await fetchPages(list) : found;
    let number = 0;
    const sections = pages.flatMap((page) =>
      [...page.querySelectorAll("main section[aria-labelledby]")].map((section) => {
        for (const item of section.querySelectorAll("li, tbody tr")) {
          const slug = item.querySelector('a[href*="/people/"]')?.getAttribute("href").split("/").at(-2);
          if (slug && !slugs.has(slug)) {
            item.remove();
          }
        }
        const left = section.querySelectorAll("li, tbody tr").length;
        number += left;
        const told = section.querySelector(".section-head .muted");
        if (told) {
          told.textContent = left;
        }
        return left ? section : null;
      }),
    );
    const place = document.querySelector("main > .stack");
    place.querySelectorAll(":scope > :not(:first-child)").forEach((each) => each.remove());
    place.append(...sections.filter(Boolean));
    if (!number) {
      place.insertAdjacentHTML("beforeend", `<div class="empty">${escape(wording.nobody)} <a href="${escape(list)}">${escape(wording.everyone)}</a></div>`);
    }
    document.querySelector('main p[role="status"]').innerHTML =
      `<span>${count(wording.people_count, number)}</span> <a href="${escape(list)}">${escape(wording.everyone)}</a>`;
    for (const [name, value] of Object.entries(asked)) {
      document.querySelector(".people-filter").elements.namedItem(name).value = value;
    }
  };

  document.addEventListener("DOMContentLoaded", () => {
    const { asked, chosen } = read();
    if (chosen.length || asked.q) {
      show().catch(() => {
        const status = document.querySelector('main p[role="status"]');
        status.classList.add("banner", "banner-error");
        status.textContent = failed;
      });
    }
  });
})();
