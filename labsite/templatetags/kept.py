"""Three of Django's own tags, which work out once what Django works out anew for every page.

They are written as in Django and mean the same; docs/decisions.md says why. The module stands in the place of Django's
library `i18n` (labsite.settings).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.template.base import Parser, Token
from django.template.defaulttags import URLNode, url
from django.template.loader_tags import BLOCK_CONTEXT_KEY, BlockContext, BlockNode, ExtendsNode, do_extends
from django.templatetags import i18n
from django.templatetags.i18n import TranslateNode, do_translate
from django.urls import get_script_prefix, get_urlconf
from django.utils.translation import get_language

register = template.Library()
register.filters.update(i18n.register.filters)
register.tags.update(i18n.register.tags)
MOST = 8192  # texts and addresses: all of them in all languages


# Words


class KeptTranslateNode(TranslateNode):
    """`{% translate "…" %}` of a text that stands in the template."""

    def render(self, context: template.Context) -> str:
        return translated(get_language(), self)


@lru_cache(maxsize=MOST)
def translated(language: str | None, node: KeptTranslateNode) -> str:
    """What the node prints in the `language` that is active."""
    return TranslateNode.render(node, template.Context())


def compile_translate(parser: Parser, token: Token) -> TranslateNode:
    node = do_translate(parser, token)
    of_context = node.message_context
    is_text = is_literal(node.filter_expression) and (of_context is None or is_literal(of_context))
    if is_text and not node.asvar and not node.noop:
        node.__class__ = KeptTranslateNode
    return node


def is_literal(expression: Any) -> bool:
    return not expression.filters and getattr(expression.var, "lookups", None) is None


register.tag("translate", compile_translate)
register.tag("trans", compile_translate)


# Addresses


class KeptURLNode(URLNode):
    """`{% url "…" %}` of a page that takes no arguments."""

    def render(self, context: template.Context) -> str:
        return address(get_language(), get_urlconf() or settings.ROOT_URLCONF, get_script_prefix(), self)


@lru_cache(maxsize=MOST)
def address(language: str | None, urls: str, prefix: str, node: KeptURLNode) -> str:
    return URLNode.render(node, template.Context())


def compile_url(parser: Parser, token: Token) -> URLNode:
    """Addresses of the admin depend on which admin asks, so they are Django's."""
    node = url(parser, token)
    name = node.view_name.var if is_literal(node.view_name) else "admin:"
    if not node.args and not node.kwargs and not node.asvar and not str(name).startswith("admin:"):
        node.__class__ = KeptURLNode
    return node


register.tag("url", compile_url)


# Frames


class KeptExtendsNode(ExtendsNode):
    """Looks for the blocks of a frame once, not with every page in it."""

    def render(self, context: template.Context) -> str:
        frame = self.get_parent(context)
        blocks = context.render_context.setdefault(BLOCK_CONTEXT_KEY, BlockContext())
        blocks.add_blocks(self.blocks)
        blocks.add_blocks(blocks_of(frame))
        with context.render_context.push_state(frame, isolated_context=False):
            return frame._render(context)


def blocks_of(frame: template.Template) -> dict[str, BlockNode]:
    """The blocks of a template that extends no other one; of one that does none, since its own node adds them."""
    if not hasattr(frame, "kept_blocks"):
        is_outermost = not frame.nodelist.get_nodes_by_type(ExtendsNode)
        found = frame.nodelist.get_nodes_by_type(BlockNode) if is_outermost else []
        frame.kept_blocks = {node.name: node for node in found}
    return frame.kept_blocks


def compile_extends(parser: Parser, token: Token) -> ExtendsNode:
    node = do_extends(parser, token)
    node.__class__ = KeptExtendsNode
    return node


register.tag("extends", compile_extends)
