"""What a browser is told about each answer: what it may load, run and send, and who may embed it.

Three sorts of answers have a policy of their own: pages, files that a browser shows by itself (pictures), and data for
programs. docs/security.md lists what is sent and why. Content Security Policy Level 3 and Cross-Origin-Resource-Policy
are standards of the W3C and of the WHATWG (Fetch).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.http import ConditionalGetMiddleware
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_vary_headers

from labsite.page_cache.marking import is_somebody
from labsite.publishing import PUBLISHED

Policy = Mapping[str, str]  # directive → what it allows

POLICY = "Content-Security-Policy"
NOTHING: Policy = {
    "default-src": "'none'", "base-uri": "'none'", "form-action": "'none'", "frame-ancestors": "'none'",
}  # fmt: skip
PICTURE: Policy = {**NOTHING, "sandbox": ""}
FRAMED: Policy = {"script-src": "'none'", "connect-src": "'none'", "form-action": "'none'", "frame-ancestors": "*"}

# What no page here asks for, so that nothing that got into one can. Only names that browsers know: others are reported
# as mistakes. The clipboard stays: pages have buttons that copy a reference.
REFUSED_FEATURES = (
    "accelerometer", "autoplay", "browsing-topics", "camera", "display-capture", "encrypted-media", "fullscreen",
    "geolocation", "gyroscope", "magnetometer", "microphone", "midi", "payment", "picture-in-picture",
    "screen-wake-lock", "sync-xhr", "usb", "xr-spatial-tracking",
)  # fmt: skip
# Passkeys are made and shown on pages of this site, never within a frame of another.
OWN_FEATURES = ("publickey-credentials-create", "publickey-credentials-get")
PERMISSIONS = ", ".join([*(f"{name}=()" for name in REFUSED_FEATURES), *(f"{name}=(self)" for name in OWN_FEATURES)])
# What a “not modified” repeats, so that a page that a browser has kept follows a policy that has changed.
REPEATED = (
    POLICY, "Access-Control-Allow-Origin", "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy",
    "Permissions-Policy", "Referrer-Policy", "Strict-Transport-Security", "X-Content-Type-Options", "X-Frame-Options",
)  # fmt: skip
# A host that can stand in a policy, with its port. Addresses of IPv6 cannot (CSP 3, host-source).
NAMEABLE = re.compile(r"[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)*(?::[0-9]{1,5})?")


def allow(response: HttpResponseBase, directive: str, source: str) -> None:
    """Lets one answer do more than others of its sort: `allow(response, "frame-src", "'self'")`."""
    response.allowed = {**getattr(response, "allowed", {}), directive: source}


def let_be_framed(response: HttpResponseBase) -> None:
    """Lets pages of any site show this one in a frame. It must have nothing to press that changes anything, and
    nothing of one reader: a page around it could lay something else over it. It gets neither scripts nor forms.
    """
    response.xframe_options_exempt = True  # Django's own mark: its middleware says nothing then
    response.allowed = {**getattr(response, "allowed", {}), **FRAMED}


def let_scripts_read(response: HttpResponseBase) -> None:
    """Lets scripts of any site read this answer, without cookies (Fetch, CORS protocol)."""
    response.headers["Access-Control-Allow-Origin"] = "*"


class HeadersMiddleware:
    """Outside of all that answers, so that redirects, refusals, errors and static files are told too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return complete(request, self.get_response(request))


class RepeatingConditionalGetMiddleware(ConditionalGetMiddleware):
    """Django's, whose “not modified” repeats what the whole answer would say of itself."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        answer = super().process_response(request, complete(request, response))
        if answer is not response:
            for name in REPEATED:
                if name in response.headers:
                    answer.headers[name] = response.headers[name]
        return answer


def complete(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Adds what an answer does not say by itself. Asks no database."""
    headers = response.headers
    is_framed = getattr(response, "xframe_options_exempt", False)
    kind, is_private = kind_of(request, response), is_somebody(request) or bool(response.cookies)
    if not is_framed:
        headers.setdefault("X-Frame-Options", "DENY")
    if not is_debugging_page(response):
        headers.setdefault(POLICY, write_policy(request, response, kind))
    # Feeds, exports, the API and the cards of social networks are made for other sites; what is one reader's is not.
    is_for_others = (kind in ("data", "picture") or is_framed) and not is_private
    headers.setdefault("Cross-Origin-Resource-Policy", "cross-origin" if is_for_others else "same-origin")
    headers.setdefault("Permissions-Policy", PERMISSIONS)
    if is_private and "Cache-Control" not in headers:
        headers["Cache-Control"] = "private, no-store"
    if is_private and "public" not in headers["Cache-Control"]:
        patch_vary_headers(response, ("Cookie",))
    return response


