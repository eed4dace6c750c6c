"""Generations: the layers of a layered drawing (Sugiyama, Tagawa and Toda 1981). Pure: keys and pairs of keys.

A link is a pair of keys, who guided first. Nothing here calls itself: a line of a thousand generations is no deeper
on the stack than one of two.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable, Sequence

Key = Hashable
Link = tuple[Key, Key]


def components(keys: Sequence[Key], links: Iterable[Link]) -> list[list[Key]]:
    """Keys that hang together, in their order; the component of the first key comes first."""
    neighbours: dict[Key, list[Key]] = {key: [] for key in keys}
    for one, other in links:
        neighbours[one].append(other)
        neighbours[other].append(one)
    place = {key: index for index, key in enumerate(keys)}
    seen: set[Key] = set()
    found = []
    for key in keys:
        if key in seen:
            continue
        seen.add(key)
        part, waiting = [], [key]
        while waiting:
            part.append(waiting.pop())
            fresh = [other for other in neighbours[part[-1]] if other not in seen]
            seen.update(fresh)
            waiting += dict.fromkeys(fresh)
        found.append(sorted(part, key=place.__getitem__))
    return found


def orient(keys: Sequence[Key], links: Sequence[Link]) -> list[Link]:
    """The links, those turned round that close a circle: what comes out has none. Links from a key to itself are gone.

    Searched depth first, from those nobody guided.
    """
    onward: dict[Key, list[Key]] = {key: [] for key in keys}
    for one, other in links:
        if one != other:
            onward[one].append(other)
    guided = {other for one, other in links if one != other}
    open_now: set[Key] = set()
    closed: set[Key] = set()
    backward: set[Link] = set()
    for root in sorted(keys, key=lambda key: key in guided):
        if root in closed:
            continue
        path = [(root, iter(onward[root]))]
        open_now.add(root)
        while path:
            key, rest = path[-1]
            for other in rest:
                if other in open_now:
                    backward.add((key, other))
                elif other not in closed:
                    open_now.add(other)
                    path.append((other, iter(onward[other])))
                    break
            else:
                path.pop()
                open_now.discard(key)
                closed.add(key)
    turned = [(other, one) if (one, other) in backward else (one, other) for one, other in links if one != other]
    return list(dict.fromkeys(turned))


def generations(keys: Sequence[Key], links: Sequence[Link]) -> dict[Key, int]:
    """The generation of each key, from 0: one after the latest who guided them. `links` has no circle.

    Somebody whom nobody guided stands just before the first whom they guided.
    """
    onward: dict[Key, list[Key]] = {key: [] for key in keys}
    waits_for = dict.fromkeys(keys, 0)
    for one, other in links:
        onward[one].append(other)
        waits_for[other] += 1
    guided = {key for key in keys if waits_for[key]}
    ready = deque(key for key in keys if not waits_for[key])
    found = dict.fromkeys(keys, 0)
    while ready:
        key = ready.popleft()
        for other in onward[key]:
            found[other] = max(found[other], found[key] + 1)
            waits_for[other] -= 1
            if not waits_for[other]:
                ready.append(other)
    for key in keys:
        if key not in guided and onward[key]:
            found[key] = min(found[other] for other in onward[key]) - 1
    return found


def kin(links: Iterable[Link], key: Key) -> set[Link]:
    """The links that lead up from `key` to those who guided, and down to those guided, over all generations."""
    up: dict[Key, list[Link]] = {}
    down: dict[Key, list[Link]] = {}
    for link in links:
        down.setdefault(link[0], []).append(link)
        up.setdefault(link[1], []).append(link)
    return _follow(up, 0, key) | _follow(down, 1, key)


def _follow(links: dict[Key, list[Link]], end: int, key: Key) -> set[Link]:
    seen, waiting = {key}, [key]
    found: set[Link] = set()
    while waiting:
        for link in links.get(waiting.pop(), ()):
            found.add(link)
            if link[end] not in seen:
                seen.add(link[end])
                waiting.append(link[end])
    return found
