"""Where a process keeps its pages: bounded in bytes, what was not asked for lately goes first."""

from __future__ import annotations

import threading
from typing import Any

from labsite.page_cache.pages import KeptPage, Variant

LARGEST_SHARE = 8  # a page of more than an eighth of all room is not kept


class Shelf:
    """Pages in the order of their coming. Whoever was asked for since then gets a second round when room is made."""

    def __init__(self) -> None:
        self.pages: dict[Any, KeptPage] = {}
        self.sizes: dict[Any, int] = {}
        self.size = 0

    def put(self, key: Any, page: KeptPage) -> None:
        self.drop(key)
        self.pages[key] = page
        self.sizes[key] = page.size
        self.size += self.sizes[key]

    def drop(self, key: Any) -> None:
        if self.pages.pop(key, None) is not None:
            self.size -= self.sizes.pop(key)

    def shrink(self, limit: int) -> None:
        """Drops pages until the rest takes at most `limit` bytes."""
        while self.size > limit and self.pages:
            key, page = next(iter(self.pages.items()))
            if page.was_used:
                page.was_used = False
                self.pages[key] = self.pages.pop(key)
            else:
                self.drop(key)


class PageMemory:
    """Pages by key, at most `limit` bytes of them in all. Safe to use from any thread; looking up takes no lock.

    Keys that strangers can invent at will, those with a query string among them, get half of it at most, and of that
    nothing where ordinary pages need it: nobody can push these out.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.ordinary, self.invented = Shelf(), Shelf()
        self.lock = threading.Lock()

    def get(self, key: Any, *, is_ordinary: bool) -> KeptPage | None:
        page = (self.ordinary if is_ordinary else self.invented).pages.get(key)
        if page is not None:
            page.was_used = True
        return page

    def put(self, key: Any, page: KeptPage, *, is_ordinary: bool) -> None:
        """Keeps a page, or takes account of what was added to one that is kept."""
        shelf = self.ordinary if is_ordinary else self.invented
        with self.lock:
            if page.size > self.limit // LARGEST_SHARE:
                shelf.drop(key)
                return
            shelf.put(key, page)
            self.invented.shrink(self.limit // 2)
            self.invented.shrink(max(self.limit - self.ordinary.size, 0))
            self.ordinary.shrink(self.limit)

    def variant(self, key: Any, page: KeptPage, encoding: str, *, is_ordinary: bool) -> Variant:
        """The page in one encoding, which from now on is kept with it."""
        variant = page.variants[encoding] = page.make_variant(encoding)
        self.put(key, page, is_ordinary=is_ordinary)
        return variant

    @property
    def size(self) -> int:
        return self.ordinary.size + self.invented.size

    @property
    def number(self) -> int:
        return len(self.ordinary.pages) + len(self.invented.pages)