def is_debugging_page(response: HttpResponseBase) -> bool:
    """Django's own pages about an error bring styles and scripts inside. `make dev` shows them, no other site does."""
    return settings.DEBUG and response.status_code >= 400


def kind_of(request: HttpRequest, response: HttpResponseBase) -> str:
    """“page”, “file” (ours, for pages of ours alone), “picture” or “data”."""
    told = response.headers.get("Content-Type", "")
    if request.path_info.startswith((settings.STATIC_URL, settings.MEDIA_URL)) and not told.startswith("text/html"):
        return "file"
    if told.startswith("image/"):
        return "picture"
    # Without a type it has no body. If a browser keeps something for it, that was most likely a page.
    return "page" if told.startswith("text/html") or not told else "data"


def write_policy(request: HttpRequest, response: HttpResponseBase, kind: str) -> str:
    allowed = dict(getattr(response, "allowed", {}))
    if response.headers.get("X-Frame-Options") == "SAMEORIGIN":
        allowed["frame-ancestors"] = "'self'"
    if kind == "page":
        return page_policy(origins_of(request), catalogue_of(request), tuple(allowed.items()))
    return print_policy({**(NOTHING if kind == "data" else PICTURE), **allowed})


@lru_cache(maxsize=256)
def page_policy(origins: tuple[str, ...], script: str, allowed: tuple[tuple[str, str], ...]) -> str:
    """The policy of a page on one of `origins`, which may run the view `script` (a path or "") as well.

    Scripts and styles come from the folder of static files and no other, so that nothing anybody uploads or types can
    be one. No origin is “'self'”, the best that can be said where it cannot be named.
    """
    scripts = [f"{origin}{path}" for origin in origins for path in (settings.STATIC_URL, script) if path]
    styles = [f"{origin}{path}" for origin in origins for path in (settings.STATIC_URL, reverse("theme"))]
    return print_policy({
        **NOTHING,
        "script-src": " ".join(scripts) or "'self'",
        "style-src": " ".join(styles) or "'self'",
        "img-src": "'self'",
        "connect-src": "'self'",
        "form-action": "'self'",
        **dict(allowed),
    })  # fmt: skip


def print_policy(policy: Policy) -> str:
    return "; ".join(f"{name} {sources}".strip() for name, sources in policy.items())


def origins_of(request: HttpRequest) -> tuple[str, ...]:
    """How the browser may call this site: as it did, and as `SITE_URL` says where a proxy asks by another name.

    Django has checked the host against `ALLOWED_HOSTS`, and the page cache keeps a page for each host and scheme. None
    for a page that becomes a file: the same files may be served by several names, with and without https.
    """
    if PUBLISHED in request.META:
        return ()
    try:
        host = request.get_host()
    except DisallowedHost:
        return ()
    own = f"{request.scheme}://{host}"
    return tuple(dict.fromkeys(filter(None, (own, settings.SITE_URL)))) if NAMEABLE.fullmatch(host) else ()


def catalogue_of(request: HttpRequest) -> str:
    """The path of the admin's catalogue of words, the one script that is a view, on pages of the admin; else ""."""
    match = request.resolver_match
    if match is None or match.namespace != "admin":
        return ""
    return _catalogue(translation.get_language_from_path(request.path_info))


@lru_cache(maxsize=8)
def _catalogue(language: str | None) -> str:
    with translation.override(language or settings.LANGUAGE_CODE):
        return reverse("admin:jsi18n")
